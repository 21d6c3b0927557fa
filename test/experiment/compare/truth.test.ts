/** What a comparison says, held against what is true. */
import { describe, expect, it } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import { compare } from '../../../src/experiment/compare/compare.js';
import type { RunOutcome } from '../../../src/experiment/run-outcome.js';
import type { RunAnswer, RunRequest, RunSource, Setup } from '../../../src/experiment/run-source.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { compileObject } from '../../../src/scenario/compile.js';
import { setupOf } from '../setup-of.js';
import { sojourns } from '../statistics/lindley.js';
import { setups, template } from './fixed-runs.js';

const LATENCY = 'total.latency_s.mean';
const WAIT = 'stages.counter.wait_s.mean';

interface Queue {
  readonly servers?: number;
  readonly rateHz?: number;
  readonly duration: number;
  readonly warmup: number;
}

/** M/M/c with a mean service time of 1 s. */
const queue = ({ servers = 1, rateHz = 0.5, duration, warmup }: Queue): Setup =>
  setupOf(
    compileObject({
      version: 1,
      name: `M/M/${servers}`,
      run: { duration, warmup, replications: 5, seed: 'truth' },
      pools: { server: { nodes: servers } },
      stages: { counter: { pool: 'server' } },
      workloads: {
        customers: {
          arrival: { process: 'poisson', rate: rateHz },
          workflow: [{ stage: 'counter', work: { dist: 'exponential', mean: 1 } }],
        },
      },
    }),
  );

/** Gives one of the setups random numbers of its own. */
class Independent implements RunSource {
  readonly parallelism = 1;
  private readonly thread = new ThisThread();

  constructor(private readonly other: Setup) {}

  ask: RunSource['ask'] = (request) =>
    this.thread.ask(request.setup === this.other ? { ...request, seed: `other/${request.seed}` } : request);
}

/** M/M/1 by Lindley's recursion, for many more runs than the engine would do in the time; each setup on its own seeds. */
class LindleyRuns implements RunSource {
  readonly parallelism = 1;

  constructor(
    private readonly real: RunOutcome,
    private readonly other: Setup,
  ) {}

  async ask({ setup, seed }: RunRequest): Promise<RunAnswer> {
    const random = new StreamFactory(setup === this.other ? `other/${seed}` : seed).stream('queue');
    const latency = sojourns(0.5, 200, 20, random);
    const { measures } = this.real;
    const latency_s = { ...measures.total.latency_s, mean: latency.mean, p99: latency.quantile(0.99) };
    const total = { ...measures.total, latency_s };
    return { kind: 'replication', outcome: { ...this.real, measures: { ...measures, total } } };
  }
}

describe('the truth', () => {
  it('identical policies on independent seeds are called different in at most 5% of 200 comparisons', async () => {
    const named = setups('a', 'b');
    const source = new LindleyRuns(await template(), named[1]!.setup);
    let wrong = 0;
    let looks = 0;
    for (let i = 0; i < 200; i++) {
      const { metrics, replications } = await compare(named, source, {
        seed: `pair ${i}`,
        metrics: [LATENCY, 'total.latency_s.p99'],
        budget: 20,
        indifference: 0,
      });
      looks += replications.looks.length;
      const decisions = metrics.flatMap(({ differences }) => differences.map(({ decision }) => decision));
      if (decisions.some((decision) => decision === 'lower' || decision === 'higher')) wrong++;
    }
    // Nearly all go through three looks at two metrics.
    expect(looks).toBeGreaterThan(550);
    expect(wrong).toBeLessThanOrEqual(10);
  });

  it('M/M/2 is found quicker than M/M/1, with the exact means and their difference inside the intervals', async () => {
    const long = { duration: 4000, warmup: 100 };
    const { metrics } = await compare(
      [
        { name: 'one', setup: queue({ ...long, servers: 1 }) },
        { name: 'two', setup: queue({ ...long, servers: 2 }) },
      ],
      new ThisThread(),
      { metrics: [LATENCY, WAIT], replications: 20 },
    );
    // λ = 1/2, μ = 1: W = 1/(μ − λ) = 2 s in M/M/1, 1/(μ(1 − ρ²)) = 16/15 s in M/M/2 with ρ = 1/4.
    const exact: Record<string, { one: number; two: number }> = {
      [LATENCY]: { one: 2, two: 16 / 15 },
      [WAIT]: { one: 1, two: 1 / 15 },
    };
    for (const { metric, estimates, differences, winner } of metrics) {
      const { one, two } = exact[metric]!;
      expect(winner).toBe('two');
      for (const [name, mean] of Object.entries({ one, two })) {
        expect(estimates[name]!.ci_low!).toBeLessThan(mean);
        expect(estimates[name]!.ci_high!).toBeGreaterThan(mean);
      }
      const [{ difference, relative, decision }] = differences as [(typeof differences)[number]];
      expect(decision).toBe('lower');
      expect(difference.ci_low!).toBeLessThan(two - one);
      expect(difference.ci_high!).toBeGreaterThan(two - one);
      expect(relative!.ci_low!).toBeLessThan((two - one) / one);
      expect(relative!.ci_high!).toBeGreaterThan((two - one) / one);
    }
  });

  it('common random numbers narrow the interval by the square root of the factor that is told', async () => {
    const short = { duration: 400, warmup: 50 };
    const one = queue({ ...short, rateHz: 0.7 });
    const two = queue({ ...short, rateHz: 0.7, servers: 2 });
    const pair = [
      { name: 'one', setup: one },
      { name: 'two', setup: two },
    ];
    const options = { metrics: [LATENCY], replications: 100 };
    const widthOf = async (source: RunSource) => {
      const { metrics } = await compare(pair, source, options);
      const [{ difference, variance_reduction }] = metrics[0]!.differences as [
        (typeof metrics)[number]['differences'][number],
      ];
      return { width: difference.ci_high! - difference.ci_low!, factor: variance_reduction! };
    };
    const common = await widthOf(new ThisThread());
    const independent = await widthOf(new Independent(two));
    expect(common.factor).toBeGreaterThan(1.2);
    expect(independent.factor).toBeGreaterThan(0.7);
    expect(independent.factor).toBeLessThan(1.4);
    // The variance of 100 differences is itself known to some 14%.
    const saved = (independent.width / common.width) ** 2;
    expect(saved / common.factor).toBeGreaterThan(0.6);
    expect(saved / common.factor).toBeLessThan(1.6);
  });
});
