import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DecisionLog, type DecisionLogHeader } from '../../src/execution/decision-log.js';
import { compileObject } from '../../src/scenario/compile.js';
import type { Decision } from '../../src/simulation/decisions.js';
import { runOnThisThread } from '../experiment/setup-of.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wipsim-log-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER: DecisionLogHeader = {
  format: 'wipsim-decisions',
  version: 1,
  scenario: 'test',
  hash: '0',
  seed: '1',
  variant: null,
};

const decision = (atS: number): Decision => ({
  atS,
  kind: 'admit',
  task: `chat/${atS}`,
  place: '',
  policy: 'admission/accept-all',
  reason: 'admitted, "as it is" \u2028',
  numbers: { waitS: 0.1 },
});

const read = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('the log', () => {
  test('has its header first and then every decision, in order, each on a line', () => {
    const path = join(folder, 'some.jsonl');
    const log = new DecisionLog(path, HEADER);
    const decisions = Array.from({ length: 10_000 }, (_, index) => decision(index));
    for (const one of decisions) log.record(one);
    log.close();
    expect(read(path)).toEqual([HEADER, ...decisions]);
  });

  test('holds no more than a chunk in memory: the rest is on the disk before it is closed', () => {
    const path = join(folder, 'large.jsonl');
    const log = new DecisionLog(path, HEADER);
    const count = 20_000;
    for (let i = 0; i < count; i++) log.record(decision(i));
    const written = readFileSync(path, 'utf8').split('\n').length;
    log.close();
    expect(written).toBeGreaterThan(0.8 * count);
  });

  test('tells in the caller’s words what the file system refuses', () => {
    const explained = () => new Error('no folder');
    expect(() => new DecisionLog(join(folder, 'no', 'such.jsonl'), HEADER, explained)).toThrow('no folder');
  });
});

describe('a run that is recorded', () => {
  const scenario = {
    version: 1,
    name: 'recorded',
    run: { duration: '5m', replications: 3, warmup: 'auto' },
    pools: { gpus: {} },
    stages: { model: { pool: 'gpus' } },
    workloads: {
      chat: {
        arrival: { process: 'poisson', rate: '1/s' },
        workflow: [{ stage: 'model', work: { dist: 'exponential', mean: '900ms' } }],
      },
    },
    policies: { admission: { policy: 'bounded-queue', capacity: 5 } },
  };

  test('has the same result, and the record is of the first replication alone', async () => {
    const compiled = compileObject(scenario);
    const decisions: Decision[] = [];
    const recorded = await runOnThisThread(compiled, { record: (one) => void decisions.push(one) });
    expect(recorded).toEqual(await runOnThisThread(compiled));
    const alone: Decision[] = [];
    await runOnThisThread(compiled, { replications: 1, record: (one) => void alone.push(one) });
    expect(decisions).toEqual(alone);
    // Every arrival of the first replication was decided on once: the clock goes forward and serials follow each other.
    const decided = decisions.filter(({ policy }) => policy === 'admission/bounded-queue');
    expect(decided.map(({ task }) => task)).toEqual(decided.map((_, index) => `chat/${index}`));
    expect(decisions.every(({ atS }, index) => index === 0 || atS >= decisions[index - 1]!.atS)).toBe(true);
  });
});
