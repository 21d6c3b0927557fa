import { describe, expect, test } from 'vitest';
import { leastTrue, mostTrue } from '../../../src/experiment/plan/edge.js';
import type { Question, SloTarget } from '../../../src/experiment/plan/evaluator.js';
import { Ledger } from '../../../src/experiment/plan/ledger.js';
import type { Candidate } from '../../../src/experiment/plan/requirement.js';
import { Search } from '../../../src/experiment/plan/search.js';
import { Space } from '../../../src/experiment/plan/space.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { NoisyEvaluator, type Truth } from './synthetic.js';

const slo = (name: string, threshold: number, more: Partial<SloTarget> = {}): SloTarget => ({
  name,
  metric: name,
  comparison: 'at_most',
  threshold,
  withNodes: 'easier',
  ...more,
});

interface Problem {
  readonly space: Space;
  readonly truth: Truth;
  readonly cost: (candidate: Candidate) => number;
  readonly spares: number;
}

/** Stages in a row: each pool adds a delay that falls with its nodes; settings shift the weights. */
function randomProblem(seed: string, cv: number, maxFleets = 2500): Problem {
  const random = new StreamFactory(seed).stream('problem');
  const whole = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const poolCount = whole(1, 4);
  const spares = random.next() < 0.2 ? 1 : 0;
  const settingCount = whole(1, 4);
  const side = Math.max(3, Math.floor(maxFleets ** (1 / poolCount)));
  const bounds = Array.from({ length: poolCount }, () => {
    const min = whole(1 + spares, 4);
    return { min, max: min + whole(2, Math.min(60, side - 1)) };
  });
  const space = new Space(bounds, settingCount);
  const prices = bounds.map(() => whole(1, 12) / 4);
  const sloCount = whole(1, 3);
  const weights = Array.from({ length: sloCount }, () =>
    Array.from({ length: settingCount }, () => bounds.map(({ max }) => random.next() * max)),
  );
  const means = ({ nodes, setting, load }: Question) =>
    weights.map((bySetting) =>
      nodes.reduce(
        (sum, count, pool) => sum + (load * bySetting[setting]![pool]!) / Math.max(count, 1e-3),
        0.1,
      ),
    );
  const slos = weights.map((_, index) => {
    const at = bounds.map(({ min, max }) => whole(min, max));
    const threshold = means({ nodes: at, setting: whole(0, settingCount - 1), load: 1 })[index]!;
    return slo(`slo-${index}`, threshold * (1 + (random.next() - 0.3) * 0.4));
  });
  return {
    space,
    spares,
    truth: { slos, means, cv, seed: `${seed}/noise` },
    cost: ({ nodes }) => nodes.reduce((sum, count, pool) => sum + count * prices[pool]!, 0),
  };
}

const holds = ({ truth, spares }: Problem, { nodes, setting }: Candidate): boolean =>
  [
    nodes,
    ...(spares === 0 ? [] : nodes.map((_, p) => nodes.map((n, q) => (p === q ? n - spares : n)))),
  ].every((fleet) =>
    truth
      .means({ nodes: fleet, setting, load: 1 })
      .every((mean, index) =>
        truth.slos[index]!.comparison === 'at_most'
          ? mean <= truth.slos[index]!.threshold
          : mean >= truth.slos[index]!.threshold,
      ),
  );

/** Everything is tried. */
function cheapest(problem: Problem): number | null {
  let least: number | null = null;
  for (let fleet = 0; fleet < problem.space.fleetCount; fleet++)
    for (let setting = 0; setting < problem.space.settingCount; setting++) {
      const candidate = { nodes: problem.space.nodesAt(fleet), setting };
      const cost = problem.cost(candidate);
      if ((least === null || cost < least) && holds(problem, candidate)) least = cost;
    }
  return least;
}

async function searched(problem: Problem, maxReplications = 64, confidence = 0.95) {
  const evaluator = new NoisyEvaluator(problem.truth);
  const ledger = new Ledger(evaluator, { confidence, firstReplications: 4, maxReplications });
  const search = new Search({ ...problem, load: 1 }, ledger, (candidates) => Promise.resolve(candidates[0]!));
  const found = await search.run();
  return { found, ledger, evaluator };
}

describe('where the truth is known', () => {
  test('the answer is what trying everything gives, in 300 random problems of 1 to 4 pools', async () => {
    let all = 0;
    let looked = 0;
    for (let index = 0; index < 300; index++) {
      const problem = randomProblem(`exact-${index}`, 0);
      const { found, ledger } = await searched(problem);
      const cost = found === null ? null : problem.cost(found.candidate);
      expect(cost, `problem ${index}`).toEqual(cheapest(problem));
      const size = problem.space.fleetCount * problem.space.settingCount;
      if (size >= 40) {
        all += size;
        looked += ledger.entries.length;
      }
    }
    expect(looked).toBeLessThan(all / 5);
  });
});

describe('with noise', () => {
  test('what is called feasible with 95% confidence is not in at most 5% of 500 problems', async () => {
    let answers = 0;
    let wrong = 0;
    let dearer = 0;
    for (let index = 0; index < 500; index++) {
      const problem = randomProblem(`noise-${index}`, 0.15, 400);
      const { found } = await searched(problem, 32);
      if (found === null) continue;
      answers++;
      if (!holds(problem, found.candidate)) wrong++;
      dearer += problem.cost(found.candidate) / cheapest(problem)! - 1;
    }
    expect(answers).toBeGreaterThan(400);
    expect(wrong).toBeLessThanOrEqual(25);
    // What cannot be told within 32 replications counts as not met: the price of confidence.
    expect(dearer / answers).toBeLessThan(0.1);
  });

  test('nor where every fleet but the largest misses its SLO by next to nothing', async () => {
    let wrong = 0;
    for (let index = 0; index < 500; index++) {
      const evaluator = new NoisyEvaluator({
        slos: [slo('wait', 10)],
        means: ({ nodes }) => [nodes[0]! === 16 ? 5 : 10.0001],
        cv: 0.2,
        seed: `edge-${index}`,
      });
      const ledger = new Ledger(evaluator, { confidence: 0.95, firstReplications: 4, maxReplications: 32 });
      const problem = { space: new Space([{ min: 1, max: 16 }], 1), spares: 0, load: 1 };
      const search = new Search({ ...problem, cost: ({ nodes }) => nodes[0]! }, ledger, (candidates) =>
        Promise.resolve(candidates[0]!),
      );
      const found = await search.run();
      if (found !== null && found.candidate.nodes[0]! < 16) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(25);
  });
});

describe('where more nodes are not always better', () => {
  const problem = {
    space: new Space(
      [
        { min: 1, max: 8 },
        { min: 1, max: 8 },
      ],
      1,
    ),
    spares: 0,
    cost: ({ nodes }: Candidate) => nodes[0]! * 1.01 + nodes[1]!,
  };

  test('where the largest fleets fail because they are large, the small ones that hold are found', async () => {
    const truth: Truth = {
      slos: [slo('wait', 10)],
      means: ({ nodes: [a, b] }) => [a! >= 2 && b! >= 2 && a! + b! <= 9 ? 5 : 20],
      cv: 0,
      seed: 'too many',
    };
    const space = new Space(
      [1, 2].map(() => ({ min: 1, max: 8 })),
      1,
    );
    const cost = ({ nodes: [a, b] }: Candidate) => 3 * a! + 2 * b!;
    const { found, ledger } = await searched({ space, spares: 0, cost, truth });
    expect(found?.candidate.nodes).toEqual([2, 2]);
    expect(ledger.contradictions.length).toBeGreaterThan(0);
  });

  test('a setting that fails below the answer is asked at few of the 19 fleets that would be better', async () => {
    // The first setting holds from 20 nodes on; the other two only on fleets that are dearer.
    const truth: Truth = {
      slos: [slo('wait', 10)],
      means: ({ nodes: [count], setting }) => [count! >= [20, 30, 40][setting]! ? 5 : 20],
      cv: 0,
      seed: 'others',
    };
    const space = new Space([{ min: 1, max: 64 }], 3);
    const { found, ledger } = await searched({
      space,
      spares: 0,
      cost: ({ nodes: [count] }) => count!,
      truth,
    });
    expect(found?.candidate).toEqual({ nodes: [20], setting: 0 });
    for (const setting of [1, 2])
      expect(ledger.entries.filter(({ question }) => question.setting === setting).length).toBeLessThan(5);
  });

  test('a contradiction between two decisions is told, and what it excluded is searched', async () => {
    // It holds from 3 + 5 on, and with 2 + 4 and 3 + 4, but with 4 + 4 it does not.
    const good = (a: number, b: number) => (a >= 3 && b >= 5) || (b === 4 && (a === 2 || a === 3));
    const truth: Truth = {
      slos: [slo('wait', 10)],
      means: ({ nodes: [a, b] }) => [good(a!, b!) ? 5 : 20],
      cv: 0,
      seed: 'crooked',
    };
    const { found, ledger } = await searched({ ...problem, truth });
    expect(found?.candidate.nodes).toEqual([2, 4]);
    expect(ledger.contradictions.length).toBeGreaterThan(0);
  });

  test('an SLO on idle time, harder with every node, leaves only what is between', async () => {
    const truth: Truth = {
      slos: [slo('wait', 6), slo('idle', 0.3, { withNodes: 'harder' })],
      means: ({ nodes: [a, b] }) => [12 / a! + 12 / b!, (a! + b!) / 28],
      cv: 0,
      seed: 'between',
    };
    const crowded = { ...problem, truth };
    const { found } = await searched(crowded);
    expect(found === null ? null : problem.cost(found.candidate)).toEqual(cheapest(crowded));
    expect(found?.candidate.nodes).toEqual([4, 4]);
  });

  test('nothing is found where the two leave nothing between', async () => {
    const truth: Truth = {
      slos: [slo('wait', 6), slo('idle', 0.25, { withNodes: 'harder' })],
      means: ({ nodes: [a, b] }) => [12 / a! + 12 / b!, (a! + b!) / 28],
      cv: 0,
      seed: 'nothing',
    };
    expect((await searched({ ...problem, truth })).found).toBeNull();
  });
});

test('bisection and doubling find the edge', async () => {
  for (let edge = 0; edge <= 20; edge++) {
    expect(await leastTrue(0, 20, (at) => Promise.resolve(at >= edge))).toBe(edge);
    expect(await mostTrue(20, (at) => Promise.resolve(at <= edge))).toBe(edge);
  }
});
