import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplicaSpec } from '../../src/model/batching/spec.js';
import { reference } from '../model/batching/reference.js';
import { type Observed, observe, type Row, type ScenarioObject, story } from './observe.js';

/** Round numbers for sums by hand: an iteration of B in decode takes 10 + B seconds, a prompt 2 + half a token's count. */
const TIMING = { batch: { 1: 11, 2: 12 }, prefillBase: 2, perPrefillToken: 0.5 };
const SERVING = { kvTokens: 'inf', blockTokens: 1, watermark: 0, maxBatch: 4, timing: TIMING };
const SLOW = { timeout: 10_000, drain: true };

function scenario(given: {
  readonly serving?: object;
  readonly pool?: object;
  readonly step?: object;
  readonly workload?: object;
  readonly policies?: object;
}): ScenarioObject {
  return {
    version: 1,
    name: 'serving',
    run: { drain: SLOW.drain },
    pools: { llm: { mode: 'batching', ...given.pool, serving: { ...SERVING, ...given.serving } } },
    stages: { chat: { pool: 'llm' } },
    workloads: { w: { workflow: [{ stage: 'chat', ...given.step }], ...given.workload } },
    policies: given.policies ?? {},
  };
}

const rows = (...list: readonly (readonly [at: number, prompt: number, output: number])[]): { w: Row[] } => ({
  w: list.map(([at, prompt, output]) => ({ at, prompt, output })),
});

const finishTimes = ({ changes }: Observed): Map<string, number> =>
  new Map(changes.filter(({ to }) => to === 'completed').map(({ task, atS }) => [task, atS]));

describe('by hand', () => {
  test('two requests share iterations; a third waits in the queue for a place', () => {
    // 0: prompt of 10 alone, 2 + 5 = 7: first token. Then decode alone, 11: 18.
    // 1 comes at 8, joins at 18: decode of 0 and prompt of 1 together, 11 + 2 + 2 = 15: 33. 0 has 3 tokens, done.
    // 2 came at 9 and finds two places taken until 33: prompt of 2 beside the decode of 1, 11 + 2 + 1 = 14: 47.
    const seen = observe(scenario({ serving: { maxBatch: 2 } }), {
      rows: rows([0, 10, 3], [8, 4, 2], [9, 2, 1]),
    });
    expect(story(seen, 'w/0')).toEqual(['ready@0', 'in-progress@0', 'completed@33']);
    expect(story(seen, 'w/1')).toEqual(['ready@8', 'in-progress@8', 'completed@47']);
    expect(story(seen, 'w/2')).toEqual(['ready@9', 'in-progress@33', 'completed@47']);
    const { serving, workloads, pools } = seen.measures;
    // First tokens at 7, 33 and 47; 0 has two more tokens in 26 s, 1 one more in 14 s.
    expect(serving.llm!.ttft_s.mean).toBeCloseTo((7 + 25 + 38) / 3, 9);
    expect(workloads.w!.ttft_s!.mean).toBeCloseTo((7 + 25 + 38) / 3, 9);
    expect(workloads.w!.tpot_s!.mean).toBeCloseTo((13 + 14) / 2, 9);
    expect(serving.llm!.request_s.mean).toBeCloseTo((33 + 39 + 38) / 3, 9);
    expect(pools.llm!.utilisation.busy).toBe(1);
    expect(serving.llm!.prompt_tokens_hz).toBeCloseTo(16 / 47, 12);
    expect(serving.llm!.output_tokens_hz).toBeCloseTo(6 / 47, 12);
    expect(serving.llm!.mean_iteration_s).toBeCloseTo(47 / 4, 12);
  });

  test('a time-out in the midst of decode takes the request out at once; the iteration keeps its length', () => {
    // Both prompts together, 2 + 5 + 1 = 8. Decode of two, 12: 20, 32, 44. 0 gives up at 25.
    // The iteration until 32 is that of two; then 1 is alone: 43 (its fourth token).
    const seen = observe(
      scenario({ workload: { timeout: { dist: 'deterministic', value: 25 } }, serving: { maxBatch: 2 } }),
      { rows: rows([0, 10, 100], [0, 2, 2]) },
    );
    expect(story(seen, 'w/0').at(-1)).toBe('timed-out@25');
    expect(story(seen, 'w/1').at(-1)).toBe('completed@20');
    // What 0 had of the replica came to nothing: half of the first 20 s and all of the 5 s after it.
    expect(seen.measures.pools.llm!.wasted_gpu_hours * 3600).toBeCloseTo(15, 9);
  });

  test('a request that fits no replica is refused where it comes, whatever the others do', () => {
    const seen = observe(scenario({ serving: { kvTokens: 20 } }), { rows: rows([0, 10, 3], [1, 18, 4]) });
    expect(story(seen, 'w/1')).toEqual(['rejected@1']);
    expect(story(seen, 'w/0').at(-1)).toMatch(/^completed/);
  });

  test('least loaded: requests go where most memory is free', () => {
    const seen = observe(scenario({ pool: { nodes: 2 }, serving: { kvTokens: 100 } }), {
      rows: rows([0, 10, 2], [0, 2, 2], [0, 2, 2], [0, 2, 2]),
    });
    // 10 on the first; 2, 2, 2 on the second: its prefill takes 2 + 3 = 5, the first's 7; then 13 and 11.
    expect([...finishTimes(seen)].sort()).toEqual([
      ['w/0', 18],
      ['w/1', 18],
      ['w/2', 18],
      ['w/3', 18],
    ]);
    expect(seen.measures.serving.llm!.mean_batch).toBeCloseTo((18 * 1 + 18 * 3) / 36, 12);
  });

  test('a slower pool takes as many times as long', () => {
    const seen = observe(scenario({ pool: { speed: 0.5 } }), { rows: rows([0, 10, 2]) });
    expect(story(seen, 'w/0').at(-1)).toBe('completed@36');
  });

  test('preempted, a request keeps its tokens and reads them again with its prompt', () => {
    // One place. 0 (priority 0): prompt of 10, 7; decodes at 18, 29; 1 (priority 1) comes at 30 and takes its place.
    // The iteration under way ends at 40; 1 is prefilled, 2 + 1: 43, done. Then 0 with 10 + 3 tokens as its prompt,
    // 2 + 6.5: 51.5, its fourth token; the fifth at 62.5.
    const two: ScenarioObject = {
      ...scenario({ serving: { maxBatch: 1 } }),
      workloads: {
        low: { workflow: [{ stage: 'chat' }] },
        high: { priority: 1, workflow: [{ stage: 'chat' }] },
      },
      policies: { preemption: { policy: 'priority', mode: 'resume' }, ordering: 'priority' },
    };
    const seen = observe(two, {
      rows: { low: [{ at: 0, prompt: 10, output: 5 }], high: [{ at: 30, prompt: 2, output: 1 }] },
    });
    expect(story(seen, 'high/0').at(-1)).toBe('completed@43');
    expect(story(seen, 'low/0').at(-1)).toBe('completed@62.5');
    expect(seen.measures.workloads.low!.ttft_s!.mean).toBe(7);
    expect(seen.measures.workloads.low!.tpot_s!.mean).toBeCloseTo(55.5 / 4, 9);
    expect(seen.measures.serving.llm!.recomputed_tokens).toBe(13);
  });
});

describe('agents whose context grows', () => {
  const step = { stage: 'chat', prompt: 10, output: 2, context: 'kept' };
  const agent = (prefixCache: boolean): ScenarioObject => ({
    ...scenario({ serving: { prefixCache, kvTokens: 1000 } }),
    workloads: {
      w: { arrival: { process: 'deterministic', interval: 1 }, workflow: [step, step, step] },
    },
    run: { tasks: 1 },
  });

  test('each step reads all that came before; what is in the cache costs nothing', () => {
    // Without the cache prompts of 10, 22, 34: 2 + 5, 2 + 11, 2 + 17 and a decode of 11 each.
    const without = observe(agent(false));
    expect(story(without, 'w/0').at(-1)).toBe(`completed@${1 + 7 + 13 + 19 + 33}`);
    // With it, of 22 tokens 11 are there (the last token's KV was never written), of 34 then 23.
    const cached = observe(agent(true));
    expect(story(cached, 'w/0').at(-1)).toBe(`completed@${1 + 7 + 7.5 + 7.5 + 33}`);
    expect(cached.measures.serving.llm!.cached_prompt_fraction).toBeCloseTo(34 / 66, 12);
  });

  test('a task that begins anew begins with an empty context', () => {
    const seen = observe({
      ...agent(false),
      workloads: {
        w: {
          arrival: { process: 'deterministic', interval: 1 },
          timeout: { dist: 'deterministic', value: 45 },
          workflow: [step, step, step],
        },
      },
      policies: { retry: { policy: 'fixed', delay: 4, maxAttempts: 2, on: ['timed-out'] } },
    });
    // The second try begins at 50, when the iteration under way at the time-out is over as well.
    expect(story(seen, 'w/0').filter((line) => line.startsWith('timed-out'))).toEqual([
      'timed-out@46',
      'timed-out@95',
    ]);
  });
});

describe('prefill and decode apart', () => {
  const apart = (step: object = {}): ScenarioObject => ({
    version: 1,
    name: 'apart',
    run: { drain: true },
    pools: {
      pre: { mode: 'batching', serving: { ...SERVING, role: 'prefill' } },
      dec: { mode: 'batching', serving: { ...SERVING, role: 'decode', kvBytesPerToken: 1e6 } },
    },
    stages: { read: { pool: 'pre' }, write: { pool: 'dec' } },
    workloads: { w: { workflow: [{ stage: 'read' }, { stage: 'write', ...step }] } },
  });

  test('the first token comes from the one, the others from the other after the transfer', () => {
    // Prefill 2 + 5 = 7. 10 MB at 5 MB/s and 1 s: 3 s. Two decodes of 11: 32.
    const seen = observe(apart({ transfer: { bandwidth: 5e6, latency: 1 } }), { rows: rows([0, 10, 3]) });
    expect(story(seen, 'w/0')).toEqual([
      'ready@0',
      'in-progress@0',
      'in-progress@7',
      'ready@10',
      'in-progress@10',
      'completed@32',
    ]);
    expect(seen.measures.workloads.w!.ttft_s!.mean).toBe(7);
    expect(seen.measures.workloads.w!.tpot_s!.mean).toBe(12.5);
  });

  test('over the interconnect, the KV shares the links; the place is taken and the tokens are spoken for meanwhile', () => {
    // Two prompts of 10, 2 + 10 = 12: 20 MB together over a card of 5 MB/s: both have come at 16. Then two decodes of
    // two, 12 each: 40.
    const seen = observe(
      { ...apart(), network: { topology: 'rack', nic: 5e6 } },
      { rows: rows([0, 10, 3], [0, 10, 3]) },
    );
    for (const task of ['w/0', 'w/1'])
      expect(story(seen, task)).toEqual([
        'ready@0',
        'in-progress@0',
        'ready@12',
        'in-progress@12',
        'in-progress@16',
        'completed@40',
      ]);
  });

  test('an answer of one token is done with the prefill', () => {
    const seen = observe(apart(), { rows: rows([0, 10, 1]) });
    expect(story(seen, 'w/0').at(-1)).toBe('completed@7');
  });
});

describe('whole runs against the iteration-by-iteration reference', () => {
  const spec = fc.record({
    maxBatch: fc.integer({ min: 1, max: 5 }),
    tokenBudget: fc.integer({ min: 8, max: 64 }),
    kvTokens: fc.integer({ min: 60, max: 120 }),
    blockTokens: fc.constantFrom(1, 4),
    watermark: fc.constantFrom(0, 0.05),
    prefill: fc.constantFrom('chunked' as const, 'whole' as const),
    onShortMemory: fc.constantFrom('recompute' as const, 'swap' as const),
  });
  const requests = fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 40, noNaN: true })),
      prompt: fc.integer({ min: 1, max: 30 }),
      output: fc.integer({ min: 1, max: 25 }),
    }),
    { minLength: 1, maxLength: 25 },
  );

  test('one replica, first come first served: the same ends', () => {
    fc.assert(
      fc.property(spec, requests, (given, list) => {
        const replica: ReplicaSpec = {
          ...given,
          timing: {
            batchS: [
              { batch: 0, s: 0.5 },
              { batch: 2, s: 0.7 },
              { batch: 5, s: 1.3 },
            ],
            perKvTokenS: 0.003,
            prefillBaseS: 0.2,
            perPrefillTokenS: 0.05,
            perPrefillTokenContextS: 0.0004,
          },
          swapSPerToken: given.onShortMemory === 'swap' ? 0.01 : 0,
          role: 'both',
          prefixCache: false,
        };
        let atS = 0;
        const arrivals = list.map(({ gap, prompt, output }) => {
          atS += gap;
          return { at: atS, prompt, output };
        });
        const { told, totals } = reference(
          replica,
          arrivals.map(({ at, prompt, output }, id) => ({
            do: 'submit' as const,
            atS: at,
            request: { id, promptTokens: prompt, outputTokens: output, session: -1, sharedTokens: 0 },
          })),
        );
        const seen = observe(
          scenario({
            serving: {
              ...given,
              swapBandwidth: 100,
              kvBytesPerToken: 1,
              prefixCache: false,
              timing: {
                batch: { 0: 0.5, 2: 0.7, 5: 1.3 },
                perKvToken: 0.003,
                prefillBase: 0.2,
                perPrefillToken: 0.05,
                perPrefillTokenContext: 0.0004,
              },
            },
          }),
          { rows: { w: arrivals } },
        );
        const ends = finishTimes(seen);
        for (const { what, id, atS: expectedS } of told)
          if (what === 'finished') expect(ends.get(`w/${id}`)).toBeCloseTo(expectedS, 6);
        expect(ends.size).toBe(arrivals.length);
        const { evictions, recomputed_tokens, kv_peak_fraction } = seen.measures.serving.llm!;
        expect(evictions).toBe(totals.evictions);
        expect(recomputed_tokens).toBe(totals.recomputedTokens);
        expect(kv_peak_fraction).toBeLessThanOrEqual(1);
        // All time of the replica is somebody's.
        expect(seen.measures.pools.llm!.utilisation.busy * seen.endS).toBeCloseTo(totals.busyS, 6);
      }),
      { numRuns: 60 },
    );
  });
});
