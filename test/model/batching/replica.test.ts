import { describe, expect, test } from 'vitest';
import { Replica } from '../../../src/model/batching/replica.js';
import type { ReplicaSpec, Request } from '../../../src/model/batching/spec.js';
import { batchSeconds } from '../../../src/model/batching/timing.js';
import { drive } from './drive.js';
import type { Act } from './reference.js';

/** Round numbers for sums by hand: an iteration of B in decode that read K takes 10 + B + K/10 seconds. */
const SPEC: ReplicaSpec = {
  timing: {
    batchS: [
      { batch: 1, s: 11 },
      { batch: 2, s: 12 },
    ],
    perKvTokenS: 0.1,
    prefillBaseS: 2,
    perPrefillTokenS: 0.5,
    perPrefillTokenContextS: 0,
  },
  kvTokens: Number.POSITIVE_INFINITY,
  blockTokens: 1,
  watermark: 0,
  maxBatch: 8,
  tokenBudget: 1000,
  prefill: 'chunked',
  onShortMemory: 'recompute',
  swapSPerToken: 0,
  role: 'both',
  prefixCache: false,
};

function submit(id: number, atS: number, promptTokens: number, outputTokens: number, session = -1): Act {
  const request: Request = {
    id,
    promptTokens,
    outputTokens,
    session,
    sharedTokens: session < 0 ? 0 : promptTokens,
  };
  return { do: 'submit', atS, request };
}

/** What was told, as `what id @time`. */
function story(spec: ReplicaSpec, acts: readonly Act[]): string[] {
  return drive(spec, acts).told.map(
    ({ what, id, atS, tokens }) =>
      `${what} ${id} @${Number(atS.toFixed(9))}${tokens.length > 0 ? ` (${tokens.join(' ')})` : ''}`,
  );
}

describe('one request alone', () => {
  test('prefill gives the first token, then every iteration reads one token more', () => {
    // Prefill 2 + 20 x 0.5 = 12. Then 11 + 2.0, 11 + 2.1, 11 + 2.2: 12 + 39.3 = 51.3.
    expect(story(SPEC, [submit(1, 0, 20, 4)])).toEqual([
      'started 1 @0 (0)',
      'first token 1 @12',
      'finished 1 @51.3',
    ]);
  });

  test('a request of one token ends with its prefill', () => {
    expect(story(SPEC, [submit(1, 5, 20, 1)])).toEqual([
      'started 1 @5 (0)',
      'first token 1 @17',
      'finished 1 @17',
    ]);
  });

  test('chunks cost the base each, and the attention of the whole prompt whatever the chunks', () => {
    const timing = { ...SPEC.timing, perPrefillTokenContextS: 0.01 };
    const spec = { ...SPEC, timing, maxBatch: 4, tokenBudget: 4 };
    // 10 tokens in chunks of 4, 4, 2: 3 x 2 + 10 x 0.5 = 11, and (0 + 1 + ... + 9) x 0.01 = 0.45.
    expect(story(spec, [submit(1, 0, 10, 1)]).at(-1)).toBe('finished 1 @11.45');
    // In one piece: 2 + 5 + 0.45.
    expect(story({ ...spec, tokenBudget: 10 }, [submit(1, 0, 10, 1)]).at(-1)).toBe('finished 1 @7.45');
  });

  test('a table that begins at batch 0 says what an iteration of prompts alone costs before them', () => {
    const batchS = [
      { batch: 0, s: 10 },
      { batch: 1, s: 11 },
    ];
    const spec: ReplicaSpec = { ...SPEC, timing: { ...SPEC.timing, batchS } };
    // Prefill 10 + 2 + 5 = 17; then a decode step of 11 + 10 x 0.1 = 12.
    expect(story(spec, [submit(1, 0, 10, 2)]).slice(1)).toEqual(['first token 1 @17', 'finished 1 @29']);
  });

  test('a knee in the batch seconds is met, and the last slope goes on', () => {
    const batchS = [
      { batch: 1, s: 10 },
      { batch: 2, s: 11 },
      { batch: 3, s: 15 },
    ];
    const spec: ReplicaSpec = { ...SPEC, timing: { ...SPEC.timing, batchS, perKvTokenS: 0 }, role: 'decode' };
    const ends = [1, 2, 3, 5].map((batch) => {
      const acts = Array.from({ length: batch }, (_, id) => submit(id, 0, 1, 2));
      return drive(spec, acts).told.at(-1)!.atS;
    });
    expect(ends).toEqual([10, 11, 15, 15 + 2 * 4]);
  });
});

describe('who comes while another decodes', () => {
  const acts = [submit(1, 0, 20, 4), submit(2, 26, 10, 2)];

  test('chunked: joins at the end of the iteration under way, its prefill beside the decode', () => {
    // 1: prefill to 12, decode to 25, to 38.1 (2 came at 26), then with 2's prefill 11 + 2.2 + 2 + 5 = 20.2: 58.3.
    // 2 then alone: 11 + 1.0 = 12: 70.3.
    expect(story(SPEC, acts)).toEqual([
      'started 1 @0 (0)',
      'first token 1 @12',
      'started 2 @38.1 (0)',
      'finished 1 @58.3',
      'first token 2 @58.3',
      'finished 2 @70.3',
    ]);
  });

  test('whole: the decode waits for the prefill, then both go on together', () => {
    // 2's prefill 2 + 5 = 7: 45.1. Both: 12 + (22 + 10) x 0.1 = 15.2: 60.3.
    expect(story({ ...SPEC, prefill: 'whole' }, acts).slice(2)).toEqual([
      'started 2 @38.1 (0)',
      'first token 2 @45.1',
      'finished 1 @60.3',
      'finished 2 @60.3',
    ]);
  });

  test('exactly at a boundary, it joins there', () => {
    expect(story(SPEC, [submit(1, 0, 20, 4), submit(2, 25, 10, 2)])[2]).toBe('started 2 @25 (0)');
  });

  test('at the same instant on an idle replica, all begin together', () => {
    // 2 + 30 x 0.5 = 17.
    expect(story(SPEC, [submit(1, 3, 20, 1), submit(2, 3, 10, 1)]).slice(2)).toEqual([
      'first token 1 @20',
      'finished 1 @20',
      'first token 2 @20',
      'finished 2 @20',
    ]);
  });

  test('where the batch is full, it waits for a place', () => {
    const told = story({ ...SPEC, maxBatch: 1 }, acts);
    // 1 alone to 51.3; then 2: 7 of prefill and 12.
    expect(told.slice(2)).toEqual([
      'finished 1 @51.3',
      'started 2 @51.3 (0)',
      'first token 2 @58.3',
      'finished 2 @70.3',
    ]);
  });
});

test('who is cancelled leaves at once with what it has, and the iteration keeps its length', () => {
  const acts: Act[] = [submit(1, 0, 20, 9), submit(2, 0, 10, 3), { do: 'cancel', atS: 20, id: 1 }];
  // Prefill of both 2 + 15 = 17. Iteration 12 + 3.0 = 15 to 32, begun with both. 2 alone: 11 + 1.1 = 12.1.
  expect(story(SPEC, acts).slice(2)).toEqual([
    'first token 1 @17',
    'first token 2 @17',
    'cancelled 1 @20 (1)',
    'finished 2 @44.1',
  ]);
});

test('a node that becomes slow finishes the iteration under way as it was', () => {
  const acts: Act[] = [submit(1, 0, 20, 4), { do: 'slow', atS: 13, factor: 2 }];
  // 12, 25, then 2 x 13.1 and 2 x 13.2: 77.6.
  expect(story(SPEC, acts).at(-1)).toBe('finished 1 @77.6');
});

describe('memory for 31 tokens', () => {
  const spec = { ...SPEC, kvTokens: 31 };
  // Both prefilled at 2 + 12.5 = 14.5 with 15 + 10 tokens; 3 iterations fit (31 tokens), then 2 has to go.
  // They take 12 + 2.5, 12 + 2.7, 12 + 2.9: 44.1, so 58.6.
  const acts = [submit(1, 0, 15, 6), submit(2, 0, 10, 8)];

  test('recompute: the last that came loses its 13 tokens and prefills them and its token again', () => {
    // 1 needs two more: 11 + 1.8, 11 + 1.9: 84.3. It frees all; 2 prefills 10 + 4: 2 + 7 = 9: 93.3, its fifth token.
    // Three more: 11 + 1.4, 1.5, 1.6: 37.5: 130.8.
    expect(story(spec, acts).slice(2)).toEqual([
      'first token 1 @14.5',
      'first token 2 @14.5',
      'evicted 2 @58.6 (13)',
      'finished 1 @84.3',
      'started 2 @84.3 (0)',
      'finished 2 @130.8',
    ]);
  });

  test('swap: it loses nothing, but each way holds up an iteration', () => {
    // 13 tokens x 0.25 = 3.25 each way. 1: 58.6 + 3.25 + 25.7 = 87.55. 2: 3.25, then 11 + 1.3, 1.4, 1.5, 1.6.
    const { told, totals } = drive({ ...spec, onShortMemory: 'swap', swapSPerToken: 0.25 }, acts);
    expect(told.slice(4).map(({ what, atS, tokens }) => [what, Number(atS.toFixed(9)), ...tokens])).toEqual([
      ['evicted', 58.6, 0],
      ['finished', 87.55],
      ['started', 87.55, 13],
      ['finished', 140.6],
    ]);
    expect(totals.swappedTokens).toBe(26);
  });

  test('who does not fit holds back a smaller one behind it', () => {
    const told = story(spec, [submit(1, 0, 20, 2), submit(2, 0, 15, 1), submit(3, 0, 1, 1)]);
    // 1: prefill 12, decode 13.
    expect(told.filter((line) => line.startsWith('started'))).toEqual([
      'started 1 @0 (0)',
      'started 2 @25 (0)',
      'started 3 @25 (0)',
    ]);
  });

  test('the watermark keeps blocks free of newcomers, not of who runs', () => {
    const started = (watermark: number) =>
      story({ ...spec, watermark }, [submit(1, 0, 20, 2), submit(2, 0, 8, 1)]).filter((line) =>
        line.startsWith('started 2'),
      );
    // 20 + 8 + 3 (10% of 31) = 31 fits, with 4 (13%) it does not.
    expect(started(0.1)).toEqual(['started 2 @0 (0)']);
    expect(started(0.13)).toEqual(['started 2 @25 (0)']);
  });

  test('what never fits is refused with its numbers', () => {
    expect(() => drive(spec, [submit(1, 0, 30, 3)])).toThrow(
      'request 1 needs 32 blocks of KV memory and the replica has 31: it never fits',
    );
  });
});

describe('prefix cache, blocks of 4', () => {
  const spec = { ...SPEC, prefixCache: true, blockTokens: 4, kvTokens: 40 };

  test("a session's next request prefills only what is new, and its last token always", () => {
    // 1 leaves 10 + 2 = 12 tokens of KV: 3 blocks. 2 has the same 12 tokens as prompt: 8 may be reused.
    const { told, totals } = drive(spec, [submit(1, 0, 10, 3, 7), submit(2, 100, 12, 1, 7)]);
    expect(told.at(-3)).toMatchObject({ what: 'started', id: 2, tokens: [8] });
    // 2 + 4 x 0.5.
    expect(told.at(-1)).toMatchObject({ what: 'finished', id: 2, atS: 104 });
    expect(totals.cachedPrefillTokens).toBe(8);
  });

  test('running sequences push it out, the session used longest ago first, from its end', () => {
    // Sessions 0 and 1 leave 16 tokens each; a prompt of 16 with 10 blocks in all leaves 6: 2 of session 0 go.
    const { told } = drive(spec, [
      submit(1, 0, 16, 1, 0),
      submit(2, 100, 16, 1, 1),
      submit(3, 200, 16, 1),
      { do: 'look', atS: 200 },
    ]);
    expect(told.find(({ what }) => what === 'seen')!.tokens.slice(2, 6)).toEqual([16, 8, 16, 0]);
  });

  test('two that run share the blocks of their context', () => {
    const { told } = drive(spec, [
      submit(1, 0, 16, 1, 0),
      submit(2, 100, 18, 2, 0),
      submit(3, 100, 18, 2, 0),
      { do: 'look', atS: 100 },
    ]);
    // 4 blocks together and 1 each: 24 tokens.
    expect(told.find(({ what }) => what === 'seen')!.tokens.slice(0, 3)).toEqual([2, 0, 24]);
  });
});

describe('prefill and decode on replicas of their own', () => {
  test('a prefill replica ends a request at its first token, a decode replica begins with the second', () => {
    expect(story({ ...SPEC, role: 'prefill' }, [submit(1, 0, 20, 4)])).toEqual([
      'started 1 @0 (0)',
      'first token 1 @12',
      'finished 1 @12',
    ]);
    // As alone on one replica: 39.3 after the prefill.
    expect(story({ ...SPEC, role: 'decode' }, [submit(1, 12, 20, 4)])).toEqual([
      'started 1 @12 (20)',
      'finished 1 @51.3',
    ]);
  });
});

test('the work goes by requests, not by tokens: a thousand times the tokens, the same stretches', () => {
  const stretches = [10, 10_000].map((scale) => {
    const acts = Array.from({ length: 200 }, (_, id) =>
      submit(id, id * scale, 3 * scale, (2 + (id % 7)) * scale),
    );
    const { replica, totals } = drive({ ...SPEC, maxBatch: 32, tokenBudget: 512 }, acts);
    expect(totals.decodedTokens).toBe(
      acts.length * -1 + scale * acts.reduce((sum, _, id) => sum + 2 + (id % 7), 0),
    );
    return replica.stretches;
  });
  // Per request at most: one cut by its arrival, its full chunks (cut by each end of another), its last chunk, its end.
  for (const count of stretches) expect(count).toBeLessThanOrEqual(4 * 200);
});

test('long generations: more than fifty iterations to a stretch', () => {
  const acts = Array.from({ length: 300 }, (_, id) => submit(id, 0, 500, 2000 + ((id * 7919) % 4001)));
  const { replica, totals } = drive({ ...SPEC, maxBatch: 32, tokenBudget: 8192, prefill: 'whole' }, acts);
  expect(totals.iterations / replica.stretches).toBeGreaterThan(50);
});

describe('a sink that acts at once', () => {
  test('who is submitted at the end of another joins at that very boundary; who is cancelled there hears no more', () => {
    const told: string[] = [];
    const request = (id: number, outputTokens: number): Request => {
      return { id, promptTokens: 20, outputTokens, session: -1, sharedTokens: 0 };
    };
    const replica: Replica = new Replica(SPEC, {
      started: (id, atS) => told.push(`started ${id} @${atS}`),
      firstToken: (id, atS) => told.push(`first token ${id} @${atS}`),
      finished: (id, atS) => {
        told.push(`finished ${id} @${atS}`);
        if (id !== 1) return;
        expect(replica.cancel(2, atS)).toEqual({ generatedTokens: 1 });
        replica.submit(request(3, 1), atS);
      },
      evicted: () => {},
    });
    replica.submit(request(1, 1), 0);
    replica.submit(request(2, 9), 0);
    while (replica.nextS() < Number.POSITIVE_INFINITY) replica.advance(replica.nextS());
    // 1 and 2 are prefilled at 2 + 20 = 22; then 3 alone takes 2 + 10.
    expect(told).toEqual([
      'started 1 @0',
      'started 2 @0',
      'first token 1 @22',
      'finished 1 @22',
      'started 3 @22',
      'first token 3 @34',
      'finished 3 @34',
    ]);
    expect([replica.batch, replica.waiting, replica.kvTokensHeld(34)]).toEqual([0, 0, 0]);
  });
});

test('what was due must be carried out before anything later happens', () => {
  const { replica } = drive(SPEC, []);
  replica.submit({ id: 1, promptTokens: 20, outputTokens: 1, session: -1, sharedTokens: 0 }, 0);
  expect(() => replica.cancel(1, 5)).toThrow('advance to 5 first: a change was due at 0');
});

test('a point at batch 0 is paid by iterations that only read prompts', () => {
  const spec = { ...SPEC, timing: { ...SPEC.timing, batchS: [{ batch: 0, s: 7 }, ...SPEC.timing.batchS] } };
  expect(batchSeconds(spec.timing, 0)).toBe(7);
  expect(batchSeconds(SPEC.timing, 0)).toBe(0);
  expect(batchSeconds(spec.timing, 2)).toBe(12);
});
