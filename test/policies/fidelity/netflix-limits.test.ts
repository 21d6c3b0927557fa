/**
 * The limits of Netflix concurrency-limits, written down once more from the Java sources in the plainest form, and
 * compared with the policies sample by sample on random settings and sequences. Vectors of the library itself are in
 * test/oracles.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aimd } from '../../../src/policies/concurrency/aimd.js';
import { gradient2 } from '../../../src/policies/concurrency/gradient2.js';
import { vegas } from '../../../src/policies/concurrency/vegas.js';
import type { ConcurrencyLimit } from '../../../src/policies/points.js';
import { partitionedWip } from '../../../src/policies/wip/partitioned.js';
import { make } from '../make.js';

const RUNS = 400;

interface Sample {
  readonly gapNs: number;
  readonly rttNs: number;
  /** In flight, as a multiple of the limit, so that the edges at a half are met. */
  readonly use: number;
  readonly extra: number;
  readonly dropped: boolean;
}

/** What the library is fed with; its answer is the limit. */
interface Limit {
  limit: number;
  onSample(startNs: number, rttNs: number, inFlight: number, dropped: boolean): void;
}

const sequences = (shortestNs: number, thresholdNs: number) =>
  fc.array(
    fc.record<Sample>({
      gapNs: fc.oneof(fc.nat(50_000_000), fc.nat(3_000_000_000)),
      rttNs: fc.oneof(
        fc.integer({ min: shortestNs, max: 2_000_000 }),
        fc.integer({ min: 10_000_000, max: 400_000_000 }),
        fc.integer({ min: 1_000_000_000, max: 120_000_000_000 }),
        fc.constantFrom(20_000_000, thresholdNs - 1, thresholdNs, thresholdNs + 1),
      ),
      use: fc.constantFrom(0, 0.25, 0.5, 0.5, 1, 1.5),
      extra: fc.integer({ min: -1, max: 1 }),
      dropped: fc.oneof(
        { weight: 9, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
    { minLength: 1, maxLength: 120 },
  );

function expectSame(policy: ConcurrencyLimit, library: Limit, samples: readonly Sample[]): void {
  let startNs = 0;
  expect(policy.limit).toBe(library.limit);
  for (const { gapNs, rttNs, use, extra, dropped } of samples) {
    startNs += gapNs;
    const inFlight = Math.max(0, Math.floor(library.limit * use) + extra);
    library.onSample(startNs, rttNs, inFlight, dropped);
    policy.onSample(startNs / 1e9, rttNs / 1e9, inFlight, dropped);
    expect(policy.limit).toBe(library.limit);
  }
}

class JavaAimd implements Limit {
  limit: number;

  constructor(
    private readonly s: { initial: number; min: number; max: number; ratio: number; timeoutNs: number },
  ) {
    this.limit = s.initial;
  }

  onSample(_startNs: number, rttNs: number, inFlight: number, dropped: boolean): void {
    const { min, max, ratio, timeoutNs } = this.s;
    let current = this.limit;
    if (dropped || rttNs > timeoutNs) current = Math.trunc(current * ratio);
    else if (inFlight * 2 >= current) current = current + 1;
    this.limit = Math.min(max, Math.max(min, current));
  }
}

type Rule = number | 'log10';

class JavaVegas implements Limit {
  limit: number;
  private estimatedLimit: number;
  private rttNoLoad = 0;
  private probeCount = 0;

  constructor(
    private readonly s: {
      initial: number;
      max: number;
      smoothing: number;
      alpha: Rule;
      beta: Rule;
      threshold: Rule;
      increase: Rule;
      decrease: Rule;
      probeMultiplier: number;
      probeJitter: number;
    },
  ) {
    this.limit = s.initial;
    this.estimatedLimit = s.initial;
  }

  onSample(_startNs: number, rttNs: number, inFlight: number, dropped: boolean): void {
    this.limit = this.update(rttNs, inFlight, dropped);
  }

  private update(rtt: number, inFlight: number, dropped: boolean): number {
    const { s } = this;
    this.probeCount++;
    if (s.probeJitter * s.probeMultiplier * this.estimatedLimit <= this.probeCount) {
      this.probeCount = 0;
      this.rttNoLoad = rtt;
      return Math.trunc(this.estimatedLimit);
    }
    if (this.rttNoLoad === 0 || rtt < this.rttNoLoad) {
      this.rttNoLoad = rtt;
      return Math.trunc(this.estimatedLimit);
    }
    const limit = Math.trunc(this.estimatedLimit);
    const log10 = Math.max(1, String(limit).length - 1);
    const of = (rule: Rule, factor: number) => (rule === 'log10' ? factor * log10 : rule);
    const queueSize = Math.ceil(this.estimatedLimit * (1 - this.rttNoLoad / rtt));
    let next: number;
    if (dropped) next = this.estimatedLimit - of(s.decrease, 1);
    else if (inFlight * 2 < this.estimatedLimit) return limit;
    else if (queueSize <= of(s.threshold, 1)) next = this.estimatedLimit + of(s.beta, 6);
    else if (queueSize < of(s.alpha, 3)) next = this.estimatedLimit + of(s.increase, 1);
    else if (queueSize > of(s.beta, 6)) next = this.estimatedLimit - of(s.decrease, 1);
    else return limit;
    next = Math.max(1, Math.min(s.max, next));
    this.estimatedLimit = (1 - s.smoothing) * this.estimatedLimit + s.smoothing * next;
    return Math.trunc(this.estimatedLimit);
  }
}

class JavaGradient2 implements Limit {
  limit: number;
  private estimatedLimit: number;
  private value = 0;
  private sum = 0;
  private count = 0;

  constructor(
    private readonly s: {
      initial: number;
      min: number;
      max: number;
      smoothing: number;
      queueSize: number | 'sqrt';
      longWindow: number;
      tolerance: number;
    },
  ) {
    this.limit = s.initial;
    this.estimatedLimit = s.initial;
  }

  onSample(_startNs: number, rttNs: number, inFlight: number, _dropped: boolean): void {
    this.limit = this.update(rttNs, inFlight);
  }

  private update(shortRtt: number, inFlight: number): number {
    const { s } = this;
    const root = Math.max(1, Math.trunc(Math.sqrt(Math.trunc(this.estimatedLimit))));
    const queueSize = s.queueSize === 'sqrt' ? Math.max(4, root) : s.queueSize;
    if (this.count < 10) {
      this.count++;
      this.sum += shortRtt;
      this.value = this.sum / this.count;
    } else {
      const factor = 2 / (s.longWindow + 1);
      this.value = this.value * (1 - factor) + shortRtt * factor;
    }
    const longRtt = this.value;
    if (longRtt / shortRtt > 2) this.value = this.value * 0.95;
    if (inFlight < this.estimatedLimit / 2) return Math.trunc(this.estimatedLimit);
    const gradient = Math.max(0.5, Math.min(1, (s.tolerance * longRtt) / shortRtt));
    let next = this.estimatedLimit * gradient + queueSize;
    next = this.estimatedLimit * (1 - s.smoothing) + next * s.smoothing;
    this.estimatedLimit = Math.max(s.min, Math.min(s.max, next));
    return Math.trunc(this.estimatedLimit);
  }
}

class JavaWindowed implements Limit {
  private nextUpdateNs = 0;
  private samples: { rttNs: number; inFlight: number; dropped: boolean }[] = [];

  constructor(
    private readonly delegate: Limit,
    private readonly s: {
      minNs: number;
      maxNs: number;
      size: number;
      thresholdNs: number;
      percentile?: number;
      kept: number;
    },
  ) {}

  get limit(): number {
    return this.delegate.limit;
  }

  onSample(startNs: number, rttNs: number, inFlight: number, dropped: boolean): void {
    const { s } = this;
    const endNs = startNs + rttNs;
    if (rttNs < s.thresholdNs) return;
    if (s.percentile === undefined || this.samples.length < s.kept)
      this.samples.push({ rttNs, inFlight, dropped });
    if (endNs <= this.nextUpdateNs) return;
    const current = this.samples;
    this.samples = [];
    const candidate = Math.min(...current.map((one) => one.rttNs));
    this.nextUpdateNs = endNs + Math.min(Math.max(candidate * 2, s.minNs), s.maxNs);
    if (current.length < s.size) return;
    this.delegate.onSample(
      startNs,
      this.tracked(current.map((one) => one.rttNs)),
      Math.max(...current.map((one) => one.inFlight)),
      current.some((one) => one.dropped),
    );
  }

  private tracked(rttsNs: number[]): number {
    const { percentile } = this.s;
    if (percentile === undefined)
      return Number(rttsNs.reduce((sum, rtt) => sum + BigInt(rtt), 0n) / BigInt(rttsNs.length));
    rttsNs.sort((a, b) => a - b);
    return rttsNs[Math.round(rttsNs.length * percentile) - 1]!;
  }
}

const counts = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 1200 }));
/** The lowest and the highest limit, equal ones included. */
const bounds = fc
  .tuple(counts, fc.oneof(fc.constant(0), counts))
  .map(([min, more]) => ({ min, max: min + more }));
const share = fc.oneof(
  fc.constantFrom(0, 0.2, 0.5, 1),
  fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
);

describe('as written down from the Java sources', () => {
  test('AIMDLimit', () => {
    const settings = fc.record({
      bounds,
      initial: counts,
      ratio: fc.integer({ min: 500, max: 999 }).map((n) => n / 1000),
      timeoutNs: fc.constantFrom(100_000_000, 5_000_000_000),
    });
    fc.assert(
      fc.property(
        settings.chain((s) => fc.tuple(fc.constant(s), sequences(0, s.timeoutNs))),
        ([
          {
            bounds: { min, max },
            initial,
            ratio,
            timeoutNs,
          },
          samples,
        ]) => {
          const policy = make(aimd, {
            initialLimit: initial,
            minLimit: min,
            maxLimit: max,
            backoffRatio: ratio,
            timeout: timeoutNs / 1e9,
          });
          expectSame(policy, new JavaAimd({ initial, min, max, ratio, timeoutNs }), samples);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('VegasLimit', () => {
    const rule = (max: number) => fc.oneof(fc.constant('log10' as const), fc.nat(max));
    const settings = fc
      .record({
        initial: counts,
        max: counts,
        smoothing: share,
        alpha: rule(8),
        beta: rule(20),
        threshold: rule(4),
        increase: rule(5),
        decrease: rule(5),
        probeMultiplier: fc.integer({ min: 1, max: 40 }),
        probeJitter: fc.integer({ min: 1, max: 1000 }).map((n) => n / 1000),
      })
      .filter(({ alpha, beta }) => alpha === 'log10' || beta === 'log10' || alpha <= beta);
    fc.assert(
      fc.property(settings, sequences(1, 100_000), (s, samples) => {
        const { initial, max, ...same } = s;
        const policy = make(vegas, { initialLimit: initial, maxLimit: max, ...same });
        expectSame(policy, new JavaVegas(s), samples);
      }),
      { numRuns: RUNS },
    );
  });

  const gradientSettings = fc.record({
    bounds,
    initial: counts,
    smoothing: share,
    queueSize: fc.oneof(fc.constant('sqrt' as const), fc.nat(20)),
    longWindow: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(600)),
    tolerance: fc.integer({ min: 100, max: 400 }).map((n) => n / 100),
  });

  test('Gradient2Limit, steps that take no time included', () => {
    fc.assert(
      fc.property(
        gradientSettings,
        sequences(0, 100_000),
        ({ bounds: { min, max }, initial, ...same }, samples) => {
          const policy = make(gradient2, { initialLimit: initial, minLimit: min, maxLimit: max, ...same });
          // The library has no limit from then on if nothing has ever taken any time.
          const [first, ...rest] = samples;
          const begin = { ...first!, rttNs: Math.max(1, first!.rttNs) };
          expectSame(policy, new JavaGradient2({ initial, min, max, ...same }), [begin, ...rest]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('WindowedLimit of averages and percentiles, around AIMDLimit and Gradient2Limit', () => {
    const settings = fc
      .record({
        minNs: fc.integer({ min: 100, max: 2000 }).map((ms) => ms * 1e6),
        longer: fc.nat(5000).map((ms) => ms * 1e6),
        size: fc.integer({ min: 1, max: 12 }),
        thresholdNs: fc.constantFrom(0, 100_000, 1_000_000),
        percentile: fc.option(
          fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
          { nil: undefined },
        ),
        more: fc.nat(6),
      })
      .map(({ longer, more, percentile, ...s }) => ({
        ...s,
        maxNs: s.minNs + longer,
        kept: s.size + more,
        ...(percentile === undefined ? {} : { percentile }),
      }));
    fc.assert(
      fc.property(settings, sequences(1, 1_000_000), fc.boolean(), (s, samples, isAimd) => {
        const window = {
          min: s.minNs / 1e9,
          max: s.maxNs / 1e9,
          size: s.size,
          threshold: s.thresholdNs / 1e9,
          samples: s.kept,
          ...('percentile' in s ? { percentile: s.percentile } : {}),
        };
        const policy = isAimd
          ? make(aimd, { minLimit: 1, timeout: 0.2, window })
          : make(gradient2, { minLimit: 1, smoothing: 0.5, window });
        const library = isAimd
          ? new JavaAimd({ initial: 20, min: 1, max: 200, ratio: 0.9, timeoutNs: 2e8 })
          : new JavaGradient2({
              initial: 20,
              min: 1,
              max: 200,
              smoothing: 0.5,
              queueSize: 4,
              longWindow: 600,
              tolerance: 1.5,
            });
        expectSame(policy, new JavaWindowed(library, s), samples);
      }),
      { numRuns: RUNS },
    );
  });

  test('AbstractPartitionedLimiter', () => {
    const names = ['a', 'b', 'c'];
    const settings = fc.record({
      limit: fc.integer({ min: 1, max: 12 }),
      percents: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 2 }),
    });
    const actions = fc.array(fc.record({ who: fc.nat(2), leaves: fc.boolean() }), { maxLength: 150 });
    fc.assert(
      fc.property(settings, actions, ({ limit, percents }, steps) => {
        // The third has no partition: the library's unknown one, whose limit is never set.
        const policy = make(
          partitionedWip,
          { limit, by: 'tenant', partitions: { a: percents[0]! / 100, b: percents[1]! / 100 } },
          { tenants: names, tasks: names.map((_, tenant) => ({ tenant })) },
        );
        const parts = percents.map((percent) => Math.max(1, Math.ceil(limit * (percent / 100))));
        parts.push(0);
        const busy = [0, 0, 0];
        for (const { who, leaves } of steps) {
          if (leaves) {
            if (busy[who] === 0) continue;
            busy[who]!--;
            policy.stopped(who, 0);
            continue;
          }
          const inFlight = busy.reduce((a, b) => a + b);
          const acquires = inFlight < limit || busy[who]! < parts[who]!;
          expect(policy.mayStart(who, 0)).toBe(acquires);
          if (!acquires) continue;
          busy[who]!++;
          policy.started(who, 0);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
