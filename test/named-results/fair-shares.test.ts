/**
 * Weighted shares of one resource while everybody has work waiting, held against the bounds of the papers at every
 * completion of a whole run.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observe, type Row } from '../simulation/observe.js';

const WEIGHTS = { a: 1, b: 2, c: 5 } as const;
type Tenant = keyof typeof WEIGHTS;
const TENANTS = Object.keys(WEIGHTS) as readonly Tenant[];
const PAIRS = TENANTS.flatMap((f) => TENANTS.filter((m) => m !== f).map((m) => [f, m] as const));

/** Sizes of the tasks of each tenant; all are there at 0. */
type Sizes = Readonly<Record<Tenant, readonly number[]>>;
type ByTenant = Readonly<Record<Tenant, number>>;

/** Work completed by tenant over weight, at 0 and after each completion, until somebody has nothing waiting. */
function normalisedService(sizes: Sizes, ordering: object, servers: number): ByTenant[] {
  const rows = Object.fromEntries(
    TENANTS.map((tenant) => [tenant, sizes[tenant].map((work): Row => ({ at: 0, work }))]),
  );
  const { changes } = observe(
    {
      version: 1,
      name: 'shares',
      run: { drain: true },
      pools: { p: { slotsPerGpu: servers } },
      stages: { s: { pool: 'p' } },
      workloads: Object.fromEntries(
        TENANTS.map((tenant) => [tenant, { tenant, workflow: [{ stage: 's', work: 'trace' }] }]),
      ),
      policies: { ordering },
    },
    { rows },
  );
  const waiting: Record<Tenant, number> = { a: sizes.a.length, b: sizes.b.length, c: sizes.c.length };
  const done: Record<Tenant, number> = { a: 0, b: 0, c: 0 };
  const normalised = (): ByTenant => ({
    a: done.a / WEIGHTS.a,
    b: done.b / WEIGHTS.b,
    c: done.c / WEIGHTS.c,
  });
  const history = [normalised()];
  for (const { task, to, workS } of changes) {
    const tenant = task.split('/')[0] as Tenant;
    if (to === 'in-progress' && --waiting[tenant] === 0) break;
    if (to !== 'completed') continue;
    done[tenant] += workS;
    history.push(normalised());
  }
  return history;
}

const size = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0.05, max: 8, noNaN: true }));
/** About in proportion to the weights, so that nobody is done much earlier than the others. */
const anySizes: fc.Arbitrary<Sizes> = fc.record({
  a: fc.array(size, { minLength: 8, maxLength: 12 }),
  b: fc.array(size, { minLength: 16, maxLength: 24 }),
  c: fc.array(size, { minLength: 40, maxLength: 60 }),
});
const largest = (sizes: Sizes, tenant: Tenant): number => Math.max(...sizes[tenant]);

/** In every interval between two completions: how much more of its share f got than m, at most. */
function largestLead(history: readonly ByTenant[], f: Tenant, m: Tenant): number {
  let lowest = 0;
  let lead = 0;
  for (const done of history) {
    const difference = done[f] - done[m];
    lead = Math.max(lead, difference - lowest);
    lowest = Math.min(lowest, difference);
  }
  return lead;
}

describe('wfq', () => {
  const ordering = { policy: 'wfq', weights: WEIGHTS };

  test('equal tasks, weights 1:2:5: at every completion each tenant is within one task of its share', () => {
    const history = normalisedService(
      { a: Array(40).fill(3), b: Array(80).fill(3), c: Array(200).fill(3) },
      ordering,
      1,
    );
    // Everybody was served for about the whole of it.
    expect(history.length).toBeGreaterThan(300);
    // f may be one of its own tasks ahead, which is 3/weight of normalised service.
    for (const done of history)
      for (const [f, m] of PAIRS) expect(done[f] - done[m]).toBeLessThanOrEqual(3 / WEIGHTS[f] + 1e-9);
    // In each round of eight tasks: one, two and five.
    const rounds = history.filter((_, completions) => completions % 8 === 0);
    for (const [round, done] of rounds.entries())
      expect(done, `round ${round}`).toEqual({ a: 3 * round, b: 3 * round, c: 3 * round });
  });

  test('any sizes: nobody is ever ahead of anybody by more than one of its own tasks', () => {
    fc.assert(
      fc.property(anySizes, (sizes) => {
        for (const done of normalisedService(sizes, ordering, 1))
          for (const [f, m] of PAIRS)
            expect(done[f] - done[m]).toBeLessThanOrEqual(largest(sizes, f) / WEIGHTS[f] + 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  test('in any interval the shares differ by a task of each, and with D servers by D + 1 times that', () => {
    // Goyal, Vin & Cheng, Start-time fair queueing (1996); SFQ(D): Jin, Chase & Kaur (2004).
    fc.assert(
      fc.property(anySizes, fc.constantFrom(1, 2, 4), (sizes, servers) => {
        const history = normalisedService(sizes, ordering, servers);
        const factor = servers === 1 ? 1 : servers + 1;
        for (const [f, m] of PAIRS)
          expect(largestLead(history, f, m)).toBeLessThanOrEqual(
            factor * (largest(sizes, f) / WEIGHTS[f] + largest(sizes, m) / WEIGHTS[m]) + 1e-9,
          );
      }),
      { numRuns: 25 },
    );
  });

  test('first come, first served keeps no such promise', () => {
    const sizes = { a: Array(40).fill(3), b: Array(80).fill(3), c: Array(200).fill(3) };
    const history = normalisedService(sizes, { policy: 'fifo' }, 1);
    expect(largestLead(history, 'a', 'c')).toBeGreaterThan(10 * (3 / 1 + 3 / 5));
  });
});

describe('drr', () => {
  test('in any interval the shares differ by the quantum and a task of each', () => {
    // Shreedhar & Varghese (1995): the quantum and twice the largest task, with weights of at least 1.
    fc.assert(
      fc.property(anySizes, fc.constantFrom(0.5, 2, 8, 20), (sizes, quantum) => {
        const history = normalisedService(sizes, { policy: 'drr', weights: WEIGHTS, quantum }, 1);
        for (const [f, m] of PAIRS)
          expect(largestLead(history, f, m)).toBeLessThanOrEqual(
            quantum + largest(sizes, f) / WEIGHTS[f] + largest(sizes, m) / WEIGHTS[m] + 1e-9,
          );
      }),
      { numRuns: 40 },
    );
  });

  test('with a quantum of one task the turns are one, two and five tasks', () => {
    const sizes = { a: Array(40).fill(3), b: Array(80).fill(3), c: Array(200).fill(3) };
    const history = normalisedService(sizes, { policy: 'drr', weights: WEIGHTS, quantum: 3 }, 1);
    const rounds = history.filter((_, completions) => completions % 8 === 0);
    expect(rounds.length).toBeGreaterThan(30);
    for (const [round, done] of rounds.entries())
      expect(done, `round ${round}`).toEqual({ a: 3 * round, b: 3 * round, c: 3 * round });
  });
});
