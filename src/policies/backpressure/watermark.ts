/**
 * A signal with hysteresis: on at the high watermark, off again only at the low one. It reaches so many stages upstream,
 * with a delay from each to the next, and may call for more where it stays on.
 */
import { z } from 'zod';
import { count, durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { BackpressurePolicy, Why } from '../points.js';
import type { SystemView } from '../view.js';
import { Escalation, escalationParameter } from './escalation.js';

/** A run keeps for each distance whether the signal has come so far; pipelines are shorter than this. */
const HOPS_MAX = 63;

interface Parameters {
  readonly high: number;
  readonly low: number;
  readonly refuseEntry: boolean;
  readonly hops: number;
  readonly hopDelay: number;
}

class Watermark implements BackpressurePolicy {
  readonly refuseEntry: boolean;
  readonly hops: number;
  readonly hopDelayS: number;
  readonly credits = Number.POSITIVE_INFINITY;
  readonly creditReturnS = 0;
  readonly changed?: (stage: number, on: boolean) => void;
  readonly measures?: () => Readonly<Record<string, number>>;
  readonly beginMeasuring?: () => void;
  private readonly high: number;
  private readonly low: number;

  constructor(
    parameters: Parameters,
    private readonly view: SystemView,
    escalation: Escalation | null,
  ) {
    this.high = parameters.high;
    this.low = parameters.low;
    this.refuseEntry = parameters.refuseEntry;
    this.hops = parameters.hops;
    this.hopDelayS = parameters.hopDelay;
    if (escalation === null) return;
    this.changed = (stage, on) => escalation.changed(stage, on);
    this.measures = () => escalation.measures();
    this.beginMeasuring = () => escalation.beginMeasuring();
  }

  signal(queueLength: number, on: boolean): boolean {
    return on ? queueLength > this.low : queueLength >= this.high;
  }

  why(task: number): Why {
    const { view, high, low } = this;
    const queueLength = view.queueLength(view.entryStage(view.tasks.workload(task)));
    return { reason: 'signal-on', numbers: { queueLength, high, low } };
  }
}

export const watermark = definePolicy({
  point: 'backpressure',
  name: 'watermark',
  summary: 'Asks the stages upstream to hold back from a high watermark of the queue down to a low one.',
  source: 'High and low watermarks of stream back-pressure (STREAMS in UNIX SVR4; Node.js streams; Akka).',
  helps: 'When a later stage is slower: work waits where it started, holding less memory and fewer GPUs.',
  hurts: 'When the watermarks are low and the way between stages long: the slow stage runs dry, then floods.',
  parameters: z
    .strictObject({
      high: count().default(100).describe('Tasks waiting at which the signal goes on.'),
      low: count(0).default(50).describe('Tasks waiting at which it goes off again; below `high`.'),
      refuseEntry: z
        .boolean()
        .default(false)
        .describe('Whether new tasks are refused while the signal of their first stage is on.'),
      hops: count().max(HOPS_MAX).default(1).describe('Stages upstream that hold back: 1 is the one before.'),
      hopDelay: durationS()
        .default(0)
        .describe('Time that the signal takes from a stage to the one before it.'),
      escalation: escalationParameter()
        .optional()
        .describe('What is done where the signal stays on. Omitted: nothing more.'),
    })
    .refine((value) => value.low < value.high, {
      error: 'expected `low` below `high`: between them the signal keeps its state',
      path: ['low'],
    }),
  create: (parameters, view, runtime): BackpressurePolicy => {
    const { escalation, low } = parameters;
    return new Watermark(
      parameters,
      view,
      escalation === undefined ? null : new Escalation(escalation, low, view, runtime),
    );
  },
});
