/**
 * The borrowing of API Priority and Fairness (apf_controller.go, updateBorrowing, and its seat demand statistics)
 * written down once more, with the fair proportion found by bisection, and compared with the policy's seats after every
 * adjustment. Nobody waits here: then demand is the seats in use, which the policy sees exactly.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairSeats } from '../../../src/policies/wip/fair-seats.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

const NAMES = ['a', 'b', 'c'];
const PERIOD_S = 10;

interface Configured {
  readonly shares: number;
  readonly lendablePercent: number;
  readonly borrowingLimitPercent?: number;
}

class PriorityLevel {
  readonly nominalCl: number;
  private readonly minCl: number;
  private readonly maxCl: number;
  private smoothed = 0;
  /** Seats in use from each moment of the present period on. */
  private history: { atS: number; seats: number }[] = [{ atS: 0, seats: 0 }];

  constructor(configured: Configured, serverCl: number, shareSum: number) {
    const { shares, lendablePercent, borrowingLimitPercent } = configured;
    this.nominalCl = Math.ceil((serverCl * shares) / shareSum);
    this.minCl = this.nominalCl - Math.round((this.nominalCl * lendablePercent) / 100);
    this.maxCl =
      this.nominalCl +
      (borrowingLimitPercent === undefined
        ? serverCl
        : Math.round((this.nominalCl * borrowingLimitPercent) / 100));
  }

  get seats(): number {
    return this.history.at(-1)!.seats;
  }

  use(atS: number, seats: number): void {
    this.history.push({ atS, seats });
  }

  problem(nowS: number): { lower: number; upper: number; target: number } {
    const forS = nowS - this.history[0]!.atS;
    let [sum, squares] = [0, 0];
    this.history.forEach(({ atS, seats }, i) => {
      const lastedS = (this.history[i + 1]?.atS ?? nowS) - atS;
      sum += seats * lastedS;
      squares += seats * seats * lastedS;
    });
    const highWatermark = Math.max(...this.history.map((one) => one.seats));
    if (forS > 0) {
      const average = sum / forS;
      const envelope = average + Math.sqrt(Math.max(0, squares / forS - average * average));
      this.smoothed = Math.max(envelope, 0.977 * this.smoothed + (1 - 0.977) * envelope);
    }
    this.history = [{ atS: nowS, seats: this.seats }];
    const lower = Math.max(this.minCl, Math.min(this.nominalCl, highWatermark));
    return { lower, upper: this.maxCl, target: Math.max(lower, this.smoothed) };
  }
}

/** Seats before they are rounded: one proportion of the targets for all, within the bounds. */
function allocate(problems: readonly { lower: number; upper: number; target: number }[], total: number) {
  const at = (proportion: number) =>
    problems.map(({ lower, upper, target }) =>
      Math.max(lower, Math.min(upper, proportion * Math.max(target, 0.001))),
    );
  let [low, high] = [0, 1e7];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((a, b) => a + b) < total) low = middle;
    else high = middle;
  }
  return at(high);
}

test('as written down from Kubernetes: the seats of each level after every adjustment', () => {
  const level = fc.record(
    {
      shares: fc.integer({ min: 1, max: 40 }),
      lendablePercent: fc.integer({ min: 0, max: 100 }),
      borrowingLimitPercent: fc.integer({ min: 0, max: 300 }),
    },
    { requiredKeys: ['shares', 'lendablePercent'] },
  );
  const change = fc.record({
    gapS: fc.oneof(
      fc.nat(12).map((n) => n / 4),
      fc.constantFrom(10, 45),
    ),
    of: fc.nat(2),
    seats: fc.nat(30),
  });
  let adjustments = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 60 }),
      fc.tuple(level, level, level),
      fc.array(change, { maxLength: 60 }),
      (serverCl, configured, changes) => {
        const runtime = fakeRuntime();
        const policy = make(
          fairSeats,
          { seats: serverCl, levels: Object.fromEntries(NAMES.map((name, i) => [name, configured[i]!])) },
          { tenants: NAMES, tasks: NAMES.map((_, tenant) => ({ tenant })) },
          runtime,
        );
        const shareSum = configured.reduce((sum, { shares }) => sum + shares, 0);
        const levels = configured.map((one) => new PriorityLevel(one, serverCl, shareSum));
        const total = levels.reduce((sum, { nominalCl }) => sum + nominalCl, 0);
        const compare = (nowS: number) => {
          const expected = allocate(
            levels.map((one) => one.problem(nowS)),
            total,
          );
          adjustments++;
          expected.forEach((seats, task) => {
            const got = policy.why!(task, nowS).numbers!.currentSeats!;
            // At a half either neighbour is right, as far as rounding goes.
            expect(Math.abs(got - seats)).toBeLessThanOrEqual(0.5 + 1e-6);
          });
        };
        compare(0);
        let nowS = 0;
        for (const { gapS, of, seats } of changes) {
          const toS = nowS + gapS;
          for (let dueS = (Math.floor(nowS / PERIOD_S) + 1) * PERIOD_S; dueS <= toS; dueS += PERIOD_S) {
            runtime.advanceTo(dueS);
            compare(dueS);
          }
          nowS = toS;
          runtime.advanceTo(nowS);
          for (let held = levels[of]!.seats; held < seats; held++) policy.started(of, 0);
          for (let held = levels[of]!.seats; held > seats; held--) policy.stopped(of, 0);
          levels[of]!.use(nowS, seats);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(adjustments).toBeGreaterThan(1000);
});
