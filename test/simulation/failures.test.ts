/** What holds whatever fails: nobody is lost, nothing is held twice, time is counted once, and policies change no failure. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import { N, NONE } from '../../src/model/task-table.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import type { Run } from '../../src/simulation/simulate.js';
import { type Observed, observe, oneStage, type ScenarioObject } from './observe.js';
import { failingSystem, policiesWith } from './small-scenario.js';

/** How many times the usual number of cases to try; see test/setup.ts. */
const EFFORT = Number(process.env.WIPSIM_TEST_FACTOR ?? 1);

function observeValid(scenario: ScenarioObject, options: Parameters<typeof observe>[1] = {}): Observed {
  try {
    return observe(scenario, options);
  } catch (error) {
    fc.pre(!(error instanceof ScenarioError));
    throw error;
  }
}

/** Units that tasks hold, by pool and node. */
function heldByNode({ state }: Run): Map<number, number>[] {
  const held = state.pools.map(() => new Map<number, number>());
  const { tasks } = state;
  tasks.forEach((task) => {
    if (tasks.n[task + N.node] === NONE) return;
    const pool = state.spec.stages[tasks.n[task + N.stage]!]!.resource.index;
    state.pools[pool]!.pool.forEachNodeOf(task, (node, units) => {
      held[pool]!.set(node, (held[pool]!.get(node) ?? 0) + units);
    });
  });
  return held;
}

function expectNothingHeldTwice(run: Run): void {
  for (const [index, held] of heldByNode(run).entries()) {
    const { pool, spec } = run.state.pools[index]!;
    for (const [node, units] of held) {
      if (units > pool.unitsOf(node))
        throw new Error(`${units} units of node ${node} of ${spec.name} are held at ${run.state.nowS} s`);
      if (pool.heldAt(node) !== units)
        throw new Error(`node ${node} of ${spec.name} counts ${pool.heldAt(node)} units held, not ${units}`);
    }
  }
}

/** On a node that has failed there is nobody but those who have finished and wait at a door. */
function expectNobodyOnFailedNodes({ state }: Run): void {
  const failed = state.clocks.filter(
    ({ phase, source }) => phase === 3 && source.slowdown === Number.POSITIVE_INFINITY,
  );
  for (const { station, nodes } of failed)
    for (let i = 0; i < station.running!.size; i++) {
      const task = station.running!.at(i);
      if (state.tasks.n[task + N.state] === State.blocked) continue;
      if (nodes.some((node) => station.pool.isOn(task, node)))
        throw new Error(`a task is on a node of ${station.spec.name} that has failed, at ${state.nowS} s`);
    }
}

/** Counts GPU-time from outside: what is held and what is closed, between each two events. */
function accountant() {
  let sinceS = 0;
  let held: number[] = [];
  let down: number[] = [];
  const heldS: number[] = [];
  const downS: number[] = [];
  return {
    heldS,
    downS,
    look(run: Run): void {
      const { nowS, pools } = run.state;
      for (const [index] of pools.entries()) {
        heldS[index] = (heldS[index] ?? 0) + (held[index] ?? 0) * (nowS - sinceS);
        downS[index] = (downS[index] ?? 0) + (down[index] ?? 0) * (nowS - sinceS);
      }
      sinceS = nowS;
      const byNode = heldByNode(run);
      held = byNode.map((units) => [...units.values()].reduce((sum, one) => sum + one, 0));
      down = pools.map(({ pool }, index) =>
        Array.from({ length: pool.nodes }, (_, node) => node)
          .filter((node) => !pool.isOpen(node))
          .reduce((sum, node) => sum + pool.unitsOf(node) - (byNode[index]!.get(node) ?? 0), 0),
      );
    },
  };
}

const hasSpot = (scenario: ScenarioObject): boolean => JSON.stringify(scenario.pools).includes('"spot"');

describe('any small scenario whose nodes fail', () => {
  test('keeps conservation, capacity and Little’s law, and counts every second of every GPU once', () => {
    fc.assert(
      fc.property(failingSystem, policiesWith({}), (system, policies) => {
        const account = accountant();
        const scenario = { ...system, policies };
        const observed = observeValid(scenario, {
          between: (run) => {
            expectNothingHeldTwice(run);
            expectNobodyOnFailedNodes(run);
            account.look(run);
          },
        });
        const { measures, run, endS } = observed;
        account.look(run);
        const inSystem = run.state.tasks.size - run.state.copies;
        const { total } = measures;
        expect(total.arrived).toBe(
          total.completed +
            total.rejected +
            total.timed_out +
            total.cancelled +
            total.dead_lettered +
            inSystem,
        );
        for (const [index, { spec, pool, isScaled, sharing, serving }] of run.state.pools.entries()) {
          const { gpus, utilisation } = measures.pools[spec.name]!;
          const { busy, idle, down, wasted } = utilisation;
          for (const part of [busy, idle, down, wasted]) expect(part).toBeGreaterThanOrEqual(-1e-9);
          if (gpus > 0) expect(busy + idle + down).toBeCloseTo(1, 9);
          expect(wasted).toBeLessThanOrEqual(busy + 1e-9);
          // Where tasks share, held is not busy.
          if (
            sharing !== null ||
            serving !== null ||
            hasSpot(scenario) ||
            'backpressure' in policies ||
            'scaling' in policies
          )
            continue;
          expect(isScaled).toBe(false);
          const unitsS = gpus * pool.unitsPerGpu * endS;
          expect(busy * unitsS).toBeCloseTo(account.heldS[index]!, 6);
          expect(down * unitsS).toBeCloseTo(account.downS[index]!, 6);
        }
        const numbers = JSON.stringify([observed.measures, observed.series]);
        expect(numbers).not.toContain('null');
      }),
      { numRuns: 600 * EFFORT },
    );
  });

  test('gives the same bytes from the same seed', () => {
    fc.assert(
      fc.property(failingSystem, policiesWith({}), (system, policies) => {
        const bytes = () => {
          const { measures, series } = observeValid({ ...system, policies });
          return JSON.stringify([measures, series]);
        };
        expect(bytes()).toBe(bytes());
      }),
      { numRuns: 60 * EFFORT },
    );
  });
});

describe('failures are nobody’s doing', () => {
  const failing = (policies: object, rate = 1) =>
    oneStage({
      run: { duration: 1000, seed: 7 },
      pools: {
        p: {
          mode: 'exclusive',
          nodes: 4,
          nodesPerRack: 2,
          failures: {
            node: { mtbf: 100, repair: { dist: 'exponential', mean: 10 } },
            gpu: { mtbf: { p50: 100, p99: 1000 }, repair: 5 },
            rack: { mtbf: 300, repair: 20 },
            spot: { mtbf: 200, notice: 5, back: 30 },
          },
        },
      },
      workloads: {
        w: {
          arrival: { process: 'poisson', rate },
          workflow: [{ stage: 's', work: { dist: 'exponential', mean: 3 }, gpus: 1 }],
        },
      },
      policies,
    });

  /** When which node went out of service for which reason. */
  const outages = (scenario: ScenarioObject) =>
    observe(scenario, { record: true })
      .decisions.filter(({ kind }) => kind === 'node')
      .map(({ atS, reason, numbers }) => `${reason} ${numbers.node} ${atS}`);

  test('they come at the same times whatever the policies and the load', () => {
    const usual = outages(failing({}));
    expect(usual.length).toBeGreaterThan(100);
    expect(outages(failing({ ordering: 'lifo', wip: { policy: 'stage', limit: 1 } }))).toEqual(usual);
    expect(outages(failing({}, 0.1))).toEqual(usual);
  });

  test('they come as often as their mean times say', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 20; seed++) {
      const scenario = failing({}, 0.01);
      for (const one of outages({ ...scenario, run: { duration: 1000, seed } })) {
        const [reason] = one.split(' ');
        counts.set(reason!, (counts.get(reason!) ?? 0) + 1);
      }
    }
    // Cycles of 110 s on 4 nodes, 320 s on 2 racks, 235 s on 4 nodes, in 20,000 s; within four standard deviations.
    const expected = { 'node-failed': 80_000 / 110, 'rack-failed': 40_000 / 320, 'spot-taken': 80_000 / 235 };
    for (const [reason, mean] of Object.entries(expected))
      expect(Math.abs(counts.get(reason)! - mean)).toBeLessThan(4 * Math.sqrt(mean));
  });

  test('they alone keep no run alive: tasks too large for the pool that is left are told as stuck', () => {
    const scenario = oneStage({
      pools: {
        p: { mode: 'exclusive', nodes: 2, spanNodes: true, failures: { node: { mtbf: 5, repair: 5 } } },
      },
      workloads: { w: { workflow: [{ stage: 's', work: 1, gpus: 2 }] } },
      disturbances: [{ pool: 'p', nodes: 1, at: 0, for: 'inf' }],
    });
    const { measures } = observe(scenario, { rows: { w: [{ at: 1 }] } });
    expect(measures.stuck_tasks).toBe(1);
  });
});
