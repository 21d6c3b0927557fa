/** What the plan says of its answer, where Erlang's formulas say what is true. */
import { describe, expect, test } from 'vitest';
import type { Evaluator, Question, Sample, SloTarget } from '../../../src/experiment/plan/evaluator.js';
import { findPlan, type PlanProblem } from '../../../src/experiment/plan/find-plan.js';
import { Interrupted } from '../../../src/experiment/run-source.js';
import { mmc } from '../../theory/mmc.js';
import { NoisyEvaluator } from './synthetic.js';

const ERLANGS = [10, 6] as const;

/** Mean wait at each of two stations in a row, both M/M/c (Jackson: their waits do not depend on each other). */
const waits = ({ nodes, load }: Question): number[] =>
  nodes.map((servers, pool) => {
    const erlangs = ERLANGS[pool]! * load;
    return servers <= erlangs ? 1e3 : mmc(erlangs, 1, servers).meanWaitS;
  });

const slos: SloTarget[] = ['first', 'second'].map((name) => ({
  name: `${name} wait`,
  metric: name,
  comparison: 'at_most',
  threshold: 0.3,
  withNodes: 'easier',
}));

const problem: PlanProblem = {
  pools: [
    { name: 'first', min: 1, max: 24 },
    { name: 'second', min: 1, max: 24 },
  ],
  settings: [{}],
  cost: ({ nodes: [a, b] }) => 3 * a! + 2 * b!,
  rule: { confidence: 0.95, firstReplications: 4, maxReplications: 64 },
  objective: { metric: 'p99', goal: 'minimise', indifferenceFraction: 0.02 },
  spares: 0,
  load: 1,
  growth: { ratePerMonth: 0.04, months: 24 },
  tunes: false,
};

const evaluator = (means: (question: Question) => readonly number[] = waits): NoisyEvaluator =>
  new NoisyEvaluator({ slos, means, cv: 0.01, seed: 'two stations' });

/** The least number of servers that keeps the wait. */
function needed(pool: number, load: number): number {
  for (let servers = 1; ; servers++) {
    const nodes = ERLANGS.map((_, other) => (other === pool ? servers : 1));
    if (waits({ nodes, setting: 0, load })[pool]! <= 0.3) return servers;
  }
}

/** The most load that so many servers bear. */
function mostLoad(nodes: readonly number[]): number {
  let [low, high] = [1, 4];
  for (let step = 0; step < 40; step++) {
    const load = (low + high) / 2;
    if (waits({ nodes, setting: 0, load }).every((wait) => wait <= 0.3)) low = load;
    else high = load;
  }
  return low;
}

describe('two stations', () => {
  const servers = [needed(0, 1), needed(1, 1)];

  test('the answer is that of the formulas, with what it costs and what binds', async () => {
    const { answer, nearest_miss } = await findPlan(evaluator(), problem);
    expect(answer?.nodes).toEqual({ first: servers[0], second: servers[1] });
    expect(answer?.cost_usd_per_hour).toBe(3 * servers[0]! + 2 * servers[1]!);
    const truth = waits({ nodes: servers, setting: 0, load: 1 });
    expect(answer?.binding_slo).toBe(truth[0]! > truth[1]! ? 'first wait' : 'second wait');
    expect(answer?.bottleneck_pool).toBe(truth[0]! > truth[1]! ? 'first' : 'second');
    expect(answer?.bottleneck_by).toBe('next-node');
    for (const [index, slo] of answer!.slos.entries())
      expect(Math.abs(slo.estimate.mean / truth[index]! - 1)).toBeLessThan(0.03);
    expect(nearest_miss).toBeNull();
  });

  test('head-room: the largest load that holds is known to a few per cent', async () => {
    const { head_room } = await findPlan(evaluator(), problem);
    const most = mostLoad(servers);
    expect(head_room!.largest_load_met).toBeLessThanOrEqual(most * 1.005);
    expect(head_room!.largest_load_met).toBeGreaterThan(most / 1.04);
    expect(head_room!.loads.map(({ status }) => status === 'met')).toEqual(
      [1.1, 1.25, 1.5].map((load) => load <= most),
    );
    const over = waits({ nodes: servers, setting: 0, load: head_room!.least_load_not_met! });
    expect(head_room!.first_broken_slo).toBe(over[0]! > over[1]! ? 'first wait' : 'second wait');
  });

  test('growth: each pool runs out in the month in which its own load does not fit any more', async () => {
    const { growth } = await findPlan(evaluator(), problem);
    const month = (nodes: readonly number[]) => {
      const most = mostLoad(nodes);
      for (let at = 1; ; at++) if (1.04 ** at > most) return at;
    };
    expect(growth?.pools).toEqual([
      { pool: 'first', runs_out_month: month([servers[0]!, 24]) },
      { pool: 'second', runs_out_month: month([24, servers[1]!]) },
    ]);
    expect(growth?.plan_fails_month).toBe(month(servers));
  });

  test('one node fewer fails in the pool it is taken from, and by how much is said with an interval', async () => {
    const { cheaper } = await findPlan(evaluator(), problem);
    const first = cheaper.find(({ candidate }) => candidate.nodes.first === servers[0]! - 1)!;
    const missed = waits({ nodes: [servers[0]! - 1, servers[1]!], setting: 0, load: 1 })[0]! - 0.3;
    expect(first.failing_slo).toBe('first wait');
    expect(Math.abs(first.missed_by!.mean - missed)).toBeLessThan(0.05 * (missed + 0.3));
    expect(first.missed_by!.ci_low!).toBeLessThan(first.missed_by!.mean);
  });

  test('an extra node buys what the formulas say', async () => {
    const { extra_nodes } = await findPlan(evaluator(), problem);
    const before = waits({ nodes: servers, setting: 0, load: 1 });
    const after = waits({ nodes: [servers[0]! + 1, servers[1]!], setting: 0, load: 1 });
    const { pool, cost_usd_per_hour, slos: changes } = extra_nodes[0]!;
    expect([pool, cost_usd_per_hour]).toEqual(['first', 3]);
    expect(Math.abs(changes[0]!.change.mean - (after[0]! - before[0]!))).toBeLessThan(0.01);
    expect(changes[1]!.change.ci_low!).toBeLessThan(0.01);
    expect(changes[1]!.change.ci_high!).toBeGreaterThan(-0.01);
  });

  test('with a spare each pool has one node more, and it is said that it holds with one down', async () => {
    const { answer, nodes_down } = await findPlan(evaluator(), { ...problem, spares: 1 });
    expect(answer?.nodes).toEqual({ first: servers[0]! + 1, second: servers[1]! + 1 });
    expect(nodes_down?.pools.map(({ pool, status }) => [pool, status])).toEqual([
      ['first', 'met'],
      ['second', 'met'],
    ]);
  });

  test('where the bounds are too tight there is no answer, but the nearest miss and what binds', async () => {
    const pools = [{ name: 'first', min: 1, max: servers[0]! - 1 }, problem.pools[1]!];
    const { answer, nearest_miss } = await findPlan(evaluator(), { ...problem, pools });
    expect(answer).toBeNull();
    expect(nearest_miss?.binding_slo).toBe('first wait');
    expect(nearest_miss?.candidate.nodes.first).toBe(servers[0]! - 1);
  });

  test('equal questions give equal bytes', async () => {
    const one = JSON.stringify(await findPlan(evaluator(), problem));
    expect(JSON.stringify(await findPlan(evaluator(), problem))).toBe(one);
  });

  test('candidates are listed by cost, and the frontier is what nothing undercuts', async () => {
    const { candidates } = await findPlan(evaluator(), problem);
    for (const one of candidates) {
      const isUndercut = candidates.some(
        (other) => other.cost_usd_per_hour <= one.cost_usd_per_hour && other.p99_s!.mean < one.p99_s!.mean,
      );
      expect(one.on_frontier).toBe(!isUndercut);
    }
  });

  test('interrupted anywhere, what is known so far is told', async () => {
    for (const after of [0, 3, 15, 40]) {
      const whole = evaluator();
      let looks = 0;
      const stopped: Evaluator = {
        slos,
        look(...asked): Promise<Sample> {
          if (looks++ >= after) return Promise.reject(new Interrupted());
          return whole.look(...asked);
        },
      };
      const body = await findPlan(stopped, problem);
      expect(body.interrupted).toBe(true);
      expect(body.nearest_miss).toBeNull();
      expect(body.work.search.candidates + body.work.questions.candidates).toBeLessThanOrEqual(after);
    }
  });
});

describe('controls', () => {
  const settings = [{ limit: '1' }, { limit: '2' }, { limit: '3' }, { limit: '4' }];
  /** The wait is shortest with the third value; the first cannot hold the SLO. */
  const factor = [4, 1.2, 1, 1.3];
  const tuned: PlanProblem = { ...problem, settings, tunes: true, growth: null };
  const means = (question: Question) => waits(question).map((wait) => wait * factor[question.setting]!);

  test('the setting with the shortest wait at the cheapest fleet is recommended, value by value', async () => {
    const { answer, tuning } = await findPlan(evaluator(means), tuned);
    expect(answer?.setting).toBe(2);
    expect(answer?.nodes).toEqual({ first: needed(0, 1), second: needed(1, 1) });
    expect(tuning?.best).toBe(2);
    expect(tuning?.values.map(({ standing }) => standing)[0]).toBe('misses');
    expect(tuning?.values[2]?.standing).toBe('best');
    expect(tuning!.values[3]!.against_best === null || tuning!.values[3]!.against_best.mean > 0).toBe(true);
    expect(tuning!.sensitivity[0]!.control).toBe('limit');
    expect(tuning!.sensitivity[0]!.range_fraction).toBeGreaterThan(0.2);
  });

  test('without pools it is tuning alone: all values at the one fleet there is', async () => {
    const fixed = evaluator(({ setting }) => [0.1 * factor[setting]!, 0.1]);
    const { answer, tuning } = await findPlan(fixed, { ...tuned, pools: [], cost: () => 7 });
    expect(answer?.setting).toBe(2);
    expect(answer?.cost_usd_per_hour).toBe(7);
    expect(answer?.bottleneck_pool).toBeNull();
    expect(tuning?.values.map(({ standing }) => standing)).toEqual(['misses', 'worse', 'best', 'worse']);
  });
});
