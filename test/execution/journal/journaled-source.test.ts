import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/execution/journal/journal.js';
import { JournaledSource, runKey } from '../../../src/execution/journal/journaled-source.js';
import { Replications } from '../../../src/experiment/replications.js';
import { outcomeOf } from '../../../src/experiment/run-outcome.js';
import {
  Interrupted,
  type RunAnswer,
  type RunRequest,
  type RunSource,
  type Setup,
} from '../../../src/experiment/run-source.js';
import { compileObject } from '../../../src/scenario/compile.js';
import { simulate } from '../../../src/simulation/simulate.js';

const base = mkdtempSync(join(tmpdir(), 'wipsim-journaled-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let folder: string;
let count = 0;
const opened: Journal[] = [];
beforeEach(() => {
  folder = join(base, String(count++));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
});

function setupOf(over: object = {}): Setup {
  const scenario = {
    version: 1,
    name: 'journaled',
    run: { duration: '10min', warmup: '1min' },
    pools: { gpus: { nodes: 2 } },
    stages: { serve: { pool: 'gpus' } },
    workloads: {
      chat: {
        arrival: { process: 'poisson', rate: '30/min' },
        workflow: [{ stage: 'serve', work: { dist: 'exponential', mean: '3s' } }],
      },
    },
    ...over,
  };
  const ref = {
    scenario: { name: 'test', text: JSON.stringify(scenario), folder: '.' },
    variant: null,
    set: [],
  };
  return { ref, compiled: compileObject(scenario), traces: [] };
}
const SETUP = setupOf();

const request = (over: Partial<RunRequest> = {}): RunRequest => ({
  setup: SETUP,
  kind: 'replication',
  seed: '1/0',
  warmupS: 60,
  keepsSeries: false,
  ...over,
});

/** Runs at once, and keeps a list of what it was asked. */
class PlainSource implements RunSource {
  readonly parallelism = 3;
  readonly asked: RunRequest[] = [];

  async ask(one: RunRequest): Promise<RunAnswer> {
    this.asked.push(one);
    const { setup, kind, seed, warmupS, keepsSeries } = one;
    if (kind === 'pilot') return { kind, warmup: { lengthS: 12.5, warning: 'short' } };
    const result = simulate(setup.compiled.system, setup.compiled.policies, seed, { warmupS });
    return { kind, outcome: outcomeOf(result, warmupS, keepsSeries) };
  }
}

async function journaled(
  source: RunSource,
  engineVersion = '1.0.0-0',
): Promise<{ source: JournaledSource; journal: Journal; warnings: string[] }> {
  const journal = await Journal.open(folder);
  opened.push(journal);
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  return { source: new JournaledSource(source, { journal, engineVersion, onWarning }), journal, warnings };
}

describe('what has been run', () => {
  test('is answered by the next process from the journal, the same to the last byte, and not run again', async () => {
    const requests = [
      request(),
      request({ seed: '1/1' }),
      request({ keepsSeries: true }),
      request({ kind: 'pilot', seed: '1', warmupS: 0 }),
    ];
    const first = new PlainSource();
    const before = await journaled(first);
    const fresh = await Promise.all(requests.map((one) => before.source.ask(one)));
    expect([before.source.hits, first.asked.length]).toEqual([0, 4]);

    const second = new PlainSource();
    const after = await journaled(second);
    const kept = await Promise.all(requests.map((one) => after.source.ask(one)));
    expect([after.source.hits, second.asked.length]).toEqual([4, 0]);
    // Also as values: nothing in an answer is lost in JSON, no undefined, infinity or typed array.
    expect(kept).toStrictEqual(fresh);
    expect(JSON.stringify(kept)).toBe(JSON.stringify(fresh));
  });

  test('is durable before it is counted as finished, not only once the journal is closed', async () => {
    const { source } = await journaled(new PlainSource());
    await source.ask(request());
    expect((await Journal.open(folder)).size).toBe(1);
  });

  test('gives the same result document, whatever part of it was in the journal', async () => {
    const document = async (source: RunSource): Promise<string> => {
      const replications = new Replications(SETUP, source, '7');
      await replications.extendTo(4);
      return JSON.stringify(replications.document(4));
    };
    const plain = await document(new PlainSource());
    const before = await journaled(new PlainSource());
    await before.source.ask(request({ seed: '7/2' }));
    await before.source.ask(request({ seed: '7/0', keepsSeries: true }));
    const rest = new PlainSource();
    const after = await journaled(rest);
    expect(await document(after.source)).toBe(plain);
    expect(rest.asked.map(({ seed }) => seed)).toEqual(['7/1', '7/3']);
    expect(after.source.hits).toBe(2);
  });

  test('is that of one engine, system, seed, warm-up, kind, and of what is kept: each makes another run of it', () => {
    const other = setupOf({ pools: { gpus: { nodes: 3 } } });
    const keys = [
      runKey('1', request()),
      runKey('2', request()),
      runKey('1', request({ seed: '1/1' })),
      runKey('1', request({ warmupS: 61 })),
      runKey('1', request({ keepsSeries: true })),
      runKey('1', request({ kind: 'pilot' })),
      runKey('1', request({ setup: other })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    // What is only a name, or a matter of the experiment, does not.
    const renamed = setupOf({ name: 'another', description: 'x' });
    expect(runKey('1', request({ setup: renamed }))).toBe(keys[0]);
  });
});

describe('the source behind it', () => {
  test('is asked in the order of the requests, at once, and gives its parallelism', async () => {
    const plain = new PlainSource();
    const { source } = await journaled(plain);
    const seeds = ['1/4', '1/0', '1/9'];
    const asked = seeds.map((seed) => source.ask(request({ seed })));
    expect(plain.asked.map(({ seed }) => seed)).toEqual(seeds);
    await Promise.all(asked);
    expect(source.parallelism).toBe(3);
  });

  test('is asked once for one run that two ask for at the same time', async () => {
    const plain = new PlainSource();
    const { source } = await journaled(plain);
    const [a, b] = await Promise.all([source.ask(request()), source.ask(request())]);
    expect(a).toEqual(b);
    expect(plain.asked).toHaveLength(1);
    // And after that from the journal.
    expect(await source.ask(request())).toEqual(a);
    expect([plain.asked.length, source.hits]).toEqual([1, 1]);
  });

  test('may fail: the failure is passed on, nothing is kept, and it may be asked again', async () => {
    const plain = new PlainSource();
    let isStopped = true;
    const { source, journal, warnings } = await journaled({
      parallelism: 1,
      ask: (one) => (isStopped ? Promise.reject(new Interrupted()) : plain.ask(one)),
    });
    await expect(source.ask(request())).rejects.toThrow(Interrupted);
    expect([journal.size, warnings]).toEqual([0, []]);
    isStopped = false;
    expect((await source.ask(request())).kind).toBe('replication');
  });
});

test('where the file system takes no more, one warning is given and the experiment goes on', async () => {
  const plain = new PlainSource();
  const { source, warnings } = await journaled(plain);
  const first = await source.ask(request());
  rmSync(folder, { recursive: true });
  const seeds = ['1/1', '1/2', '1/3'];
  const answers = await Promise.all(seeds.map((seed) => source.ask(request({ seed }))));
  expect(answers.map(({ kind }) => kind)).toEqual(['replication', 'replication', 'replication']);
  await source.ask(request({ seed: '1/4' }));
  expect(warnings).toEqual([
    `cannot write the journal of finished runs in ${folder}: the file that was being written has been removed; what is finished from here on is not kept there`,
  ]);
  // What was in the removed file is run again.
  expect(await source.ask(request())).toEqual(first);
});
