import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { N, NONE } from '../../src/model/task-table.js';
import type { PolicyPoint } from '../../src/policies/definition.js';
import { POLICIES } from '../../src/policies/registry.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { hasRoom } from '../../src/simulation/blocking.js';
import { nextUp } from '../../src/simulation/dispatch.js';
import type { Run } from '../../src/simulation/simulate.js';
import { type Change, type Observed, observe, oneStage, type ScenarioObject } from './observe.js';
import { policiesWith, smallSystem } from './small-scenario.js';

const FINAL = ['completed', 'rejected', 'timed-out', 'cancelled', 'dead-lettered'];

/** How many times the usual number of cases to try; see test/setup.ts. */
const EFFORT = Number(process.env.WIPSIM_TEST_FACTOR ?? 1);

/** Scenarios that the checks refuse (a queue that would block itself, for example) are not run. */
function observeValid(scenario: ScenarioObject, options: Parameters<typeof observe>[1] = {}): Observed {
  try {
    return observe(scenario, options);
  } catch (error) {
    fc.pre(!(error instanceof ScenarioError));
    throw error;
  }
}

/** Nobody waits who could start, and nobody stands at a door that could go in: no wake-up was missed. */
function expectNobodyForgotten({ state }: Run): void {
  if (state.ended) return;
  for (const pool of state.pools) {
    // While victims save their state, what is free is kept for the task that stopped them.
    if (pool.reservedFor !== NONE || pool.awaitsRound) continue;
    // An order that changes with time may have another head by now than when it was asked.
    if (['scan', 'either-end'].includes(pool.stages[0]?.ordering.structure ?? '')) continue;
    const next = nextUp(state, pool.stages);
    if (next === NONE) continue;
    const fits = pool.pool.wouldFit(next, pool.placement);
    if (fits)
      throw new Error(`a task waits for pool ${pool.spec.name} at ${state.nowS} s though it could start`);
  }
  for (const { stages, spec } of state.services)
    if (nextUp(state, stages) !== NONE)
      throw new Error(`a task waits for ${spec.name} at ${state.nowS} s though it could start`);
  for (const stage of state.stages) {
    if (stage.atDoor.length === 0) continue;
    const first = stage.atDoor.head();
    if (hasRoom(state, stage, first, state.tasks.n[first + N.stepAhead]!, false))
      throw new Error(
        `a task stands at the door of ${stage.spec.name} at ${state.nowS} s though there is room`,
      );
  }
}

/** A run that has all the time it wants leaves nobody behind without saying so. */
function expectStuckAreTold(scenario: ScenarioObject, { measures, run: { state } }: Observed): void {
  if ((scenario.run as { drain?: unknown }).drain === true)
    expect(measures.stuck_tasks).toBe(state.tasks.size - state.copies);
}

function expectNumbersFit({ measures, run }: Observed): void {
  const inSystem = run.state.tasks.size - run.state.copies;
  const groups = Object.values(measures.workloads);
  const { total } = measures;
  for (const key of [
    'arrived',
    'completed',
    'rejected',
    'timed_out',
    'cancelled',
    'dead_lettered',
    'retries',
  ] as const) {
    expect(groups.reduce((sum, group) => sum + group[key], 0)).toBe(total[key]);
    expect(Object.values(measures.tenants).reduce((sum, group) => sum + group[key], 0)).toBe(total[key]);
  }
  const left = total.completed + total.rejected + total.timed_out + total.cancelled + total.dead_lettered;
  expect(total.arrived).toBe(left + inSystem);
  expect(total.latency_s.count).toBe(total.completed);
  expect(total.completed_in_time).toBeLessThanOrEqual(total.completed);
  for (const { utilisation } of Object.values(measures.pools)) {
    expect(utilisation.busy).toBeLessThanOrEqual(1 + 1e-9);
    expect(utilisation.wasted).toBeLessThanOrEqual(utilisation.busy);
  }
}

/** Every number is finite and none is negative, beyond the rounding of 1 - busy; errors of policies' estimates may be. */
function expectNoNegative(value: unknown, path: string): void {
  if (typeof value === 'number') {
    const min = path.startsWith('measures.policies.') ? Number.NEGATIVE_INFINITY : -1e-9;
    if (!(value >= min && value < Number.POSITIVE_INFINITY)) throw new Error(`${path} is ${value}`);
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) expectNoNegative(inner, `${path}.${key}`);
}

function expectChained(changes: readonly Change[]): void {
  const last = new Map<string, Change>();
  // Either copy of a hedged task may go on as the task, so the two make no one chain.
  const hedged = new Set(
    changes.filter(({ task }) => task.endsWith('.5')).map(({ task }) => task.slice(0, -2)),
  );
  let nowS = 0;
  for (const change of changes) {
    expect(change.atS).toBeGreaterThanOrEqual(nowS);
    nowS = change.atS;
    if (hedged.has(change.task.replace(/\.5$/, ''))) continue;
    const before = last.get(change.task);
    expect(change.from).toBe(before?.to ?? 'queued');
    const goesOn = change.to === 'queued' && before?.to === 'dead-lettered';
    if (before !== undefined && !goesOn && ['completed', 'cancelled', 'dead-lettered'].includes(before.to))
      throw new Error(`${change.task} goes on after it was ${before.to}`);
    last.set(change.task, change);
  }
}

const hasPreemption = (scenario: ScenarioObject): boolean =>
  'preemption' in ((scenario.policies ?? {}) as Record<string, unknown>);

function expectQueuesWithinCapacity(scenario: ScenarioObject, { measures, run }: Observed): void {
  // A preempted task goes back to its place, full or not; and a task from outside cannot be held back.
  if (hasPreemption(scenario)) return;
  for (const { name, queueCapacity, whenFull } of run.state.spec.stages)
    if (whenFull === 'refuse')
      expect(measures.stages[name]!.max_queue_length).toBeLessThanOrEqual(queueCapacity);
}

describe('any small scenario runs to its end, with conservation, capacity and Little’s law kept', () => {
  test.each(POLICIES.map(({ point, name }) => [point, name] as const))(
    'under %s/%s and any other policies',
    (point, name) => {
      fc.assert(
        fc.property(
          smallSystem,
          policiesWith({ [point]: name } as Record<PolicyPoint, string>),
          (system, policies) => {
            const scenario = { ...system, policies };
            const run = observeValid(scenario, { between: expectNobodyForgotten });
            expectNumbersFit(run);
            expectStuckAreTold(scenario, run);
            expectNoNegative(run.measures, 'measures');
            expectNoNegative(run.series, 'series');
            expectChained(run.changes);
            expectQueuesWithinCapacity(scenario, run);
          },
        ),
        { numRuns: 60 * EFFORT },
      );
    },
  );
});

test('the same seed gives the same bytes', () => {
  fc.assert(
    fc.property(smallSystem, policiesWith({}), (system, policies) => {
      const bytes = () => {
        const { measures, series, latency } = observeValid({ ...system, policies });
        return JSON.stringify([measures, series, latency.map((histogram) => histogram.curve())]);
      };
      expect(bytes()).toBe(bytes());
    }),
    { numRuns: 60 * EFFORT },
  );
});

/** Sums in another order differ in the last digits, and rounds in which nobody starts are events too. */
const rounded = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'events') return undefined;
    return typeof inner === 'number' ? Number(inner.toPrecision(9)) : inner;
  });

test('a limit that never binds takes the general way through a stage and decides nothing otherwise', () => {
  fc.assert(
    fc.property(smallSystem, (system) => {
      const outcome = (policies: object) => {
        const { measures, changes } = observeValid({ ...system, policies });
        const ways = new Map<string, string[]>();
        for (const { task, to, atS } of changes) ways.set(task, [...(ways.get(task) ?? []), `${to}@${atS}`]);
        return { measures: rounded(measures), ways };
      };
      expect(outcome({ wip: { policy: 'stage', limit: 1_000_000 } })).toEqual(outcome({}));
    }),
    { numRuns: 200 * EFFORT },
  );
});

describe('no policy shifts the draws of others', () => {
  /** Arrival of each task of open workloads, and the work of its first start at its first attempt. */
  function drawn({ changes, run }: Observed): Map<string, string> {
    const open = new Set(
      run.state.spec.workloads.filter(({ arrival }) => arrival.kind === 'open').map(({ name }) => name),
    );
    const first = new Map<string, string>();
    for (const { task, to, arrivalS, workS, attempt } of changes) {
      if (to !== 'in-progress' || attempt !== 1 || first.has(task) || !open.has(task.split('/')[0]!))
        continue;
      first.set(task, `${arrivalS} ${workS}`);
    }
    return first;
  }

  test('arrivals and first services are the same under any two policy sets', () => {
    fc.assert(
      fc.property(smallSystem, policiesWith({}), policiesWith({}), (system, one, other) => {
        const a = drawn(observeValid({ ...system, policies: one }));
        const b = drawn(observeValid({ ...system, policies: other }));
        for (const [task, draws] of a) if (b.has(task)) expect(b.get(task)).toBe(draws);
      }),
      { numRuns: 150 * EFFORT },
    );
  });
});

describe('one stage, many servers', () => {
  const servers = (count: number, rate: number, seed: number, policies: object, tasks = 300) =>
    oneStage({
      run: { tasks, seed },
      pools: { p: { gpusPerNode: count } },
      workloads: {
        high: {
          priority: 1,
          arrival: { process: 'poisson', rate: rate / 4 },
          workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
        },
        low: {
          arrival: { process: 'poisson', rate: (3 * rate) / 4 },
          workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
        },
      },
      policies,
    });
  const size = fc.integer({ min: 1, max: 4 });
  const load = fc.constantFrom(0.5, 0.8, 1.2);
  const seed = fc.nat(10_000);

  test('no server is idle while a task waits', () => {
    fc.assert(
      fc.property(size, load, seed, (count, rho, one) => {
        observe(servers(count, rho * count, one, {}), {
          between: ({ state }) => {
            let waiting = 0;
            let working = 0;
            state.tasks.forEach((task) => {
              if (state.tasks.n[task + N.node] === NONE) waiting++;
              else working++;
            });
            if (waiting > 0 && working < count)
              throw new Error(`${waiting} wait, ${working} of ${count} work`);
          },
        });
      }),
      { numRuns: 30 * EFFORT },
    );
  });

  test('FIFO starts in order of arrival', () => {
    fc.assert(
      fc.property(size, load, seed, (count, rho, one) => {
        const { changes } = observe(servers(count, rho * count, one, {}));
        const started = changes.filter(({ to }) => to === 'in-progress').map(({ arrivalS }) => arrivalS);
        expect(started).toEqual([...started].sort((a, b) => a - b));
      }),
      { numRuns: 20 * EFFORT },
    );
  });

  test('with the same random numbers, more load means no shorter wait', () => {
    fc.assert(
      fc.property(size, seed, (count, one) => {
        // Poisson arrivals at a higher rate are the same arrivals closer together.
        const waits = [0.3, 0.6, 0.9, 1.2].map((rho) => {
          const scenario = oneStage({
            run: { tasks: 400, seed: one },
            pools: { p: { gpusPerNode: count } },
            workloads: {
              w: {
                arrival: { process: 'poisson', rate: rho * count },
                workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
              },
            },
          });
          return observe(scenario).measures.stages.s!.wait_s.mean;
        });
        expect(waits).toEqual([...waits].sort((a, b) => a - b));
      }),
      { numRuns: 20 * EFFORT },
    );
  });

  test('priority makes the top class wait no longer than FIFO does, and preemption no longer than priority', () => {
    fc.assert(
      fc.property(size, load, seed, (count, rho, one) => {
        const waitOfTop = (policies: object) => {
          const { changes } = observe(servers(count, rho * count, one, policies));
          const starts = new Map<string, number>();
          for (const { task, to, atS, arrivalS } of changes)
            if (to === 'in-progress' && !starts.has(task)) starts.set(task, atS - arrivalS);
          return [...starts].reduce((sum, [task, waitS]) => (task.startsWith('high') ? sum + waitS : sum), 0);
        };
        const fifo = waitOfTop({});
        const priority = waitOfTop({ ordering: 'priority' });
        const preemptive = waitOfTop({ ordering: 'priority', preemption: 'priority' });
        // Times that are sums of the same numbers in another order differ in the last digits.
        expect(priority).toBeLessThanOrEqual(fifo + 1e-6);
        expect(preemptive).toBeLessThanOrEqual(priority + 1e-6);
      }),
      { numRuns: 20 * EFFORT },
    );
  });

  test.each([
    ['poisson', { process: 'poisson', rate: 3 }],
    ['renewal', { process: 'renewal', interval: { dist: 'lognormal', mean: 0.3, cv: 2 } }],
    ['batches', { process: 'deterministic', interval: 0.5, batch: { dist: 'uniform', min: 1, max: 4 } }],
    [
      'mmpp',
      {
        process: 'mmpp',
        states: [
          { rate: 20, sojourn: 1 },
          { rate: 0, sojourn: 5 },
        ],
      },
    ],
    [
      'piecewise',
      {
        process: 'piecewise',
        rates: [
          { at: 0, rate: 1 },
          { at: 10, rate: 8 },
        ],
        repeat: 20,
      },
    ],
  ])('%s: tasks are numbered in order of arrival, and time never goes back', (_, arrival) => {
    const { changes } = observe(
      oneStage({
        run: { tasks: 500 },
        pools: { p: { gpusPerNode: 4 } },
        workloads: { w: { arrival, workflow: [{ stage: 's', work: 0.5 }] } },
      }),
    );
    const arrived = changes.filter(({ from }) => from === 'queued');
    expect(arrived.map(({ task }) => task)).toEqual(arrived.map((__, index) => `w/${index}`));
    const arrivals = arrived.map(({ arrivalS }) => arrivalS);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    expect(arrivals[0]).toBeGreaterThanOrEqual(0);
    expectChained(changes);
    expect(changes.filter(({ to }) => FINAL.includes(to))).toHaveLength(500);
  });
});
