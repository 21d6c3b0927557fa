/**
 * So many nodes from such a time on, over and over: the scheduled scaling of clouds (AWS EC2 Auto Scaling, "Scheduled
 * scaling"; the cron scaler of KEDA). Times count from the beginning of a period, a day or a week, and the last entry
 * holds until the first one comes round again.
 */
import { z } from 'zod';
import { count, durationS, periodS, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ScalingPolicy, Why } from '../points.js';

const DAY_S = 86_400;
const ENTRIES_MAX = 1000;
const NODES_MAX = 1_000_000;

interface Entry {
  readonly at: number;
  readonly nodes: number;
}

interface Parameters {
  readonly schedule: readonly Entry[];
  readonly period: number;
  readonly startAt: number;
  readonly lead: number;
  readonly interval: number;
}

class Scheduled implements ScalingPolicy {
  readonly intervalS: number;
  private readonly entries: readonly Entry[];

  constructor(private readonly parameters: Parameters) {
    this.intervalS = parameters.interval;
    this.entries = parameters.schedule.toSorted((a, b) => a.at - b.at);
  }

  wanted(_load: unknown, nowS: number): number {
    const { period, startAt, lead } = this.parameters;
    const timeS = (nowS + startAt + lead) % period;
    return (this.entries.findLast(({ at }) => at <= timeS) ?? this.entries.at(-1)!).nodes;
  }

  why(): Why {
    return { reason: 'as-scheduled' };
  }
}

export const scheduled = definePolicy({
  point: 'scaling',
  name: 'scheduled',
  summary: 'So many nodes from such a time of the day, or of the week, on.',
  source: 'AWS EC2 Auto Scaling, scheduled scaling; KEDA 2.17, cron scaler.',
  helps: 'When the load follows the clock: nodes are there before the rush, however long they take to come.',
  hurts: 'When it does not: on the day that is different there are too few, and nothing adds any.',
  parameters: z
    .strictObject({
      schedule: z
        .array(
          z.strictObject({
            at: durationS().describe('From the beginning of the period.'),
            nodes: count(0).max(NODES_MAX).describe('Nodes from then on.'),
          }),
        )
        .min(1)
        .max(ENTRIES_MAX)
        .describe('When how many nodes are wanted.'),
      period: positiveDurationS().default(DAY_S).describe('What comes round: a day, or a week of `7d`.'),
      startAt: durationS().default(0).describe('Time of the period at which the run begins.'),
      lead: durationS().default(0).describe('How much earlier everything is done, for nodes that take long.'),
      interval: periodS().default(60).describe('Time between two looks at the clock.'),
    })
    .superRefine(({ schedule, period }, context) => {
      for (const [index, { at }] of schedule.entries())
        if (at >= period)
          context.addIssue({
            code: 'custom',
            path: ['schedule', index, 'at'],
            message: `expected a time before the end of the period of ${period} s`,
          });
    }),
  create: (parameters): ScalingPolicy => new Scheduled(parameters),
});
