/** Shards of experiments with many setups, joined: through the library, on this thread. */
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { JournaledSource } from '../../../src/execution/journal/journaled-source.js';
import { ShardSource } from '../../../src/execution/shard/shard.js';
import { MergedSource, readShards, ShardFolder } from '../../../src/execution/shard/shard-folder.js';
import { ThisThread } from '../../../src/execution/this-thread.js';
import { compare } from '../../../src/experiment/compare/compare.js';
import { Interrupted, type RunSource } from '../../../src/experiment/run-source.js';
import { readFactor } from '../../../src/experiment/sweep/factor.js';
import { checkedSpec } from '../../../src/experiment/sweep/spec.js';
import { sweep } from '../../../src/experiment/sweep/sweep.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const TEXT = `
version: 1
name: queue
run: {duration: 2000, warmup: auto, replications: 3, seed: 9}
pools: {gpus: {gpusPerNode: 1, price: $2/h}}
stages: {work: {pool: gpus}}
workloads:
  all: {arrival: {process: poisson, rate: 0.5}, workflow: [{stage: work, work: {dist: exponential, mean: 1}}]}
variants:
  lifo: {ordering: lifo}
slos:
  - {name: fast, metric: workloads.all.latency_s.p95, atMost: 8s}
`;
const ENGINE = 'engine-of-the-test';
const root = mkdtempSync(join(tmpdir(), 'wipsim-shards-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const load = createSetupLoader();
const setup = (variant: string | null = null) =>
  load({ scenario: { name: 'queue.yaml', text: TEXT, folder: '.' }, variant, set: [] });

async function swept(source: RunSource): Promise<string> {
  const factors = ['workloads.all.arrival.rate=0.3..0.8 points 6', 'policy=base,lifo'].map(readFactor);
  const spec = checkedSpec({ factors, design: 'grid', source: null });
  return JSON.stringify(await sweep(await setup(), spec, { load, source }));
}

async function compared(source: RunSource): Promise<string> {
  const setups = [
    { name: 'base', setup: await setup() },
    { name: 'lifo', setup: await setup('lifo') },
  ];
  return JSON.stringify(await compare(setups, source, { replications: 5 }));
}

type Experiment = (source: RunSource) => Promise<string>;

/** Computes one part into its folder; gives the number of its runs. */
async function computed(folder: string, index: number, count: number, experiment: Experiment) {
  const shard = { index, count };
  const begun = await ShardFolder.begin(folder, shard, { engineVersion: ENGINE, command: ['test'] });
  const runs = new JournaledSource(new ThisThread(), {
    journal: begun.journal,
    engineVersion: ENGINE,
    onWarning: (message) => expect.fail(message),
  });
  const source = new ShardSource(shard, runs, ENGINE);
  await experiment(source).catch((error: unknown) => expect(error).toBeInstanceOf(Interrupted));
  await begun.complete(source.finished);
  await begun.journal.close();
  return { runs: source.finished.size, hits: runs.hits };
}

describe.each([
  { name: 'a sweep', experiment: swept as Experiment },
  { name: 'a comparison', experiment: compared as Experiment },
])('$name', ({ name, experiment }) => {
  test.each([1, 2, 5])('in %i shards is joined to the same bytes', async (count) => {
    const folders = Array.from({ length: count }, (_, part) => join(root, `${name}-${count}-${part + 1}`));
    for (const [part, folder] of folders.entries()) await computed(folder, part + 1, count, experiment);
    const set = await readShards(folders.reverse());
    expect(set).toMatchObject({ missing: [], unfinished: [], problems: [], command: ['test'] });
    const merged = new MergedSource(set);
    expect(await experiment(merged)).toBe(await experiment(new ThisThread()));
    expect(merged.missing).toBe('');
  });

  test('a part that is begun again computes nothing that it has', async () => {
    const folder = join(root, `${name}-again`);
    const first = await computed(folder, 1, 2, experiment);
    expect(first.runs).toBeGreaterThan(0);
    expect(await computed(folder, 1, 2, experiment)).toEqual({ runs: first.runs, hits: first.runs });
  });
});

test('a part whose runs were damaged is told, and the runs that are missing are named', async () => {
  const folder = join(root, 'damaged');
  await computed(folder, 1, 1, compared);
  const [segment] = readdirSync(join(folder, 'runs'));
  truncateSync(join(folder, 'runs', segment!), 2000);
  const set = await readShards([folder]);
  expect(set.problems.join('\n')).toMatch(/damaged: /);
  const merged = new MergedSource(set);
  await expect(compared(merged)).rejects.toThrow(Interrupted);
  expect(merged.missing).toMatch(/^(one run is|\d+ runs are) in no shard: seed \S+ of queue/);
});
