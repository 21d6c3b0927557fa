import { describe, expect, it } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import { compare, MetricError } from '../../../src/experiment/compare/compare.js';
import type { ComparisonDocument } from '../../../src/experiment/compare/document.js';
import type { NamedSetup } from '../../../src/experiment/compare/named-setup.js';
import { Interrupted, type RunSource } from '../../../src/experiment/run-source.js';
import { compileObject } from '../../../src/scenario/compile.js';
import { mm1 } from '../mm1.js';
import { setupOf } from '../setup-of.js';
import { type Fate, FixedRuns, setups, template, type Values } from './fixed-runs.js';

const LATENCY = 'total.latency_s.mean';
const THROUGHPUT = 'total.throughput_hz';

/** Half the width of a 95% Student-t interval from five values: t(0.975, 4), from the printed tables. */
const T_4 = 2.776_445;

/** Five differences whose t statistic is `t`: t·s/√5 added to values of standard deviation s = √0.625. */
const differencesWith = (t: number): number[] =>
  [-1, -0.5, 0, 0.5, 1].map((value) => value + t * Math.sqrt(0.625 / 5));

const TEN = [10, 10, 10, 10, 10];
const moved = (differences: readonly number[]): number[] => TEN.map((value, i) => value + differences[i]!);

async function fixed(
  named: readonly NamedSetup[],
  values: readonly Values[],
  fate?: Fate,
): Promise<FixedRuns> {
  return new FixedRuns(await template(), new Map(named.map(({ setup }, i) => [setup, values[i]!])), fate);
}

const metricOf = ({ metrics }: ComparisonDocument, name: string) =>
  metrics.find(({ metric }) => metric === name)!;

describe('a comparison of given values', () => {
  it('is the paired-t interval of the differences, computed by hand', async () => {
    const named = setups('a', 'b');
    // Differences −2, −3, −2, −3, −2.5: mean −2.5, standard deviation 0.5, standard error 0.5/√5.
    const source = await fixed(named, [
      { [LATENCY]: [10, 12, 11, 13, 14] },
      { [LATENCY]: [8, 9, 9, 10, 11.5] },
    ]);
    const document = await compare(named, source, { metrics: [LATENCY], replications: 5 });
    const { estimates, runs, differences, winner, better } = metricOf(document, LATENCY);
    expect(estimates.a!.mean).toBe(12);
    expect(estimates.b!.mean).toBe(9.5);
    expect(runs).toEqual({ a: [10, 12, 11, 13, 14], b: [8, 9, 9, 10, 11.5] });
    expect(differences).toHaveLength(1);
    const [{ setup, against, difference, confidence, decision, relative, variance_reduction }] =
      differences as [(typeof differences)[number]];
    expect([setup, against, decision, confidence]).toEqual(['b', 'a', 'lower', 0.95]);
    expect(difference.mean).toBeCloseTo(-2.5, 12);
    expect(difference.ci_low).toBeCloseTo(-2.5 - (T_4 * 0.5) / Math.sqrt(5), 5);
    expect(difference.ci_high).toBeCloseTo(-2.5 + (T_4 * 0.5) / Math.sqrt(5), 5);
    expect(relative!.mean).toBeCloseTo(-2.5 / 12, 12);
    // Variances of the values are 2.5 and 1.75, of the differences 0.25.
    expect(variance_reduction).toBeCloseTo((2.5 + 1.75) / 0.25, 9);
    expect([better, winner]).toEqual(['lower', 'b']);
    expect(differences[0]!.verdict).toMatch(/^b's total\.latency_s\.mean is 2\d% lower \(95% CI/);
  });

  it('names the winner by which way the metric is better', async () => {
    const named = setups('a', 'b');
    const values = { [THROUGHPUT]: [8, 9, 9, 10, 11.5] };
    const source = await fixed(named, [{ [THROUGHPUT]: [10, 12, 11, 13, 14] }, values]);
    const document = await compare(named, source, { metrics: [THROUGHPUT], replications: 5 });
    const { better, winner, differences } = metricOf(document, THROUGHPUT);
    expect([better, winner, differences[0]!.decision]).toEqual(['higher', 'a', 'lower']);
  });

  it('asks more of a difference where several metrics are judged together (Holm)', async () => {
    const named = setups('a', 'b');
    const decisions = async (values: Values): Promise<string[]> => {
      const source = await fixed(named, [{ [LATENCY]: TEN, [THROUGHPUT]: TEN }, values]);
      const metrics = Object.keys(values);
      const document = await compare(named, source, { metrics, replications: 5, indifference: 0 });
      return metrics.map((metric) => metricOf(document, metric).differences[0]!.decision);
    };
    // With 4 degrees of freedom t = 3 has p = 0.040, t = 4 has p = 0.016, t = 0.5 has p = 0.64: 0.025 lies between.
    const three = moved(differencesWith(3));
    const four = moved(differencesWith(4));
    const none = moved(differencesWith(0.5));
    expect(await decisions({ [LATENCY]: three })).toEqual(['higher']);
    expect(await decisions({ [LATENCY]: three, [THROUGHPUT]: none })).toEqual([
      'no-difference-found',
      'no-difference-found',
    ]);
    expect(await decisions({ [LATENCY]: four, [THROUGHPUT]: none })).toEqual([
      'higher',
      'no-difference-found',
    ]);
    // Once the first is rejected, the second needs 0.05 only.
    expect(await decisions({ [LATENCY]: three, [THROUGHPUT]: four })).toEqual(['higher', 'higher']);
  });

  it('gives p values as Holm adjusts them: never below those before, at most 1', async () => {
    const named = setups('a', 'b');
    const values = { [LATENCY]: moved(differencesWith(4)), [THROUGHPUT]: moved(differencesWith(0.5)) };
    const source = await fixed(named, [{ [LATENCY]: TEN, [THROUGHPUT]: TEN }, values]);
    const { metrics } = await compare(named, source, {
      metrics: [LATENCY, THROUGHPUT],
      replications: 5,
      indifference: 0,
    });
    const [first, second] = metrics.map(({ differences }) => differences[0]!.adjusted_p);
    // Twice the two-sided p of t = 4 with 4 degrees of freedom, 0.01613; the last one counts once.
    expect(first).toBeCloseTo(2 * 0.016_13, 4);
    expect(second).toBeCloseTo(0.643_33, 4);
  });

  it('calls setups that are the same the same, and nobody wins', async () => {
    const setup = setupOf(mm1());
    const named = [
      { name: 'a', setup },
      { name: 'twin', setup: setupOf(mm1()) },
    ];
    const values = { [LATENCY]: [10, 12, 11, 13, 14] };
    const document = await compare(named, await fixed(named, [values, values]), { metrics: [LATENCY] });
    const { differences, winner } = metricOf(document, LATENCY);
    expect(differences[0]).toMatchObject({
      decision: 'equivalent',
      difference: { mean: 0, ci_low: 0, ci_high: 0 },
      variance_reduction: null,
      verdict: 'total.latency_s.mean: the same in every run',
    });
    expect(winner).toBeNull();
    expect([document.stopped, document.replications.used]).toEqual(['decided', 5]);
    expect(document.warnings.join('\n')).toContain('a and twin are the same in all that a run depends on');
  });

  it('calls a difference within the indifference one that does not matter, however certain', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [{ [LATENCY]: TEN }, { [LATENCY]: TEN.map((value) => 1.005 * value) }]);
    const at = (indifference: number) =>
      compare(named, source, { metrics: [LATENCY], replications: 5, indifference });
    expect(metricOf(await at(0.01), LATENCY).differences[0]!.decision).toBe('equivalent');
    expect(metricOf(await at(0.001), LATENCY).differences[0]!.decision).toBe('higher');
  });

  it('says of one pair of runs that nothing tells chance from difference', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [{ [LATENCY]: [10] }, { [LATENCY]: [1] }]);
    const document = await compare(named, source, { metrics: [LATENCY], replications: 1 });
    expect(metricOf(document, LATENCY).differences[0]).toMatchObject({
      decision: 'no-difference-found',
      difference: { mean: -9, ci_low: null, ci_high: null },
    });
    expect(document.warnings.join('\n')).toContain('one pair of runs only');
  });
});

describe('three setups', () => {
  const better = [5, 6, 7, 5, 6];
  const worse = better.map((value, i) => value + 10 + (i % 2));

  it('are each held against the baseline, then against each other', async () => {
    const named = setups('a', 'b', 'c');
    const values = [worse, worse.map((value, i) => value + i), better].map((runs) => ({ [LATENCY]: runs }));
    const document = await compare(named, await fixed(named, values), {
      metrics: [LATENCY],
      replications: 5,
    });
    const { differences } = metricOf(document, LATENCY);
    expect(differences.map(({ setup, against }) => `${setup} - ${against}`)).toEqual([
      'b - a',
      'c - a',
      'c - b',
    ]);
    expect(document.baseline).toBe('a');
    expect(document.setups.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('have a winner where one beats both others, wherever it stands', async () => {
    for (const place of [0, 1, 2]) {
      const named = setups('a', 'b', 'c');
      const values = named.map((_, i) => ({ [LATENCY]: i === place ? better : worse.map((v) => v + i / 8) }));
      const document = await compare(named, await fixed(named, values), {
        metrics: [LATENCY],
        replications: 5,
      });
      expect(metricOf(document, LATENCY).winner).toBe(['a', 'b', 'c'][place]);
    }
  });

  it('have none where the two best cannot be told apart', async () => {
    const named = setups('a', 'b', 'c');
    const values = [better, better.map((value, i) => value + (i % 2 === 0 ? 0.5 : -0.5)), worse];
    const document = await compare(
      named,
      await fixed(
        named,
        values.map((runs) => ({ [LATENCY]: runs })),
      ),
      { metrics: [LATENCY], replications: 5 },
    );
    const { differences, winner } = metricOf(document, LATENCY);
    expect(differences.map(({ decision }) => decision)).toEqual(['no-difference-found', 'higher', 'higher']);
    expect(winner).toBeNull();
  });
});

describe('looks', () => {
  /** Equal in the mean, differing by chance alone. */
  const noise = Array.from({ length: 40 }, (_, i) => [0.3, -0.5, 0.4, -0.2][i % 4]!);
  const flat = noise.map(() => 10);

  it('stop where every difference is decided: a large one at the first look', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [
      { [LATENCY]: flat.map((value, i) => value + noise[i]!) },
      { [LATENCY]: flat.map((value) => value / 2) },
    ]);
    const document = await compare(named, source, { metrics: [LATENCY] });
    expect([document.stopped, document.replications]).toEqual([
      'decided',
      { looks: [5], used: 5, budget: 40 },
    ]);
    expect(source.asked).toHaveLength(10);
  });

  it('go on to the budget where one is not, and then say that no difference was found', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [
      { [LATENCY]: flat },
      { [LATENCY]: flat.map((v, i) => v + noise[i]!) },
    ]);
    const document = await compare(named, source, { metrics: [LATENCY], indifference: 0 });
    expect(document.stopped).toBe('budget');
    expect(document.replications).toEqual({ looks: [5, 10, 20, 40], used: 40, budget: 40 });
    expect(metricOf(document, LATENCY).differences[0]!.decision).toBe('no-difference-found');
    expect(source.asked).toHaveLength(80);
  });

  it('stop at a budget of one’s own, and ask for no run twice', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [
      { [LATENCY]: flat },
      { [LATENCY]: flat.map((v, i) => v + noise[i]!) },
    ]);
    const { replications } = await compare(named, source, {
      metrics: [LATENCY],
      indifference: 0,
      budget: 17,
    });
    expect(replications).toEqual({ looks: [5, 17], used: 17, budget: 17 });
    expect(
      new Set(source.asked.map(({ setup, replication }) => `${setup === named[0]!.setup} ${replication}`))
        .size,
    ).toBe(34);
    expect(source.asked).toHaveLength(34);
  });

  it('share the error: what a single look would call a difference is open at the first of several', async () => {
    const named = setups('a', 'b');
    // p = 0.040: below 0.05, above the 0.00625 that the first five of forty may use.
    const differences = [...differencesWith(3), ...noise.slice(0, 35)];
    const source = await fixed(named, [
      { [LATENCY]: flat },
      { [LATENCY]: flat.map((v, i) => v + differences[i]!) },
    ]);
    const options = { metrics: [LATENCY], indifference: 0 };
    const single = await compare(named, source, { ...options, replications: 5 });
    expect(metricOf(single, LATENCY).differences[0]!.decision).toBe('higher');
    const { replications } = await compare(named, source, options);
    expect(replications.looks.length).toBeGreaterThan(1);
  });

  it('tell how far they are: runs, looks, and differences still open', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [
      { [LATENCY]: flat },
      { [LATENCY]: flat.map((v, i) => v + noise[i]!) },
    ]);
    const told: [number, number, number, number | null][] = [];
    await compare(named, source, {
      metrics: [LATENCY],
      indifference: 0,
      budget: 10,
      onProgress: ({ finished, planned, look, open }) => told.push([finished, planned, look, open]),
    });
    expect(told[0]).toEqual([0, 10, 1, null]);
    expect(told.at(-1)).toEqual([20, 20, 2, 1]);
  });
});

describe('a comparison that is interrupted', () => {
  const values = { [LATENCY]: Array.from({ length: 40 }, (_, i) => 10 + (i % 3)) };
  const lower = { [LATENCY]: values[LATENCY]!.map((value) => value / 2) };

  it('keeps the pairs that are whole, gaps or not, and says what it is', async () => {
    const named = setups('a', 'b');
    const stopped: Fate = (setup, replication) =>
      replication === 3 || (setup === named[1]!.setup && replication === 1) ? 'is interrupted' : 'runs';
    const document = await compare(named, await fixed(named, [values, lower], stopped), {
      metrics: [LATENCY],
    });
    const kept = [0, 2, 4];
    expect(metricOf(document, LATENCY).runs).toEqual({
      a: kept.map((i) => values[LATENCY]![i]),
      b: kept.map((i) => lower[LATENCY]![i]),
    });
    expect([document.interrupted, document.stopped, document.replications.used]).toEqual([
      true,
      'interrupted',
      3,
    ]);
  });

  it('calls what it could not decide open, never "no difference"', async () => {
    const named = setups('a', 'b');
    const near = { [LATENCY]: values[LATENCY]!.map((value, i) => value + (i % 2 === 0 ? 1 : -1)) };
    const stopped: Fate = (_, replication) => (replication >= 3 ? 'is interrupted' : 'runs');
    const document = await compare(named, await fixed(named, [values, near], stopped), {
      metrics: [LATENCY],
    });
    const { differences, winner } = metricOf(document, LATENCY);
    expect(differences[0]!.decision).toBe('open');
    expect(differences[0]!.verdict).toMatch(/not decided yet/);
    expect(winner).toBeNull();
  });

  it('has asked for pairs in their order, so that whatever time it had went into pairs', async () => {
    const named = setups('a', 'b');
    const source = await fixed(named, [values, lower]);
    await compare(named, source, { metrics: [LATENCY], replications: 3 });
    const names = new Map(named.map(({ name, setup }) => [setup, name]));
    expect(source.asked.map(({ setup, replication }) => `${names.get(setup)}${replication}`)).toEqual(
      'a0 b0 a1 b1 a2 b2'.split(' '),
    );
  });

  it('has no document where no pair is whole', async () => {
    const named = setups('a', 'b');
    const stopped: Fate = (setup, replication) =>
      (setup === named[0]!.setup) === replication < 3 ? 'is interrupted' : 'runs';
    const source = await fixed(named, [values, lower], stopped);
    await expect(compare(named, source, { metrics: [LATENCY] })).rejects.toThrow(Interrupted);
  });

  it('is no interruption where a run fails: the failure is told', async () => {
    const named = setups('a', 'b');
    const broken: RunSource = { parallelism: 1, ask: () => Promise.reject(new Error('disk on fire')) };
    await expect(compare(named, broken, { metrics: [LATENCY] })).rejects.toThrow('disk on fire');
  });
});

describe('metrics', () => {
  const named = (): NamedSetup[] => {
    const other = compileObject({
      version: 1,
      name: 'two counters',
      run: { duration: 500, replications: 3, seed: 'queue' },
      pools: { server: {}, extra: {} },
      stages: { counter: { pool: 'server' }, desk: { pool: 'extra' } },
      workloads: {
        customers: {
          arrival: { process: 'poisson', rate: 0.5 },
          workflow: [
            { stage: 'counter', work: { dist: 'exponential', mean: 1 } },
            { stage: 'desk', work: { dist: 'exponential', mean: 1 } },
          ],
        },
      },
    });
    return [
      { name: 'one', setup: setupOf(mm1({ run: { duration: 500 } })) },
      { name: 'two', setup: setupOf(other) },
    ];
  };

  it('are by default those that every setup has', async () => {
    for (const order of [named(), named().reverse()]) {
      const { metrics } = await compare(order, new ThisThread(), { replications: 2 });
      const names = metrics.map(({ metric }) => metric);
      expect(names).toContain('pools.server.utilisation.busy');
      expect(names).not.toContain('pools.extra.utilisation.busy');
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('that were asked for and that a setup has not are refused, with its name or a suggestion', async () => {
    const [one, two] = named() as [NamedSetup, NamedSetup];
    const asked = (setups: NamedSetup[], metric: string) =>
      compare(setups, new ThisThread(), { metrics: [metric], replications: 2 });
    await expect(asked([two, one], 'pools.extra.utilisation.busy')).rejects.toThrow(
      'one has no metric pools.extra.utilisation.busy',
    );
    const wrong = asked([one, two], 'total.latency_s.p9');
    await expect(wrong).rejects.toThrow(MetricError);
    await expect(wrong).rejects.toThrow(/did you mean `total\.latency_s\.p9/);
  });

  it('of SLOs come first, and each setup is judged by its own', async () => {
    const slo = (atMost: number) => [{ metric: 'pools.server.utilisation.busy', atMost }];
    const both = [
      { name: 'strict', setup: setupOf(mm1({ slos: slo(0.1) })) },
      { name: 'mild', setup: setupOf(mm1({ slos: slo(0.9) })) },
    ];
    const document = await compare(both, new ThisThread(), { replications: 2 });
    expect(document.metrics[0]!.metric).toBe('pools.server.utilisation.busy');
    expect(document.setups.map(({ slos }) => slos.map(({ met }) => met))).toEqual([[false], [true]]);
  });
});

describe('a comparison of real runs', () => {
  it('comes to the same bytes in whatever order the runs are finished', async () => {
    const named = [
      { name: 'slow', setup: setupOf(mm1({ rateHz: 0.7, run: { duration: 300 } })) },
      { name: 'fast', setup: setupOf(mm1({ rateHz: 0.3, run: { duration: 300 } })) },
    ];
    const thread = new ThisThread();
    const waiting: (() => void)[] = [];
    const backwards: RunSource = {
      parallelism: 6,
      ask: async (request) => {
        const answer = await thread.ask(request);
        await new Promise<void>((resolve) => {
          waiting.unshift(resolve);
          if (waiting.length === 6) for (const go of waiting.splice(0)) go();
        });
        return answer;
      },
    };
    const straight = await compare(named, thread, { replications: 3 });
    expect(JSON.stringify(await compare(named, backwards, { replications: 3 }))).toBe(
      JSON.stringify(straight),
    );
  });

  it('runs replication i of every setup on the same seed', async () => {
    const seeds = new Map<string, Set<number>>();
    const thread = new ThisThread();
    const named = [0.3, 0.5].map((rateHz) => ({
      name: String(rateHz),
      setup: setupOf(mm1({ rateHz, run: { duration: 100 } })),
    }));
    const source: RunSource = {
      parallelism: 1,
      ask: (request) => {
        const setups = seeds.get(request.seed) ?? new Set();
        seeds.set(request.seed, setups.add(named.findIndex(({ setup }) => setup === request.setup)));
        return thread.ask(request);
      },
    };
    await compare(named, source, { replications: 3, seed: 'mine' });
    expect([...seeds]).toEqual(['mine/0', 'mine/1', 'mine/2'].map((seed) => [seed, new Set([0, 1])]));
  });
});
