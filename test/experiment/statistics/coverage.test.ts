/** A small version of the coverage study of `npm run validation`, on M/M/1 by Lindley's recursion. */
import { describe, expect, it } from 'vitest';
import { estimate } from '../../../src/experiment/estimate.js';
import { judgeLook, looksOf } from '../../../src/experiment/statistics/looks.js';
import { pooledQuantile } from '../../../src/experiment/statistics/quantile-interval.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { mm1 } from '../../theory/mm1.js';
import { sojourns } from './lindley.js';

const SEEDS = 200;
const LOAD = 0.5;
const truth = mm1(LOAD, 1);

function coverage(replications: number, tasks: number) {
  const streams = new StreamFactory(`coverage ${replications} ${tasks}`);
  const random = streams.stream('queue');
  const covered = { mean: 0, p99: 0, meanOfP99: 0 };
  const holds = (low: number | null, high: number | null, value: number): number =>
    low! <= value && value <= high! ? 1 : 0;
  const p99 = truth.sojournQuantileS(0.99);
  for (let seed = 0; seed < SEEDS; seed++) {
    const runs = Array.from({ length: replications }, () => sojourns(LOAD, tasks, tasks / 10, random));
    const mean = estimate(runs.map((run) => run.mean));
    covered.mean += holds(mean.ci_low, mean.ci_high, truth.meanSojournS);
    const pooled = pooledQuantile(runs, 0.99);
    covered.p99 += holds(pooled.low, pooled.high, p99);
    const meanOf = estimate(runs.map((run) => run.quantile(0.99)));
    covered.meanOfP99 += holds(meanOf.ci_low, meanOf.ci_high, p99);
  }
  return covered;
}

describe('95% intervals over 200 seeds of M/M/1', () => {
  it('hold the true mean and p99 in 92 to 98% of the cases, from 20 runs of 4,000 tasks', () => {
    const { mean, p99 } = coverage(20, 4000);
    for (const count of [mean, p99]) {
      expect(count).toBeGreaterThanOrEqual(0.92 * SEEDS);
      expect(count).toBeLessThanOrEqual(0.98 * SEEDS);
    }
  });

  it("hold the true p99 from short runs, where a mean of the runs' own p99 does not", () => {
    const { p99, meanOfP99 } = coverage(20, 500);
    expect(p99).toBeGreaterThanOrEqual(0.9 * SEEDS);
    expect(meanOfP99).toBeLessThan(0.8 * SEEDS);
  });
});

describe('400 comparisons of a queue with itself, on independent seeds', () => {
  const COMPARISONS = 400;
  const METRICS = 6;
  const looks = looksOf(5, 40, 0.05);
  const random = new StreamFactory('false alarms').stream('queue');

  /** Figures of one run, some of them discrete or mostly zero, as measures are. */
  function figures(): number[] {
    const run = sojourns(LOAD, 200, 0, random);
    const [p50, p99] = [run.quantile(0.5), run.quantile(0.99)];
    return [run.mean, p50, p99, Math.floor(run.max), run.max > 12 ? 1 : 0, run.fractionUpTo(3)];
  }

  it('cry "different" in any of six metrics, at any of four looks, in at most 5% of the cases', () => {
    let different = 0;
    for (let comparison = 0; comparison < COMPARISONS; comparison++) {
      const metrics = Array.from({ length: METRICS }, () => ({ a: [] as number[], b: [] as number[] }));
      let seen = 0;
      // Looking on as long as nothing is found: the way to find most.
      for (const look of looks) {
        for (; seen < look.replications; seen++) {
          for (const [i, value] of figures().entries()) metrics[i]!.a.push(value);
          for (const [i, value] of figures().entries()) metrics[i]!.b.push(value);
        }
        if (judgeLook(metrics, look).some(({ decision }) => decision.endsWith('lower'))) {
          different++;
          break;
        }
      }
    }
    expect(different).toBeLessThanOrEqual(0.05 * COMPARISONS);
    // So conservative that nothing were ever found would be no good either.
    expect(different).toBeGreaterThan(0);
  });

  it('see a difference of a fifth in the mean at an early look', () => {
    const at: number[] = [];
    for (let comparison = 0; comparison < 20; comparison++) {
      const pairs = { a: [] as number[], b: [] as number[] };
      for (const look of looks) {
        while (pairs.a.length < look.replications) {
          const { mean } = sojourns(LOAD, 2000, 0, random);
          pairs.a.push(sojourns(LOAD, 2000, 0, random).mean);
          pairs.b.push(0.8 * mean);
        }
        const { decision } = judgeLook([pairs], look)[0]!;
        if (decision === 'open') continue;
        expect(decision).toBe('b-lower');
        at.push(look.replications);
        break;
      }
    }
    expect(at.filter((replications) => replications <= 20)).toHaveLength(20);
  });
});
