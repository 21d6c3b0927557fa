/**
 * Weighted fair queueing in its start-time form. A flow's next task has the start tag max(v, F), where F is the
 * finish tag of what the flow started last, and v, the virtual time, is the start tag of the last task to start; the
 * smallest start tag is next, and its finish tag is F = start tag + cost/weight. Nothing is assumed about the rate of
 * the server, nor that there is only one: with D servers this is SFQ(D), which the same tags define.
 *
 * The paper tags a task as it arrives. While one waits no other can start at a tag above its own, so v cannot pass
 * it, and the tag can be made as well when the task is at the head of its flow. Only of a flow that a limit held back
 * does v get ahead: what it could not use is not saved up for it.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';
import { byParameter, costParameter, Flows, weightReferences, weightsParameter } from './flows.js';

class StartTimeFairQueueing implements OrderingPolicy {
  readonly structure = 'fifo';
  readonly lanes: number;
  /** F of each flow. */
  private readonly finishTags: Float64Array;
  /** v, while a task is in service. */
  private lastStartTag = 0;
  private inService = 0;
  private emptySinceS = 0;

  constructor(
    private readonly flows: Flows,
    private readonly tasks: TaskView,
  ) {
    this.lanes = flows.lanes;
    this.finishTags = new Float64Array(flows.weights.length);
  }

  key(): number {
    return 0;
  }

  choose(heads: ArrayLike<number>, count: number, nowS: number): number {
    let best = 0;
    let bestTag = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const tag = this.startTag(heads[i]!, nowS);
      // Equal tags: the one that has waited longer.
      if (
        tag < bestTag ||
        (tag === bestTag && this.tasks.queuedAtS(heads[i]!) < this.tasks.queuedAtS(heads[best]!))
      ) {
        best = i;
        bestTag = tag;
      }
    }
    return best;
  }

  onStart(task: number, _stage: number, nowS: number): void {
    const flow = this.flows.of(task);
    this.lastStartTag = this.startTag(task, nowS);
    this.finishTags[flow] = this.lastStartTag + this.flows.start(task, nowS) / this.flows.weights[flow]!;
    this.inService++;
  }

  onServiceEnd(task: number, _stage: number, _serviceS: number, failed: boolean): void {
    if (!failed) this.flows.served(task);
  }

  onStop(task: number, _stage: number, nowS: number): void {
    const flow = this.flows.of(task);
    this.finishTags[flow]! -= this.flows.stop(task, nowS) / this.flows.weights[flow]!;
    if (--this.inService === 0) this.emptySinceS = nowS;
  }

  /** The tags that the task has got as it started. */
  why(task: number): Why {
    const flow = this.flows.of(task);
    const numbers = {
      startTag: this.lastStartTag,
      finishTag: this.finishTags[flow]!,
      weight: this.flows.weights[flow]!,
    };
    return { reason: 'smallest-start-tag', numbers };
  }

  private startTag(task: number, nowS: number): number {
    return Math.max(this.virtualTime(nowS), this.finishTags[this.flows.of(task)]!);
  }

  /** After an idle period nobody has anything ahead of anybody: v is the largest finish tag given so far. */
  private virtualTime(nowS: number): number {
    if (this.inService > 0 || nowS === this.emptySinceS) return this.lastStartTag;
    let largest = this.lastStartTag;
    for (let i = 0; i < this.finishTags.length; i++) largest = Math.max(largest, this.finishTags[i]!);
    return largest;
  }
}

export const wfq = definePolicy({
  point: 'ordering',
  name: 'wfq',
  summary: 'Shares the service between tenants or workloads in proportion to their weights, task by task.',
  source:
    'Goyal, Vin and Cheng, "Start-time fair queueing" (SIGCOMM 1996); with several servers SFQ(D) of Jin, Chase and Kaur, "Interposed proportional sharing" (SIGMETRICS 2004).',
  helps:
    'Against a tenant that floods the queue: the others get their shares, to within one task each, and unused shares go to those who want them.',
  hurts:
    'When urgency differs: a share says nothing about deadlines, and a tenant with one urgent task waits for its turn.',
  parameters: z.strictObject({ by: byParameter(), weights: weightsParameter(), cost: costParameter() }),
  references: ({ by, weights }) => weightReferences(by, weights),
  create: ({ by, weights, cost }, view): OrderingPolicy =>
    new StartTimeFairQueueing(new Flows(view, by, cost, weights), view.tasks),
});
