/** When a deadline policy acts: so long before the deadline or after it, or at a share of the way to it. */
import { z } from 'zod';
import { parseDurationS } from '../../units/quantity.js';
import { fraction } from '../../units/schema.js';
import type { DeadlinePolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';

const EXPECTED = 'expected a duration, for example 2s, or -2s for after the deadline';

/** The sign is that of the whole: `-1m30s` is 90 s after. */
function parseSignedS(text: string): number | undefined {
  if (!text.startsWith('-')) return parseDurationS(text);
  const seconds = parseDurationS(text.slice(1));
  return seconds === undefined ? undefined : -seconds;
}

/** A duration in seconds, negative ones too. */
const signedDurationS = () =>
  z
    .union([z.number(), z.string()], { error: EXPECTED })
    .transform((value, context): number => {
      const seconds = typeof value === 'number' ? value : parseSignedS(value.trim());
      if (seconds !== undefined && Number.isFinite(seconds)) return seconds;
      context.addIssue({ code: 'custom', message: EXPECTED, input: value });
      return z.NEVER;
    })
    .meta({ unit: 's', example: '2s' });

export const timingParameters = () => ({
  slack: signedDurationS()
    .optional()
    .describe('How long before the deadline it acts; negative: after it. Without `fraction` too: 0.'),
  fraction: fraction()
    .optional()
    .describe('Instead of `slack`: the share of the time from arrival to the deadline after which it acts.'),
});

export interface Timing {
  readonly slack?: number | undefined;
  readonly fraction?: number | undefined;
}

export const isOneTiming = ({ slack, fraction: share }: Timing): boolean =>
  slack === undefined || share === undefined;

export const ONE_TIMING = {
  error: 'expected `slack` or `fraction`, not both: each alone says when it acts',
  path: ['fraction'],
};

/** What the deadline policies have in common: all but what they do. */
export abstract class TimedDeadline implements DeadlinePolicy {
  abstract readonly action: DeadlinePolicy['action'];

  constructor(
    private readonly timing: Timing,
    protected readonly tasks: TaskView,
  ) {}

  actAtS(task: number, nowS: number): number {
    const deadlineS = this.tasks.deadlineS(task);
    if (deadlineS === Number.POSITIVE_INFINITY) return deadlineS;
    const { slack = 0, fraction: share } = this.timing;
    const arrivalS = this.tasks.arrivalS(task);
    const atS = share === undefined ? deadlineS - slack : arrivalS + share * (deadlineS - arrivalS);
    return Math.max(nowS, atS);
  }

  why(task: number, nowS: number): Why {
    const untilDeadlineS = this.tasks.deadlineS(task) - nowS;
    const ageS = nowS - this.tasks.arrivalS(task);
    return {
      reason: untilDeadlineS > 0 ? 'deadline-near' : 'deadline-passed',
      numbers: { untilDeadlineS, ageS },
    };
  }
}
