import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseShard, type Shard } from '../../../src/execution/shard/part.js';
import { isInShard } from '../../../src/execution/shard/shard.js';
import type { RunRequest } from '../../../src/experiment/run-source.js';
import { compileObject } from '../../../src/scenario/compile.js';

const COMPILED = compileObject({
  version: 1,
  name: 'queue',
  run: { tasks: 10 },
  pools: { gpu: {} },
  stages: { work: { pool: 'gpu' } },
  workloads: {
    chat: { arrival: { process: 'poisson', rate: 1 }, workflow: [{ stage: 'work', work: 1 }] },
  },
});

const request = (hash: string, seed: string, kind: RunRequest['kind'] = 'replication'): RunRequest => ({
  setup: {
    ref: { scenario: { name: 'queue', text: '', folder: '.' }, variant: null, set: [] },
    compiled: { ...COMPILED, hash },
    traces: [],
  },
  kind,
  seed,
  warmupS: 0,
  keepsSeries: false,
});

const shards = (count: number): Shard[] =>
  Array.from({ length: count }, (_, part) => ({ index: part + 1, count }));

describe('a shard', () => {
  test.each([
    ['1/1', { index: 1, count: 1 }],
    ['3/8', { index: 3, count: 8 }],
    ['0/8', undefined],
    ['9/8', undefined],
    ['1/0', undefined],
    ['1', undefined],
    ['-1/8', undefined],
    ['1/8/2', undefined],
    ['1/100001', undefined],
  ])('is written as %j', (text, expected) => {
    expect(parseShard(text)).toEqual(expected);
  });

  test('every replication is in exactly one shard, and of one setup each has as many as the others, but for one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 100 }),
        fc.string({ minLength: 1 }),
        fc.stringMatching(/^[0-9a-f]{32}$/),
        (count, replications, seed, hash) => {
          const sizes = shards(count).map(
            (shard) =>
              Array.from({ length: replications }, (_, i) => i).filter((i) =>
                isInShard(shard, request(hash, `${seed}/${i}`)),
              ).length,
          );
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(replications);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test('many points of few replications are spread evenly, though none has a run in every shard', () => {
    const sizes = shards(10).map(
      (shard) =>
        Array.from({ length: 3000 }, (_, k) =>
          request(k.toString(16).padStart(32, '0'), `7/${k % 3}`),
        ).filter((one) => isInShard(shard, one)).length,
    );
    // Binomial with 3000 and 1/10: 300, standard deviation 16.4.
    for (const size of sizes) expect(Math.abs(size - 300)).toBeLessThan(5 * 16.4);
  });

  test('a pilot run, which all replications need, is in every shard', () => {
    for (const shard of shards(5)) expect(isInShard(shard, request('00', 'seed', 'pilot'))).toBe(true);
  });
});
