import { describe, expect, test } from 'vitest';
import type { Question } from '../../../src/experiment/plan/evaluator.js';
import { Ledger } from '../../../src/experiment/plan/ledger.js';
import { Requirement } from '../../../src/experiment/plan/requirement.js';
import { type Objective, raceSettings } from '../../../src/experiment/plan/tune.js';
import { NoisyEvaluator } from './synthetic.js';

const SLO = {
  name: 'wait',
  metric: 'wait',
  comparison: 'at_most',
  threshold: 100,
  withNodes: 'easier',
} as const;

async function race(
  means: readonly number[],
  {
    seed,
    cv = 0.2,
    max = 64,
    goal = 'minimise',
    zone = 0.02,
    common = 0.5,
  }: {
    seed: string;
    cv?: number;
    max?: number;
    goal?: Objective['goal'];
    zone?: number;
    common?: number;
  },
) {
  const evaluator = new NoisyEvaluator({
    slos: [SLO],
    means: ({ setting }: Question) => [means[setting]!],
    cv,
    seed,
    common,
  });
  const ledger = new Ledger(evaluator, { confidence: 0.95, firstReplications: 4, maxReplications: max });
  const requirement = new Requirement(ledger, 0, 1);
  const candidates = means.map((_, setting) => ({ nodes: [], setting }));
  const raced = await raceSettings(ledger, candidates, {
    objective: { metric: 'wait', goal, indifferenceFraction: zone },
    load: 1,
    verdict: (candidate, most) => requirement.verdict(candidate, most),
  });
  return { raced, ledger, standings: raced.map(({ standing }) => standing) };
}

describe('the best setting', () => {
  test('is not dropped in more than 5% of 400 races among ten that are nearly as good', async () => {
    const means = [10, ...Array.from({ length: 9 }, (_, index) => 10.2 + index / 10)];
    let lost = 0;
    for (let index = 0; index < 400; index++) {
      const { standings } = await race(means, { seed: `near-${index}`, max: 32 });
      if (standings[0] === 'worse') lost++;
    }
    expect(lost).toBeLessThanOrEqual(20);
  });

  test('is found where it is clearly so, in 200 of 200 races', async () => {
    for (let index = 0; index < 200; index++) {
      const { standings } = await race([14, 12, 10, 13, 20], { seed: `clear-${index}` });
      expect(standings[2], `race ${index}`).toBe('best');
    }
  });

  test('is the largest where the objective is to be maximised', async () => {
    const { standings } = await race([14, 12, 10, 13, 20], { seed: 'most', goal: 'maximise' });
    expect(standings).toEqual(['worse', 'worse', 'worse', 'worse', 'best']);
  });

  test('must meet the SLOs, however good it is otherwise', async () => {
    const { standings } = await race([120, 60, 50], { seed: 'slos', goal: 'maximise' });
    expect(standings).toEqual(['misses', 'best', 'worse']);
  });

  test('ends early where no difference matters: common random numbers make equals equal', async () => {
    const { ledger, raced, standings } = await race([10, 10, 10], { seed: 'same', common: 1 });
    expect(standings).toEqual(['best', 'as-good', 'as-good']);
    expect(ledger.work.runs).toBe(12);
    expect(raced[1]!.againstBest).toEqual({ mean: 0, ci_low: 0, ci_high: 0 });
  });

  test('nobody is best where nobody meets the SLOs', async () => {
    const { standings } = await race([120, 130], { seed: 'none', cv: 0.01 });
    expect(standings).toEqual(['misses', 'misses']);
  });
});
