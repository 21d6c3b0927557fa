/** Whom to stop first of those that may be stopped. Every order is total, so the engine's lists decide nothing. */
import { z } from 'zod';
import type { TaskView } from '../view.js';
import type { Costs } from './costs.js';

export const VICTIM_CHOICES = [
  'lowest-priority',
  'youngest',
  'least-lost-work',
  'most-checkpointed',
] as const;

export type VictimChoice = (typeof VICTIM_CHOICES)[number];

/** What the choices mean; a policy with an order of its own puts it in front. */
export const victimText = (own = ''): string =>
  `Whom to stop first: ${own}lowest-priority (then the youngest); youngest, the latest to start; least-lost-work, who loses the least GPU-time; most-checkpointed, who keeps the largest part of the work done.`;

export const victimParameter = () => z.enum(VICTIM_CHOICES).default('lowest-priority').describe(victimText());

/** Difference in a victim order; Infinity − Infinity must not become NaN, so ranks are compared, not subtracted. */
export const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

export class VictimOrder {
  constructor(
    private readonly choice: VictimChoice,
    private readonly costs: Costs,
    private readonly tasks: TaskView,
  ) {}

  /** Negative where `a` is stopped before `b`. */
  compare(a: number, b: number, nowS: number): number {
    const { costs } = this;
    switch (this.choice) {
      case 'lowest-priority':
        return this.byRank(a, b);
      case 'youngest':
        return this.byYouth(a, b) || this.byRank(a, b);
      case 'least-lost-work':
        return ascending(costs.lostGpuS(a, nowS), costs.lostGpuS(b, nowS)) || this.byRank(a, b);
      case 'most-checkpointed':
        return ascending(costs.savedShare(b, nowS), costs.savedShare(a, nowS)) || this.byRank(a, b);
    }
  }

  private byRank(a: number, b: number): number {
    return this.byPriority(a, b) || this.byYouth(a, b) || this.byNumber(a, b);
  }

  private byPriority(a: number, b: number): number {
    return ascending(this.tasks.priority(a), this.tasks.priority(b));
  }

  private byYouth(a: number, b: number): number {
    return ascending(this.tasks.startedAtS(b), this.tasks.startedAtS(a));
  }

  /** Numbers differ within a workload. */
  private byNumber(a: number, b: number): number {
    return (
      ascending(this.tasks.serial(b), this.tasks.serial(a)) ||
      ascending(this.tasks.workload(b), this.tasks.workload(a))
    );
  }
}
