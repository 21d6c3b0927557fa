/**
 * What is done when holding back the stages upstream has not been enough: once the signal of a stage has been on for a
 * while without a break, one of four remedies is taken. All but scale-out are taken again, every time as long, until
 * the signal goes off.
 */
import { z } from 'zod';
import { count, durationS, periodS } from '../../units/schema.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';

const REMEDIES = ['scale-out', 'preempt', 'degrade', 'shed'] as const;

/** The engine makes every one of them. */
const NODES_MAX = 10_000;
const SCALE_OUT_ONLY = ['nodes', 'provisionDelay', 'holdFor'] as const;

export const escalationParameter = () =>
  z
    .strictObject({
      after: periodS()
        .default(30)
        .describe(
          'How long the signal must have been on without a break; also the time between two remedies.',
        ),
      remedy: z
        .enum(REMEDIES)
        .describe(
          'Add nodes to the pool, stop running tasks for the head of the queue, send waiting tasks on their fallback path, or refuse those of least value.',
        ),
      nodes: count().max(NODES_MAX).optional().describe('With scale-out: nodes to add. Omitted: 1.'),
      provisionDelay: durationS()
        .optional()
        .describe('With scale-out: time from the order to the nodes. Omitted: 0.'),
      holdFor: durationS()
        .optional()
        .describe('With scale-out: how long after the signal went off they are given back. Omitted: 0.'),
    })
    .superRefine((value, context) => {
      if (value.remedy === 'scale-out') return;
      for (const key of SCALE_OUT_ONLY)
        if (value[key] !== undefined)
          context.addIssue({
            code: 'custom',
            message: `\`${key}\` is for remedy scale-out: ${value.remedy} adds no nodes`,
            path: [key],
          });
    });

type EscalationParameters = z.output<ReturnType<typeof escalationParameter>>;

/** What each remedy counts. */
const DONE = {
  'scale-out': 'nodes_added',
  preempt: 'preemptions',
  degrade: 'tasks_degraded',
  shed: 'tasks_shed',
} as const;

/** Per stage: what has been begun for it. */
interface StageState {
  /** Until the remedy, or the next one. */
  remedyTimer: number | undefined;
  /** From the order of nodes until they are there. */
  provisionTimer: number | undefined;
  releaseTimer: number | undefined;
  /** Nodes that are there for this stage. */
  nodes: number;
}

export class Escalation {
  private readonly stages = new Map<number, StageState>();
  private taken = 0;
  /** Tasks shed or degraded, or preemptions that stopped somebody. */
  private relieved = 0;
  private nodesAdded = 0;

  constructor(
    private readonly parameters: EscalationParameters,
    private readonly low: number,
    private readonly view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {}

  changed(stage: number, on: boolean): void {
    const state = this.stateOf(stage);
    if (on) {
      this.stop(state.releaseTimer);
      state.releaseTimer = undefined;
      this.schedule(stage, state);
    } else {
      this.stop(state.remedyTimer);
      state.remedyTimer = undefined;
      if (state.nodes > 0 || state.provisionTimer !== undefined)
        state.releaseTimer = this.runtime.after(this.parameters.holdFor ?? 0, () =>
          this.giveBack(stage, state),
        );
    }
  }

  measures(): Readonly<Record<string, number>> {
    const done = this.parameters.remedy === 'scale-out' ? this.nodesAdded : this.relieved;
    return { escalations: this.taken, [DONE[this.parameters.remedy]]: done };
  }

  beginMeasuring(): void {
    this.taken = 0;
    this.relieved = 0;
    this.nodesAdded = 0;
  }

  private schedule(stage: number, state: StageState): void {
    state.remedyTimer = this.runtime.after(this.parameters.after, () => {
      state.remedyTimer = undefined;
      this.taken++;
      // The signal may go off in the course of a remedy, which would cancel the next one, so that comes first.
      if (this.parameters.remedy !== 'scale-out') this.schedule(stage, state);
      this.take(stage, state);
    });
  }

  private take(stage: number, state: StageState): void {
    switch (this.parameters.remedy) {
      case 'scale-out':
        this.order(stage, state);
        break;
      case 'preempt':
        if (this.runtime.preemptFor(stage)) this.relieved++;
        break;
      case 'degrade':
        this.relieve(stage, (task) => this.runtime.degrade(task));
        break;
      case 'shed':
        this.relieve(stage, (task) => {
          this.runtime.shed(task);
          return true;
        });
    }
  }

  /** Nodes that are held, or on their way, from the last time are enough. A service has no nodes. */
  private order(stage: number, state: StageState): void {
    if (state.nodes > 0 || state.provisionTimer !== undefined || this.view.poolOf(stage) < 0) return;
    state.provisionTimer = this.runtime.after(this.parameters.provisionDelay ?? 0, () => {
      state.provisionTimer = undefined;
      state.nodes = this.parameters.nodes ?? 1;
      this.nodesAdded += state.nodes;
      this.runtime.scale(this.view.poolOf(stage), state.nodes);
    });
  }

  /** An order that has not come by then is cancelled. */
  private giveBack(stage: number, state: StageState): void {
    state.releaseTimer = undefined;
    this.stop(state.provisionTimer);
    state.provisionTimer = undefined;
    if (state.nodes > 0) this.runtime.scale(this.view.poolOf(stage), -state.nodes);
    state.nodes = 0;
  }

  /** Takes tasks out of the queue down to the low watermark, least value first, of equal value the last to come. */
  private relieve(stage: number, remove: (task: number) => boolean): void {
    const waiting: number[] = [];
    this.view.forEachWaiting(stage, (task) => void waiting.push(task));
    const { tasks } = this.view;
    waiting.sort(
      (a, b) =>
        tasks.valueUsd(a) - tasks.valueUsd(b) ||
        tasks.queuedAtS(b) - tasks.queuedAtS(a) ||
        tasks.workload(b) - tasks.workload(a) ||
        tasks.serial(b) - tasks.serial(a),
    );
    let excess = waiting.length - this.low;
    for (const task of waiting) {
      if (excess <= 0) return;
      if (!remove(task)) continue;
      excess--;
      this.relieved++;
    }
  }

  private stop(timer: number | undefined): void {
    if (timer !== undefined) this.runtime.cancel(timer);
  }

  private stateOf(stage: number): StageState {
    let state = this.stages.get(stage);
    if (state === undefined) {
      state = { remedyTimer: undefined, provisionTimer: undefined, releaseTimer: undefined, nodes: 0 };
      this.stages.set(stage, state);
    }
    return state;
  }
}
