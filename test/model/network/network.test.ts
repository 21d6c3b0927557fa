import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Network } from '../../../src/model/network/network.js';
import { type CapacityChange, fluidFinishTimes, progressiveFilling, type Transfer } from './reference.js';

const NEVER = Number.POSITIVE_INFINITY;

function networkOf(...capacities: number[]): Network {
  const network = new Network();
  network.addLinks(capacities.map((bytesPerS) => ({ bytesPerS })));
  return network;
}

const over = (...links: number[]) => ({ links, latencyS: 0 });

/** Advances until a time and says who was done when. */
function drain(network: Network, untilS: number): string[] {
  const told: string[] = [];
  network.advance(untilS, (id, atS) => told.push(`${id}@${atS}`));
  return told;
}

describe('by hand', () => {
  test('two links: a long flow is held back where it shares, and the short ones take what it leaves', () => {
    // Link 0 carries 10 bytes/s, link 1 carries 16. Flow 1 crosses both, flow 2 link 0, flow 3 link 1.
    const network = networkOf(10, 16);
    network.start(1, over(0, 1), 50, 0);
    network.start(2, over(0), 20, 0);
    network.start(3, over(1), 88, 0);
    // Link 0 is full first, at 10 / 2 = 5; flow 3 gets the rest of link 1, 16 - 5 = 11.
    expect(network.nextS()).toBe(4);
    expect([1, 2, 3].map((id) => network.rate(id))).toEqual([5, 5, 11]);
    // At 4 s flow 2 is done (20 / 5). Flow 1 has 50 - 20 = 30 left, flow 3 88 - 44 = 44. Now link 1 is full first, at
    // 16 / 2 = 8 (link 0 could give flow 1 all its 10).
    expect(drain(network, 4)).toEqual(['2@4']);
    expect([1, 3].map((id) => network.rate(id))).toEqual([8, 8]);
    // Flow 1 is done at 4 + 30 / 8 = 7.75 s, when flow 3 has 44 - 30 = 14 left and link 1 for itself: 14 / 16 = 0.875.
    expect(drain(network, 100)).toEqual(['1@7.75', '3@8.625']);
    // Link 0 carried 50 + 20, link 1 50 + 88; link 0 was full until 4 s and at 8 of 10 until 7.75 s.
    expect([network.bytesCarried(0, 100), network.bytesCarried(1, 100)]).toEqual([70, 138]);
    expect(network.busyS(0, 100)).toBeCloseTo(4 + 0.8 * 3.75, 12);
    expect(network.busyS(1, 100)).toBeCloseTo(8.625, 12);
  });

  test('latency comes first and takes no bandwidth', () => {
    const network = networkOf(10);
    network.start(1, { links: [0], latencyS: 2 }, 30, 0);
    network.start(2, over(0), 30, 0);
    // Alone until 2 s, flow 2 moves 20; then 5 bytes/s each: its last 10 take until 4 s, when flow 1 has 20 left.
    expect(drain(network, 10)).toEqual(['2@4', '1@6']);
  });

  test('a path without links takes no time, nothing to carry takes the latency', () => {
    const network = networkOf(10);
    network.start(1, over(), 1e12, 3);
    network.start(2, { links: [0], latencyS: 0.5 }, 0, 3);
    expect(drain(network, 3)).toEqual(['1@3']);
    expect(drain(network, 9)).toEqual(['2@3.5']);
  });

  test('what is cancelled gives back the bytes that it had to move still, in its latency all of them', () => {
    const network = networkOf(10);
    network.start(1, over(0), 100, 0);
    network.start(2, over(0), 100, 0);
    network.start(3, { links: [0], latencyS: 50 }, 70, 0);
    expect(network.cancel(1, 4)).toBe(80);
    expect(network.cancel(3, 4)).toBe(70);
    // Flow 2 has 80 left and the link for itself.
    expect(drain(network, 99)).toEqual(['2@12']);
  });

  test('flows over a link that is down stand still until it is up again', () => {
    const network = networkOf(10);
    network.start(1, over(0), 100, 0);
    network.setCapacity(0, 0, 4);
    expect(network.nextS()).toBe(NEVER);
    network.setCapacity(0, 20, 7);
    expect(drain(network, 99)).toEqual(['1@10']);
    expect([network.bytesCarried(0, 99), network.busyS(0, 99)]).toEqual([100, 7]);
  });

  test('a flow that begins on a link that is down gets through when it comes up', () => {
    const network = networkOf(0);
    network.start(1, over(0), 10, 1);
    expect(network.nextS()).toBe(NEVER);
    network.setCapacity(0, 5, 3);
    expect(drain(network, 9)).toEqual(['1@5']);
  });
});

describe('one instant', () => {
  test('those that are done together are told in the order in which they were started', () => {
    const network = networkOf(12, 4);
    for (const id of [7, 3, 5]) network.start(id, over(0), 8, 0);
    network.start(1, over(1), 8, 0);
    expect(drain(network, 2)).toEqual(['7@2', '3@2', '5@2', '1@2']);
  });

  test('a call-back may start, and cancel what would be done at the very same time', () => {
    const network = networkOf(12);
    for (const id of [1, 2]) network.start(id, over(0), 6, 0);
    const told: string[] = [];
    network.advance(9, (id, atS) => {
      told.push(`${id}@${atS}`);
      if (id !== 1) return;
      told.push(`left ${network.cancel(2, atS)}`);
      network.start(3, over(0), 36, atS);
    });
    expect(told).toEqual(['1@1', 'left 0', '3@4']);
  });

  test('many starts at one instant cost one recomputation, and so do many ends', () => {
    const network = networkOf(102);
    for (let id = 0; id < 50; id++) network.start(id, over(0), 10, 0);
    network.start(50, over(0), 60, 0);
    expect(network.nextS()).toBe(5);
    expect(network.flowsRecomputed).toBe(51);
    expect(drain(network, 5).length).toBe(50);
    expect(network.nextS()).toBeCloseTo(5 + 50 / 102, 12);
    expect(network.flowsRecomputed).toBe(52);
  });

  test('equal transfers are done at one instant, to the last bit, wherever they are held back', () => {
    // n flows share a link that carries as much as their own links together, so that rounding decides which is full.
    for (let n = 2; n < 60; n++) {
      for (const own of [0.1, 0.3, 0.7, 1 / 3, 1.1]) {
        const network = networkOf(...Array.from({ length: n }, () => own), n * own);
        for (let id = 0; id < n; id++) network.start(id, over(id, n), 1, 0);
        expect(drain(network, network.nextS()).length).toBe(n);
      }
    }
  });

  test('a due transfer cannot be passed over, nor can time go back', () => {
    const network = networkOf(10);
    network.start(1, over(0), 10, 5);
    expect(() => network.start(2, over(0), 10, 6.5)).toThrow(/clock is at 5 s, its next event at 6 s/);
    expect(() => network.start(2, over(0), 10, 4)).toThrow(/asked at 4 s/);
    expect(() => network.start(1, over(0), 10, 5)).toThrow(/1 is under way/);
    expect(() => network.cancel(9, 5)).toThrow(/9 is not under way/);
    expect(() => network.start(3, over(0), Number.NaN, 5)).toThrow(RangeError);
    expect(() => network.setCapacity(0, -1, 5)).toThrow(RangeError);
  });
});

test('a change recomputes the flows that it can reach, and nobody else', () => {
  const network = networkOf(10, 10, 10, 10);
  for (let id = 0; id < 30; id++) network.start(id, over(0, 1), 1e9, 0);
  for (let id = 100; id < 105; id++) network.start(id, over(2), 1e9, 0);
  network.start(200, over(3), 1e9, 0);
  network.nextS();
  const recomputed = (change: () => void): number => {
    const before = network.flowsRecomputed;
    change();
    network.nextS();
    return network.flowsRecomputed - before;
  };
  expect(recomputed(() => network.cancel(100, 1))).toBe(4);
  expect(recomputed(() => network.setCapacity(3, 5, 1))).toBe(1);
  expect(recomputed(() => network.start(101_000, over(2), 1e9, 2))).toBe(5);
  expect(recomputed(() => network.cancel(0, 2))).toBe(29);
  // A flow over both joins the parts: 4 + 1 + 1; without it each is for itself again, but both have changed.
  expect(recomputed(() => network.start(300, over(2, 3), 1e9, 3))).toBe(7);
  expect(recomputed(() => network.cancel(300, 3))).toBe(6);
  expect(recomputed(() => network.cancel(200, 3))).toBe(0);
});

// Random networks: up to 7 links, capacities over four orders of magnitude, some of them equal so that ties occur.
const capacity = fc.oneof(fc.constantFrom(1, 10, 100), fc.double({ min: 0.1, max: 1000, noNaN: true }));
const capacities = fc.array(capacity, { minLength: 1, maxLength: 7 });
const chosen = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
const within = (links: readonly number[], count: number): number[] => [
  ...new Set(links.map((link) => link % count)),
];

const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('start' as const), links: chosen, bytes: capacity }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('capacity' as const),
      link: fc.nat(),
      to: fc.oneof(capacity, fc.constant(0)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
);

/**
 * Plays random actions, after each one gives what is under way to a check, and at the end cancels the rest. `moved` is
 * what the transfers say of themselves, by link.
 */
function play(
  given: readonly number[],
  actions: readonly (typeof action extends fc.Arbitrary<infer A> ? A : never)[],
  check: (
    network: Network,
    capacities: readonly number[],
    paths: ReadonlyMap<number, readonly number[]>,
  ) => void,
): { network: Network; nowS: number; moved: readonly number[] } {
  const network = networkOf(...given);
  const now = [...given];
  const underWay = new Map<number, readonly number[]>();
  const bytesOf = new Map<number, number>();
  const moved = given.map(() => 0);
  let nowS = 0;
  let ids = 0;
  const count = (id: number, bytes: number): void => {
    for (const link of underWay.get(id)!) moved[link]! += bytes;
    underWay.delete(id);
  };
  for (const step of actions) {
    if (step.do === 'start') {
      const links = within(step.links, given.length);
      underWay.set(ids, links);
      bytesOf.set(ids, step.bytes);
      network.start(ids++, { links, latencyS: 0 }, step.bytes, nowS);
    } else if (step.do === 'cancel' && underWay.size > 0) {
      const id = [...underWay.keys()][step.which % underWay.size]!;
      count(id, bytesOf.get(id)! - network.cancel(id, nowS));
    } else if (step.do === 'capacity') {
      const link = step.link % given.length;
      now[link] = step.to;
      network.setCapacity(link, step.to, nowS);
    } else if (step.do === 'wait' || step.do === 'next') {
      const nextS = network.nextS();
      if (nextS === NEVER) continue;
      nowS += (nextS - nowS) * (step.do === 'wait' ? step.share : 1);
      network.advance(nowS, (id) => count(id, bytesOf.get(id)!));
    }
    network.nextS();
    check(network, now, underWay);
  }
  for (const id of [...underWay.keys()]) count(id, bytesOf.get(id)! - network.cancel(id, nowS));
  return { network, nowS, moved };
}

describe('random networks', () => {
  test('after every start, end, cancellation and change of capacity the rates are those of progressive filling', () => {
    fc.assert(
      fc.property(capacities, fc.array(action, { maxLength: 40 }), (given, actions) => {
        play(given, actions, (network, now, paths) => {
          const expected = progressiveFilling(now, [...paths.values()]);
          for (const [i, id] of [...paths.keys()].entries()) {
            expect(Math.abs(network.rate(id) - expected[i]!)).toBeLessThanOrEqual(1e-9 * expected[i]!);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  test('no link is above its capacity, and every flow crosses a full link on which no flow has more', () => {
    fc.assert(
      fc.property(capacities, fc.array(action, { maxLength: 40 }), (given, actions) => {
        play(given, actions, (network, now, paths) => {
          const loads = now.map((_, link) =>
            [...paths].reduce((sum, [id, path]) => sum + (path.includes(link) ? network.rate(id) : 0), 0),
          );
          const isFull = (link: number): boolean => loads[link]! >= now[link]! * (1 - 1e-9);
          for (const [link, load] of loads.entries()) {
            expect(load).toBeLessThanOrEqual(now[link]! * (1 + 1e-9));
            expect(network.linkLoadBytesPerS(link)).toBeCloseTo(load, 9);
          }
          for (const [id, path] of paths) {
            const isBottleneck = (link: number): boolean =>
              isFull(link) &&
              [...paths].every(
                ([other, links]) =>
                  !links.includes(link) || network.rate(other) <= network.rate(id) * (1 + 1e-9),
              );
            expect(path.some(isBottleneck)).toBe(true);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  test('rates kept up to date change by change are to the last bit those of the same flows started at once', () => {
    fc.assert(
      fc.property(capacities, fc.array(action, { maxLength: 40 }), (given, actions) => {
        play(given, actions, (network, now, paths) => {
          const fresh = networkOf(...now);
          for (const [id, links] of [...paths].reverse()) fresh.start(id, { links, latencyS: 0 }, 1, 0);
          fresh.nextS();
          for (const id of paths.keys()) expect(network.rate(id)).toBe(fresh.rate(id));
        });
      }),
      { numRuns: 200 },
    );
  });

  test('links that are full at the same level give the same rates in whatever order their flows began', () => {
    // Two like links with n flows each, of which k cross both: 1 / n for all, but for rounding.
    for (let n = 2; n < 40; n++) {
      for (let k = 1; k < n; k++) {
        const paths = Array.from({ length: 2 * n - k }, (_, i) => (i < k ? [0, 1] : i < n ? [0] : [1]));
        const ratesFrom = (ids: readonly number[]): number[] => {
          const network = networkOf(1, 1);
          for (const id of ids) network.start(id, over(...paths[id]!), 1, 0);
          network.nextS();
          return [...paths.keys()].map((id) => network.rate(id));
        };
        const ids = [...paths.keys()];
        expect(ratesFrom([...ids].reverse())).toEqual(ratesFrom(ids));
      }
    }
  });

  test('every link has carried the bytes of the flows that crossed it, whole or up to their cancellation', () => {
    fc.assert(
      fc.property(capacities, fc.array(action, { maxLength: 60 }), (given, actions) => {
        const { network, nowS, moved } = play(given, actions, () => undefined);
        for (const [link, bytes] of moved.entries()) {
          const error = Math.abs(network.bytesCarried(link, nowS) - bytes);
          expect(error).toBeLessThanOrEqual(1e-9 * Math.max(1, bytes));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('transfers are done when a fluid simulation that computes everything anew says so', () => {
    const timeS = fc.double({ min: 0, max: 50, noNaN: true });
    const transfer = fc.record({
      startS: timeS,
      latencyS: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true })),
      bytes: fc.oneof(fc.constant(0), capacity),
      links: fc.oneof({ weight: 9, arbitrary: chosen }, { weight: 1, arbitrary: fc.constant([]) }),
    });
    const change = fc.record({ atS: timeS, link: fc.nat(), bytesPerS: capacity });
    fc.assert(
      fc.property(
        capacities,
        fc.array(transfer, { maxLength: 25 }),
        fc.array(change, { maxLength: 4 }),
        (given, drawn, drawnChanges) => {
          const transfers: Transfer[] = drawn.map(({ links, ...rest }) => ({
            ...rest,
            path: within(links, given.length),
          }));
          const changes: CapacityChange[] = drawnChanges.map((c) => ({ ...c, link: c.link % given.length }));
          const finishS = transfers.map(() => NEVER);
          const network = networkOf(...given);
          const done = (id: number, atS: number): void => {
            finishS[id] = atS;
          };
          const happenings = [
            ...changes.map((c) => ({
              atS: c.atS,
              happen: () => network.setCapacity(c.link, c.bytesPerS, c.atS),
            })),
            ...transfers.map(({ startS, latencyS, bytes, path }, id) => ({
              atS: startS,
              happen: () => network.start(id, { links: path, latencyS }, bytes, startS),
            })),
          ].sort((a, b) => a.atS - b.atS);
          for (const { atS, happen } of happenings) {
            network.advance(atS, done);
            happen();
          }
          network.advance(1e6, done);
          const expected = fluidFinishTimes(given, transfers, changes);
          for (const [id, expectedS] of expected.entries()) {
            expect(Math.abs(finishS[id]! - expectedS)).toBeLessThanOrEqual(1e-9 * Math.max(1, expectedS));
          }
          expect(network.flows).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
