/** What every preemption policy has: costs of being stopped, an order of victims, and guards against thrashing. */
import type { PreemptionMode, PreemptionPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView, TaskView } from '../view.js';
import { type CostParameters, Costs, costParameters } from './costs.js';
import { type GuardParameters, Guards, guardParameters } from './guards.js';
import { type VictimChoice, VictimOrder, victimParameter } from './victims.js';
import { WakeTimer } from './wake-timer.js';

/** The parameters that all have, to be checked by `checkCosts`. */
export const sharedParameters = () => ({
  victim: victimParameter(),
  ...costParameters(),
  ...guardParameters(),
});

/** `own`: the policy has an order of victims itself. */
export type SharedParameters = CostParameters & GuardParameters & { readonly victim: VictimChoice | 'own' };

export abstract class GuardedPreemption implements PreemptionPolicy {
  readonly mode: PreemptionMode;
  readonly checkpointIntervalS: number;
  readonly checkpointCostS: number;
  protected readonly tasks: TaskView;
  protected readonly costs: Costs;
  protected readonly guards: Guards;
  protected readonly timer: WakeTimer;
  private readonly order: VictimOrder;
  private readonly hasOwnOrder: boolean;
  private candidate = -1;
  private askedAtS = Number.NaN;

  constructor(
    parameters: SharedParameters,
    protected readonly view: SystemView,
    runtime: PolicyRuntime,
  ) {
    const { victim } = parameters;
    this.tasks = view.tasks;
    this.timer = new WakeTimer(runtime);
    this.costs = new Costs(parameters, view);
    this.guards = new Guards(parameters, view, this.timer);
    this.hasOwnOrder = victim === 'own';
    this.order = new VictimOrder(victim === 'own' ? 'lowest-priority' : victim, this.costs, view.tasks);
    this.mode = this.costs.mode;
    this.checkpointIntervalS = this.costs.checkpointIntervalS;
    this.checkpointCostS = this.costs.checkpointCostS;
  }

  mayPreempt(candidate: number, victim: number, nowS: number): boolean {
    this.candidate = candidate;
    this.askedAtS = nowS;
    return this.wants(candidate, victim, nowS) && this.guards.allow(victim, nowS);
  }

  compareVictims(a: number, b: number, nowS: number): number {
    if (!this.hasOwnOrder) return this.order.compare(a, b, nowS);
    return this.compareOwn(a, b, nowS) || this.order.compare(a, b, nowS);
  }

  preempted(candidate: number, _victim: number, nowS: number): void {
    this.guards.note(candidate, nowS);
  }

  saveS(task: number): number {
    return this.costs.saveS(task);
  }

  resumeS(task: number): number {
    return this.costs.resumeS(task);
  }

  /** About a victim. Backpressure may stop one without asking the policy. */
  why(victim: number, nowS: number): Why {
    return this.askedAtS === nowS
      ? this.reasonFor(this.candidate, victim, nowS)
      : { reason: 'not-by-this-policy' };
  }

  /**
   * Whether the candidate waits for the victim's pool. A task that stands before a full queue is asked about as well;
   * it has no work, units and place there yet, so policies that look at these answer no.
   */
  protected waitsFor(candidate: number, victim: number): boolean {
    const stage = this.tasks.stage(candidate);
    return stage >= 0 && this.view.poolOf(stage) === this.view.poolOf(this.tasks.stage(victim));
  }

  /** Whether the candidate may take the place of the victim, guards aside. */
  protected abstract wants(candidate: number, victim: number, nowS: number): boolean;

  protected abstract reasonFor(candidate: number, victim: number, nowS: number): Why;

  /** The policy's own order of victims, where it has one. */
  protected compareOwn(_a: number, _b: number, _nowS: number): number {
    return 0;
  }
}
