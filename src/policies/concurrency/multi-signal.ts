/**
 * AIMD on several signals at once: latency, error rate, failures of tools, GPU memory. Every `interval` the limit is
 * multiplied by `backoffRatio` (rounded down) where any signal is over its threshold; else it grows by `increase` where
 * at least half of it is in use. Own combination: additive increase and multiplicative decrease of Chiu and Jain
 * (1989); any signal counts like any other, and one decrease is judged by what began after it before the next, as
 * TCP does with losses and marks (RFC 3168, 6.1.2: at most one reduction per round trip).
 */
import { z } from 'zod';
import { count, fraction, periodS, positiveDurationS } from '../../units/schema.js';
import { definePolicy, type NameReference } from '../definition.js';
import type { ConcurrencyLimit, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';

/** 1 - 0.9 is a hair less than a tenth: one of ten is not over it. */
const EPSILON = 1e-9;

const allowedShare = () =>
  fraction().refine((threshold) => threshold < 1, {
    error: 'expected a fraction below 1, or nothing is over it',
  });

const parameters = z
  .strictObject({
    initialLimit: count().default(20).describe('Limit before the first decision.'),
    minLimit: count().default(1).describe('Lowest limit.'),
    maxLimit: count().default(200).describe('Highest limit.'),
    interval: periodS().default(1).describe('Time between two decisions.'),
    minSamples: count()
      .default(10)
      .describe('Requests (or tool calls) that a decision on them needs; fewer are kept for the next.'),
    increase: count().default(1).describe('Step up.'),
    backoffRatio: fraction()
      .refine((ratio) => ratio < 1, { error: 'expected a ratio below 1' })
      .default(0.9)
      .describe('Factor on the limit where a signal is over its threshold; the result is rounded down.'),
    latency: z
      .strictObject({
        threshold: positiveDurationS().describe('Longest time in progress at the stage that is well.'),
        percentile: fraction()
          .refine((percentile) => percentile > 0, { error: 'expected a fraction above 0' })
          .default(0.95)
          .describe('Quantile of the times that is held against the threshold.'),
      })
      .optional()
      .describe('The time that requests take at the stage.'),
    errorRate: z
      .strictObject({ threshold: allowedShare().default(0.05).describe('Largest share that is well.') })
      .optional()
      .describe('The share of the stage’s requests that fail or are given up.'),
    toolFailureRate: z
      .strictObject({
        threshold: allowedShare().default(0.1).describe('Largest share that is well.'),
        stages: z
          .array(z.string())
          .min(1, { error: 'expected at least one stage; leave it out for all services' })
          .optional()
          .describe('Stages whose calls count. Omitted: all that call a service.'),
      })
      .optional()
      .describe('The share of calls of tools, at any stage, that fail or are given up.'),
    memoryPressure: z
      .strictObject({
        threshold: allowedShare()
          .default(0.9)
          .describe('Largest share of the pool’s GPU memory that is well.'),
        pool: z.string().optional().describe('The pool. Omitted: that of the stage.'),
      })
      .optional()
      .describe('The share of a pool’s GPU memory that tasks hold.'),
  })
  .refine((value) => value.minLimit <= value.maxLimit, {
    error: 'expected `minLimit` of at most `maxLimit`',
    path: ['minLimit'],
  })
  .refine(
    ({ latency, errorRate, toolFailureRate, memoryPressure }) =>
      latency !== undefined ||
      errorRate !== undefined ||
      toolFailureRate !== undefined ||
      memoryPressure !== undefined,
    {
      error:
        'expected at least one of `latency`, `errorRate`, `toolFailureRate` and `memoryPressure`, or the limit only grows',
    },
  );

type Parameters = z.output<typeof parameters>;

type Signal = 'latency' | 'error-rate' | 'tool-failure-rate' | 'memory-pressure';

const NO_DECREASES: Readonly<Record<Signal, number>> = {
  latency: 0,
  'error-rate': 0,
  'tool-failure-rate': 0,
  'memory-pressure': 0,
};

class MultiSignalLimit implements ConcurrencyLimit {
  limit: number;
  /** Tools are called at other stages. */
  readonly observesAll: boolean;
  private readonly isToolStage: readonly boolean[];
  private readonly pool: number;
  private samples = 0;
  private slow = 0;
  private errors = 0;
  private maxInFlight = 0;
  private toolCalls = 0;
  private toolFailures = 0;
  /** What began before the last decrease is no evidence against the present limit. */
  private decreasedAtS = Number.NEGATIVE_INFINITY;
  private reason: Signal | 'increase' | 'unchanged' = 'unchanged';
  private numbers: Readonly<Record<string, number>> = {};
  private increases = 0;
  private decreases: Record<Signal, number> = { ...NO_DECREASES };

  constructor(
    private readonly parameters: Parameters,
    private readonly view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {
    const { initialLimit, toolFailureRate, memoryPressure, interval } = parameters;
    this.limit = initialLimit;
    this.observesAll = toolFailureRate !== undefined;
    this.isToolStage = view.stageNames.map(
      (name, stage) =>
        toolFailureRate !== undefined &&
        (toolFailureRate.stages?.includes(name) ?? view.poolOf(stage) === -1),
    );
    this.pool =
      memoryPressure?.pool === undefined
        ? view.poolOf(runtime.stage)
        : view.poolNames.indexOf(memoryPressure.pool);
    runtime.after(interval, this.decide);
  }

  onSample(startS: number, roundTripS: number, inFlight: number, dropped: boolean): void {
    if (startS < this.decreasedAtS) return;
    this.samples++;
    if (dropped) this.errors++;
    if (this.parameters.latency !== undefined && roundTripS > this.parameters.latency.threshold) this.slow++;
    if (inFlight > this.maxInFlight) this.maxInFlight = inFlight;
  }

  onServiceEnd(_task: number, stage: number, serviceS: number, failed: boolean, nowS: number): void {
    if (!this.isToolStage[stage] || nowS - serviceS < this.decreasedAtS) return;
    this.toolCalls++;
    if (failed) this.toolFailures++;
  }

  private readonly decide = (): void => {
    const { minSamples, minLimit, maxLimit, backoffRatio, increase, interval } = this.parameters;
    const enoughSamples = this.samples >= minSamples;
    const enoughCalls = this.toolCalls >= minSamples;
    const before = this.limit;
    this.numbers = {};
    const signal = this.signalOver(enoughSamples, enoughCalls);
    if (signal !== null) {
      this.limit = Math.max(minLimit, Math.floor(this.limit * backoffRatio));
      this.decreasedAtS = this.runtime.nowS();
      this.decreases[signal]++;
      this.reason = signal;
    } else if (enoughSamples && this.maxInFlight * 2 >= this.limit) {
      this.limit = Math.min(maxLimit, this.limit + increase);
      this.increases++;
      this.reason = 'increase';
    } else {
      this.reason = 'unchanged';
    }
    if (enoughSamples || signal !== null) this.samples = this.slow = this.errors = this.maxInFlight = 0;
    if (enoughCalls || signal !== null) this.toolCalls = this.toolFailures = 0;
    if (this.limit !== before) this.runtime.wake();
    this.runtime.after(interval, this.decide);
  };

  /** The first signal that is over its threshold, with the numbers that show it. */
  private signalOver(enoughSamples: boolean, enoughCalls: boolean): Signal | null {
    const { latency, errorRate, toolFailureRate, memoryPressure } = this.parameters;
    const { samples, slow, errors, toolCalls, toolFailures, pool, view } = this;
    if (enoughSamples && latency && this.isOver(slow / samples, 1 - latency.percentile)) return 'latency';
    if (enoughSamples && errorRate && this.isOver(errors / samples, errorRate.threshold)) return 'error-rate';
    if (enoughCalls && toolFailureRate && this.isOver(toolFailures / toolCalls, toolFailureRate.threshold))
      return 'tool-failure-rate';
    // While more are in progress than the limit lets start, the last decrease is still at work.
    if (!memoryPressure || pool < 0 || view.inProgress(this.runtime.stage) > this.limit) return null;
    const taken = view.poolMemoryTakenBytes(pool) / view.poolMemoryBytes(pool);
    return this.isOver(taken, memoryPressure.threshold) ? 'memory-pressure' : null;
  }

  private isOver(share: number, allowedShare: number): boolean {
    const over = share > allowedShare + EPSILON;
    if (over) this.numbers = { share, allowedShare };
    return over;
  }

  why(): Why {
    return { reason: this.reason, numbers: { limit: this.limit, ...this.numbers } };
  }

  measures(): Readonly<Record<string, number>> {
    return {
      increases: this.increases,
      decreases_by_latency: this.decreases.latency,
      decreases_by_error_rate: this.decreases['error-rate'],
      decreases_by_tool_failure_rate: this.decreases['tool-failure-rate'],
      decreases_by_memory_pressure: this.decreases['memory-pressure'],
    };
  }

  beginMeasuring(): void {
    this.increases = 0;
    this.decreases = { ...NO_DECREASES };
  }
}

export const multiSignal = definePolicy({
  point: 'concurrency',
  name: 'multi-signal',
  summary:
    'Additive increase, multiplicative decrease, where latency, errors, failures of tools or GPU memory may each call for the decrease.',
  source: 'Own combination of signals; Chiu and Jain (1989); RFC 3168, section 6.1.2.',
  helps:
    'When overload shows first in different places: errors of a tool today, memory of a pool tomorrow; whichever comes first is heard.',
  hurts:
    'When a signal has another cause than the load of the stage, such as a tool that fails for everybody: the limit falls and nothing gets better.',
  parameters,
  references: ({ toolFailureRate, memoryPressure }): readonly NameReference[] => [
    ...(toolFailureRate?.stages ?? []).map(
      (name, i): NameReference => ({ kind: 'stage', name, path: ['toolFailureRate', 'stages', i] }),
    ),
    ...(memoryPressure?.pool === undefined
      ? []
      : [{ kind: 'pool' as const, name: memoryPressure.pool, path: ['memoryPressure', 'pool'] }]),
  ],
  create: (values, view, runtime): ConcurrencyLimit => new MultiSignalLimit(values, view, runtime),
});
