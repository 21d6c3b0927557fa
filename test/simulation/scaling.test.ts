/** Pools that grow and shrink, on timelines worked out by hand; and any such pool, with its bill kept a second time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PoolLoad } from '../../src/policies/points.js';
import type { Run } from '../../src/simulation/simulate.js';
import { type Observed, observe, oneStage, type ScenarioObject, times } from './observe.js';
import { own } from './own.js';

const HOUR_S = 3600;
/** US dollars per GPU-hour: a cent a second. */
const CENT_A_SECOND = 36;

const near = (value: number): number => Number(value.toFixed(9));

/** Wants so many nodes from such a time on, and looks every second. */
const wanting = (given: Readonly<Record<number, number>>, seen: PoolLoad[] = []) =>
  own('scaling', () => ({
    intervalS: 1,
    wanted: (load, nowS) => {
      seen.push(load);
      const from = Object.keys(given)
        .map(Number)
        .filter((atS) => atS <= nowS);
      return from.length === 0 ? load.nodes + load.coming : given[Math.max(...from)]!;
    },
  }));

const scaled = (scaling: object = {}, pool: object = {}): ScenarioObject =>
  oneStage({
    pools: {
      p: {
        mode: 'exclusive',
        price: CENT_A_SECOND,
        scaling: { min: 1, max: 3, provision: 4, ...scaling },
        ...pool,
      },
    },
    workloads: { w: { workflow: [{ stage: 's', work: 10 }] } },
  });
const rows = (...atS: number[]) => ({ w: atS.map((at) => ({ at })) });

const usd = ({ measures: { cost } }: Observed) => ({
  total: near(cost.total_usd),
  idle: near(cost.idle_usd),
  starting: near(cost.starting_usd),
});
const billedS = ({ measures }: Observed): number => near(measures.pools.p!.billed_gpu_hours * HOUR_S);

describe('two nodes ordered at 1 that take 4 s to come', () => {
  const run = observe(scaled(), { rows: rows(0, 0, 0), own: [wanting({ 1: 3, 12: 1 })], record: true });

  test('serve from 5 on; at 12 the idle one goes at once, and of the busy ones the highest when it is empty', () => {
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@5', 'w/2@5']);
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/1@15', 'w/2@15']);
    expect(run.run.state.pools[0]!.pool.isOpen(1)).toBe(true);
    expect([0, 2].map((node) => run.run.state.pools[0]!.pool.isOpen(node))).toEqual([false, false]);
  });

  test('are billed from their order until they are gone', () => {
    // Node 0 from 0 to 12, the others from 1 to 15. Of 40 s, 8 were for starting and 30 busy.
    expect(billedS(run)).toBe(12 + 14 + 14);
    expect(usd(run)).toEqual({ total: 0.4, idle: 0.02, starting: 0.08 });
    expect(near(run.measures.pools.p!.mean_nodes)).toBe(near((5 + 3 * 7 + 3) / 15));
    expect(run.measures.pools.p!.max_nodes).toBe(3);
  });

  test('are told of in the record', () => {
    const told = run.decisions
      .filter(({ kind }) => kind === 'scale')
      .map(({ atS, reason, numbers: { nodes, coming, leaving } }) => [atS, reason, nodes, coming, leaving]);
    expect(told).toEqual([
      [1, 'out', 1, 2, 0],
      [5, 'ready', 2, 1, 0],
      [5, 'ready', 3, 0, 0],
      [12, 'in', 1, 0, 1],
      [15, 'gone', 1, 0, 0],
    ]);
  });
});

test('are seen as they are: busy, coming, waiting', () => {
  const seen: PoolLoad[] = [];
  observe(scaled(), { rows: rows(0, 0.5, 0.5), own: [wanting({ 1: 3 }, seen)] });
  expect(seen[0]).toEqual({
    pool: 0,
    nodes: 1,
    coming: 0,
    leaving: 0,
    minNodes: 1,
    maxNodes: 3,
    unitsPerNode: 1,
    utilisation: 1,
    meanUnitsTaken: 1,
    unitsTaken: 1,
    waitingTasks: 2,
    waitingUnits: 2,
    arrivedTasks: 3,
    provisionS: 4,
  });
  expect(seen[1]).toMatchObject({ nodes: 1, coming: 2, waitingTasks: 2, arrivedTasks: 0 });
  // Both came at 5, which is not over when the look at 5 begins.
  expect(seen[5]).toMatchObject({ nodes: 3, coming: 0, waitingTasks: 0, utilisation: 1, meanUnitsTaken: 3 });
});

test('orders that have not come are cancelled, the last one first, and billed until then', () => {
  const run = observe(scaled(), { rows: rows(0, 0, 0), own: [wanting({ 1: 2, 2: 3, 3: 2, 4: 1 })] });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@10', 'w/2@20']);
  // One from 0 to 30, one from 1 to 4, one from 2 to 3.
  expect(billedS(run)).toBe(30 + 3 + 1);
});

test('a node that is leaving stays after all before another is ordered', () => {
  // Two nodes, both busy from 0 to 10. At 3 the second is to go, at 5 it is wanted again.
  const run = observe(scaled({}, { nodes: 2 }), {
    rows: rows(0, 0, 6),
    own: [wanting({ 3: 1, 5: 2 })],
  });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@10']);
  expect(billedS(run)).toBe(2 * 20);
  expect(run.measures.cost.starting_usd).toBe(0);
});

test('a pool may be without any node until somebody is waited for', () => {
  const run = observe(scaled({ min: 0 }), {
    rows: rows(0, 20),
    own: [
      own('scaling', () => ({
        intervalS: 1,
        wanted: ({ unitsTaken, waitingUnits }) => unitsTaken + waitingUnits,
      })),
    ],
  });
  // Gone at 11 (the look at 10 comes before the end of the task); ordered at 20 or 21, 4 s later there.
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@24']);
  expect(billedS(run)).toBe(10 + 14);
});

test('what is wanted beyond the bounds, or a part of a node, is brought within them and rounded up', () => {
  const at = (wanted: number): number => {
    const { run } = observe(scaled({ provision: 0, min: 2, max: 5 }, { nodes: 3 }), {
      rows: rows(0, 5),
      own: [wanting({ 1: wanted })],
    });
    return run.state.pools[0]!.fleet.serving;
  };
  expect([-3, 0, 2.1, 3 + 1e-12, 4, 7, Number.POSITIVE_INFINITY].map(at)).toEqual([2, 2, 3, 3, 4, 5, 5]);
});

test('without a pool that may be scaled a policy scales nothing, and the other way round', () => {
  const fixed = observe(scaled({}, { scaling: undefined }), { rows: rows(0, 0), own: [wanting({ 1: 3 })] });
  expect(times(fixed, 'in-progress')).toEqual(['w/0@0', 'w/1@10']);
  const alone = observe(scaled(), { rows: rows(0, 0) });
  expect(times(alone, 'in-progress')).toEqual(['w/0@0', 'w/1@10']);
});

test('the same nodes take as long to come under any policy', () => {
  const comesAt = (given: Readonly<Record<number, number>>): number[] => {
    const provision = { dist: 'exponential', mean: 5 };
    const run = observe(scaled({ provision }), { rows: rows(0, 40), own: [wanting(given)], record: true });
    return run.decisions
      .filter(({ kind, reason }) => kind === 'scale' && reason === 'ready')
      .map(({ atS }) => atS);
  };
  const [first, second] = comesAt({ 1: 2, 2: 3 }).toSorted((a, b) => a - b);
  const later = comesAt({ 3: 2, 4: 3 }).toSorted((a, b) => a - b);
  expect(later.map(near)).toEqual([near(first! + 2), near(second! + 2)]);
});

describe('prices', () => {
  test('reserved nodes first and always, then spot, then on demand', () => {
    // Two reserved at 1 ct/s, one at spot for 2 ct/s, the rest for 4 ct/s. One node to 1, four from 1 to 10.
    const run = observe(
      scaled(
        { max: 4, provision: 0 },
        {
          price: 4 * CENT_A_SECOND,
          reserved: { nodes: 2, price: CENT_A_SECOND },
          spot: { nodes: 1, price: 2 * CENT_A_SECOND },
        },
      ),
      { rows: rows(0), own: [wanting({ 1: 4 })] },
    );
    const pool = run.measures.pools.p!;
    expect(near(pool.reserved_cost_usd)).toBe(0.2);
    expect(near(pool.spot_cost_usd)).toBe(0.18);
    expect(near(pool.on_demand_cost_usd)).toBe(0.36);
    expect(near(pool.cost_usd)).toBe(0.74);
    // 37 node-seconds cost 73 ct, as the second reserved node was not there for a second. Ten of them were busy.
    expect(near(pool.idle_cost_usd)).toBe(near(0.74 - (10 * 0.73) / 37));
  });

  test('of each group of nodes are borne by those that used it', () => {
    const run = observe(
      oneStage({
        pools: {
          p: {
            mode: 'exclusive',
            groups: {
              dear: { price: 3 * CENT_A_SECOND },
              cheap: { price: CENT_A_SECOND },
            },
          },
        },
        workloads: {
          a: { workflow: [{ stage: 's', work: 10, hardware: 'dear' }] },
          b: { workflow: [{ stage: 's', work: 5, hardware: 'cheap' }] },
          c: { workflow: [{ stage: 's', work: 1, hardware: 'cheap' }] },
        },
      }),
      { rows: { a: [{ at: 0 }], b: [{ at: 0 }], c: [{ at: 0 }] } },
    );
    const costs = ['a', 'b', 'c'].map((name) => near(run.measures.workloads[name]!.cost.usd));
    // 10 s of both: 30 ct of the dear one, 10 ct of the cheap one, of which 5 and 1 of 6 s were used.
    expect(costs).toEqual([0.3, near(0.5 / 6), near(0.1 / 6)]);
    expect(near(run.measures.cost.idle_usd)).toBe(0.04);
    expect(near(run.measures.total.cost.usd)).toBe(0.4);
  });

  test('are the same by the express way and by the general way', () => {
    const costs = (policies: object) => {
      const { measures } = observe(
        oneStage({
          run: { tasks: 300, seed: 3 },
          pools: { p: { gpusPerNode: 3, price: 2 } },
          workloads: {
            a: {
              tenants: { x: 1, y: 3 },
              arrival: { process: 'poisson', rate: 2 },
              workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
            },
            b: { arrival: { process: 'poisson', rate: 1 }, workflow: [{ stage: 's', work: 0.5 }] },
          },
          policies,
        }),
        { warmupS: 10 },
      );
      const { workloads, tenants, cost } = measures;
      return [workloads.a, workloads.b, tenants.x, tenants.y].map((one) =>
        near(one!.cost.usd / cost.total_usd),
      );
    };
    const express = costs({});
    expect(costs({ wip: { policy: 'stage', limit: 1_000_000 } })).toEqual(express);
    expect(near(express[0]! + express[1]!)).toBe(1);
  });

  test('per token count what completed tasks read and wrote', () => {
    const run = observe(
      oneStage({
        pools: { p: { price: CENT_A_SECOND } },
        workloads: {
          w: { promptTokens: 900, outputTokens: 100, workflow: [{ stage: 's', work: 10 }] },
        },
      }),
      { rows: { w: [{ at: 0 }, { at: 0 }] } },
    );
    // 20 ct for 1800 and 200 tokens.
    expect(run.measures.total.cost).toMatchObject({
      per_million_prompt_tokens_usd: expect.closeTo(0.2 / 0.0018, 6),
      per_million_output_tokens_usd: expect.closeTo(0.2 / 0.0002, 6),
      per_million_tokens_usd: expect.closeTo(0.2 / 0.002, 6),
    });
  });

  test('a task that is late, refused, or still there and late costs a penalty', () => {
    const run = observe(
      oneStage({
        run: { duration: 25, drain: false },
        workloads: { w: { deadline: 12, latePenalty: 2, workflow: [{ stage: 's', work: 10 }] } },
        stages: { s: { pool: 'p', queue: { capacity: 2 } } },
      }),
      { rows: rows(0, 1, 2, 3, 24) },
    );
    // The first in time, the second late at 20, the third still there and late, the fourth refused, the last not yet.
    expect(run.measures.total).toMatchObject({ completed_in_time: 1, completed: 2, rejected: 1 });
    expect(run.measures.cost.penalty_usd).toBe(6);
    expect(run.measures.workloads.w!.cost.penalty_usd).toBe(6);
    expect(run.measures.cost.total_usd).toBe(0);
  });
});

describe('replicas of an LLM server', () => {
  const serving = { kvTokens: 'inf', maxBatch: 2, timing: { batch: { 0: 1, 2: 1 } } };
  const llm = (scaling: object): ScenarioObject =>
    oneStage({
      pools: {
        p: { mode: 'batching', price: CENT_A_SECOND, serving, scaling: { min: 1, max: 3, ...scaling } },
      },
      workloads: { w: { promptTokens: 1, outputTokens: 10, workflow: [{ stage: 's' }] } },
    });

  test('come, take requests in, and go when their batches are empty', () => {
    const run = observe(llm({ provision: 2 }), { rows: rows(0, 0, 0, 0), own: [wanting({ 1: 2, 4: 1 })] });
    // Two go to the first at 0 and two to the second at 3. At 4 one of two equally full ones is to go: the second. It
    // is there until its batch is done.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@3', 'w/3@3']);
    expect(run.measures.pools.p!.utilisation.busy).toBeLessThanOrEqual(1);
    expect(billedS(run)).toBe(run.endS + (run.endS - 1));
    expect(run.measures.total.completed).toBe(4);
  });

  test('are seen by the requests in their batches, not by whether they iterate', () => {
    const seen: PoolLoad[] = [];
    observe(llm({}), { rows: rows(0, 20), own: [wanting({}, seen)] });
    expect(seen[0]).toMatchObject({ unitsPerNode: 2, utilisation: 0.5, meanUnitsTaken: 1, unitsTaken: 1 });
  });
});

describe('nodes of the spot market', () => {
  test('that are taken away are waited for like those that are ordered, and not paid for meanwhile', () => {
    const run = observe(
      scaled(
        { max: 2, provision: 0 },
        {
          failures: { spot: { mtbf: 5, notice: 0, back: { dist: 'deterministic', value: 100 } } },
          checkpoint: { every: 0 },
        },
      ),
      { rows: rows(0), own: [wanting({ 1: 2 })] },
    );
    // One is taken at 5, the other, which came at 1, at 6. Back at 105 and 106; the task has 5 s left, done at 110
    // unless it is taken again at that moment.
    expect(run.run.state.pools[0]!.fleet.serving + run.run.state.pools[0]!.fleet.coming).toBe(2);
    expect(run.measures.total.completed).toBe(1);
    expect(billedS(run)).toBeLessThan(2 * 5 + 2 * (run.endS - 105) + 1);
    expect(billedS(run)).toBeGreaterThanOrEqual(10 + (run.endS - 105));
  });
});

describe('any scaled pool, whatever is wanted', () => {
  const scenario = fc.record({
    gpusPerNode: fc.integer({ min: 1, max: 3 }),
    nodes: fc.integer({ min: 1, max: 4 }),
    min: fc.integer({ min: 0, max: 4 }),
    spare: fc.integer({ min: 0, max: 4 }),
    provision: fc.constantFrom<unknown>(0, 3, { dist: 'exponential', mean: 4 }),
    tasks: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 60 }), work: fc.integer({ min: 1, max: 12 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    ),
    wanted: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
    warmupS: fc.constantFrom(0, 20),
    reserved: fc.nat(3),
    spot: fc.nat(3),
  });

  test('keeps its bounds, holds no unit twice, loses nobody, and is billed for just the nodes that are there', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { gpusPerNode, nodes, min, spare, provision, tasks, wanted, warmupS, reserved, spot } = given;
        const bounds = { min: Math.min(min, nodes), max: nodes + spare };
        let billedS = 0;
        let usdPerHourS = 0;
        let present = nodes;
        let sinceS: number = warmupS;
        const bill = (nowS: number): void => {
          const forS = Math.max(0, nowS - sinceS);
          const atSpot = Math.min(spot, Math.max(0, present - reserved));
          billedS += present * forS;
          usdPerHourS += (2 * reserved + 3 * atSpot + 5 * Math.max(0, present - reserved - atSpot)) * forS;
          sinceS = Math.max(sinceS, nowS);
        };
        const between = ({ state }: Run) => {
          bill(state.nowS);
          present = watch(state, bounds);
        };
        const prices = {
          price: 5,
          ...(reserved === 0 ? {} : { reserved: { nodes: reserved, price: 2 } }),
          ...(spot === 0 ? {} : { spot: { nodes: spot, price: 3 } }),
        };
        const sorted = tasks.toSorted((a, b) => a.at - b.at);
        const run = observe(
          oneStage({
            pools: {
              p: { mode: 'exclusive', nodes, gpusPerNode, ...prices, scaling: { ...bounds, provision } },
            },
            workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
          }),
          {
            rows: { w: sorted },
            warmupS,
            own: [
              own('scaling', () => ({
                intervalS: 2,
                // In the end some node, so that everybody is served.
                wanted: (_, nowS) => wanted[Math.floor(nowS / 2)] ?? Math.max(1, bounds.min),
              })),
            ],
            between,
          },
        );
        bill(run.endS);
        const { pools, total, stuck_tasks } = run.measures;
        expect(run.run.state.left.reduce((sum, n) => sum + n, 0)).toBe(tasks.length);
        expect([stuck_tasks, total.rejected, total.cancelled]).toEqual([0, 0, 0]);
        expect(pools.p!.billed_gpu_hours * HOUR_S).toBeCloseTo(billedS * gpusPerNode, 6);
        expect(pools.p!.cost_usd).toBeCloseTo((usdPerHourS * gpusPerNode) / HOUR_S, 9);
        expect(pools.p!.idle_cost_usd + pools.p!.starting_cost_usd).toBeLessThan(pools.p!.cost_usd + 1e-9);
      }),
      { numRuns: 150 },
    );
  });

  /** Checks the pool against its tasks, and counts the nodes that are there or ordered. */
  function watch(state: Run['state'], { min, max }: { min: number; max: number }): number {
    const { pool, fleet } = state.pools[0]!;
    const held = Array.from({ length: pool.nodes }, () => 0);
    state.tasks.forEach((task) => {
      pool.forEachNodeOf(task, (node, units) => {
        held[node]! += units;
      });
    });
    let open = 0;
    let leaving = 0;
    for (const [node, units] of held.entries()) {
      if (units > pool.unitsOf(node)) throw new Error(`node ${node} is held twice at ${state.nowS} s`);
      if (pool.isOpen(node)) open++;
      else if (units > 0) leaving++;
    }
    const ordered = state.orderedFor.size;
    if (open !== fleet.serving || leaving !== fleet.leaving || ordered !== fleet.coming)
      throw new Error(`counts are wrong at ${state.nowS} s`);
    if (open + ordered < min || open + ordered + leaving > max)
      throw new Error(`${open}, ${ordered} and ${leaving} nodes at ${state.nowS} s`);
    return open + leaving + ordered;
  }
});
