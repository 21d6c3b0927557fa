import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Replica } from '../../../src/model/batching/replica.js';
import { peakKvTokens, type ReplicaSpec, type Request } from '../../../src/model/batching/spec.js';
import { drive } from './drive.js';
import { type Act, reference, type Told } from './reference.js';

type Grid = 'binary' | 'decimal';

/** Binary: every time is a multiple of 2^-12, so that arrivals meet boundaries exactly and sums do not round. */
function specs(grid: Grid, pressed: boolean): fc.Arbitrary<ReplicaSpec> {
  const s = (most: number) =>
    grid === 'binary'
      ? fc.integer({ min: 0, max: most }).map((n) => n / 4096)
      : fc.integer({ min: 0, max: most }).map((n) => n * 0.000317);
  return fc
    .record({
      base: s(40).map((n) => n + (grid === 'binary' ? 1 / 256 : 0.0041)),
      slope: s(3),
      knee: s(6),
      perKvTokenS: s(2),
      prefillBaseS: s(12),
      perPrefillTokenS: s(3),
      perPrefillTokenContextS: s(1),
      blockTokens: fc.constantFrom(1, 3, 4, 16),
      kvTokens: pressed ? fc.integer({ min: 96, max: 150 }) : fc.constant(Number.POSITIVE_INFINITY),
      watermark: fc.constantFrom(0, 0.01, 0.1),
      maxBatch: pressed ? fc.constantFrom(3, 9, 20) : fc.constantFrom(1, 2, 4, 9),
      budget: fc.constantFrom(0, 1, 5, 23, Number.POSITIVE_INFINITY),
      prefill: fc.constantFrom('chunked' as const, 'whole' as const),
      onShortMemory: fc.constantFrom('recompute' as const, 'swap' as const),
      swapSPerToken: s(2),
      role: fc.constantFrom('both' as const, 'both' as const, 'prefill' as const, 'decode' as const),
      prefixCache: fc.boolean(),
    })
    .map(
      ({
        base,
        slope,
        knee,
        perKvTokenS,
        prefillBaseS,
        perPrefillTokenS,
        perPrefillTokenContextS,
        ...rest
      }) => {
        const { budget, ...spec } = rest;
        const batchS = [
          { batch: base > slope ? 0 : 1, s: base },
          { batch: 4, s: base + 4 * slope },
          { batch: 8, s: base + 4 * slope + 4 * knee },
        ];
        const timing = { batchS, perKvTokenS, prefillBaseS, perPrefillTokenS, perPrefillTokenContextS };
        return { ...spec, timing, tokenBudget: spec.maxBatch + budget };
      },
    );
}

/** What a workload does, with gaps before each act of 0 (bursts), of the grid, or long enough to idle. */
const steps = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 1500 })),
    do: fc.constantFrom('submit', 'submit', 'submit', 'submit', 'look', 'cancel', 'slow'),
    prompt: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 })),
    output: fc.oneof(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 30, max: 60 })),
    single: fc.boolean(),
    session: fc.integer({ min: -1, max: 2 }),
    shared: fc.integer({ min: 0, max: 100 }),
    which: fc.nat(30),
  }),
  { minLength: 1, maxLength: 30, size: 'max' },
);

function acts(grid: Grid, role: ReplicaSpec['role']): fc.Arbitrary<Act[]> {
  // Irrational times never meet a boundary, where rounding would decide which iteration is joined.
  const unitS = grid === 'binary' ? 1 / 4096 : Math.PI / 12_000;
  return steps.map((list) => {
    let ticks = 0;
    let id = 0;
    return list.map((step): Act => {
      ticks += step.gap;
      const atS = ticks * unitS;
      if (step.do === 'look') return { do: 'look', atS };
      if (step.do === 'slow') return { do: 'slow', atS, factor: [1, 2, 1.5, 4][step.which % 4]! };
      if (step.do === 'cancel' && id > 0) return { do: 'cancel', atS, id: step.which % id };
      const request: Request = {
        id: id++,
        promptTokens: step.prompt,
        outputTokens: step.single && role !== 'decode' ? 1 : step.output,
        session: step.session,
        sharedTokens: Math.min(step.shared, step.prompt),
      };
      return { do: 'submit', atS, request };
    });
  });
}

const cases = (grid: Grid, pressed: boolean) =>
  specs(grid, pressed).chain((spec) => fc.tuple(fc.constant(spec), acts(grid, spec.role)));

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-6);
}

function expectTheSame(spec: ReplicaSpec, list: readonly Act[]): Told[] {
  const slow = reference(spec, list);
  const fast = drive(spec, list);
  const words = ({ what, id, tokens }: Told) => `${what} ${id} ${tokens.join(' ')}`;
  expect(fast.told.map(words)).toEqual(slow.told.map(words));
  for (const [i, { atS }] of slow.told.entries())
    if (!near(atS, fast.told[i]!.atS)) expect(fast.told[i]).toEqual(slow.told[i]);
  const { busyS: slowBusyS, ...slowTotals } = slow.totals;
  const { busyS, ...totals } = fast.totals;
  expect(totals).toEqual(slowTotals);
  if (!near(busyS, slowBusyS)) expect(busyS).toBe(slowBusyS);
  return slow.told;
}

describe.each<Grid>(['binary', 'decimal'])('on a %s grid of times', (grid) => {
  test.each([true, false])(
    'all is told and counted as iteration by iteration; memory short: %s',
    (pressed) => {
      const seen = { evicted: 0, lost: 0, swapped: 0, hits: 0, cancelled: 0 };
      const count = (spec: ReplicaSpec, told: readonly Told[]): void => {
        for (const { what, tokens } of told) {
          if (what === 'evicted') seen.evicted++;
          if (what === 'evicted' && tokens[0]! > 0) seen.lost++;
          if (what === 'evicted' && spec.onShortMemory === 'swap') seen.swapped++;
          if (what === 'cancelled' && tokens[0]! > 0) seen.cancelled++;
          if (what === 'started' && spec.prefixCache && tokens[0]! > 0) seen.hits++;
        }
      };
      fc.assert(
        fc.property(cases(grid, pressed), ([spec, list]) => count(spec, expectTheSame(spec, list))),
        { numRuns: 1500 },
      );
      // What was not met was not tested.
      expect(seen.hits).toBeGreaterThan(1000);
      expect(seen.cancelled).toBeGreaterThan(200);
      for (const times of [seen.evicted, seen.lost, seen.swapped])
        expect(times > 200, JSON.stringify(seen)).toBe(pressed);
    },
  );
});

test('running sequences never hold more than the memory, and what is cached beside them fits too', () => {
  fc.assert(
    fc.property(cases('decimal', true), ([spec, list]) => {
      const { told } = drive(
        spec,
        list.flatMap((act): Act[] => [act, { do: 'look', atS: act.atS }]),
      );
      for (const { what, tokens } of told) {
        if (what === 'seen') expect(tokens[2]! <= spec.kvTokens).toBe(true);
      }
    }),
  );
});

test('who is promised room is in the batch after the next boundary', () => {
  let promised = 0;
  fc.assert(
    fc.property(cases('decimal', true), fc.integer({ min: 1, max: 45 }), ([spec, list], prompt) => {
      for (let cutAt = 1; cutAt <= list.length; cutAt++) {
        const started = new Map<number, number>();
        const replica = new Replica(spec, {
          started: (id, atS) => started.set(id, atS),
          firstToken: () => {},
          finished: () => {},
          evicted: () => {},
        });
        let atS = 0;
        for (const act of list.slice(0, cutAt)) {
          atS = act.atS;
          replica.advance(atS);
          if (act.do === 'submit') replica.submit(act.request, atS);
          else if (act.do === 'cancel') replica.cancel(act.id, atS);
        }
        const request = { id: 1e6, promptTokens: prompt, outputTokens: 2, session: -1, sharedTokens: 0 };
        expect(peakKvTokens(spec, request)).toBeLessThan(90);
        if (!replica.hasRoom(prompt, atS)) continue;
        promised++;
        replica.submit(request, atS);
        const nextS = replica.nextS();
        replica.advance(nextS);
        expect(started.get(1e6)).toBe(nextS);
      }
    }),
  );
  expect(promised).toBeGreaterThan(100);
});
