/**
 * Deficit round robin. The flows with something waiting are visited in turn, a flow that had nothing after all others; a
 * visit adds a quantum to the flow's deficit counter, and the flow is served as long as the counter covers the cost of its
 * next task, which is taken off. What is left over is kept for the next round, unless the flow has nothing waiting: then
 * its counter is 0.
 *
 * Here the visits are worked out at once: a flow in need of r visits is served in round r, and of those with the same
 * r the next in turn. Whether a flow was empty is seen when the next task is chosen, from when its first one came; a flow
 * that a limit holds back counts as empty.
 */
import { z } from 'zod';
import { positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';
import { byParameter, costParameter, Flows, weightReferences, weightsParameter } from './flows.js';

const NONE = -1;

/** What has become of a flow since the last start: it has gone without, is still waiting, or has something again. */
const EMPTY = 0;
const STAYS = 1;
const JOINS = 2;
/** It was seen waiting before, and was empty in between. */
const RETURNS = 3;

class DeficitRoundRobin implements OrderingPolicy {
  readonly structure = 'fifo';
  readonly lanes: number;
  private readonly quanta: Float64Array;
  private readonly deficits: Float64Array;
  /** The paper's ActiveList: the flows that have something waiting, from the one visited last on. */
  private readonly active: Int32Array;
  private activeLength = 0;
  /** The flow visited last. */
  private turn = NONE;
  /** Of the active flows; Infinity before the first start. */
  private readonly lastStartS: Float64Array;
  /** Of the last choice, for when its task starts: the task, visits of its flow, and each flow's next task or NONE. */
  private chosen = NONE;
  private visits = 0;
  private readonly next: Int32Array;
  /** The active flows then, how many of them were active before, and what has become of each flow. */
  private readonly line: Int32Array;
  private lineLength = 0;
  private stayLength = 0;
  private readonly fate: Uint8Array;

  constructor(
    private readonly flows: Flows,
    quantum: number,
    private readonly tasks: TaskView,
  ) {
    this.lanes = flows.lanes;
    this.quanta = flows.weights.map((weight) => weight * quantum);
    const count = this.quanta.length;
    this.deficits = new Float64Array(count);
    this.lastStartS = new Float64Array(count);
    this.next = new Int32Array(count);
    this.active = new Int32Array(count);
    this.line = new Int32Array(count);
    this.fate = new Uint8Array(count);
  }

  key(): number {
    return 0;
  }

  choose(heads: ArrayLike<number>, count: number): number {
    const { next, tasks } = this;
    next.fill(NONE);
    // A flow has several heads where limits or stages split it: of those the first to come.
    for (let i = 0; i < count; i++) {
      const flow = this.flows.of(heads[i]!);
      const first = next[flow]!;
      if (first === NONE || tasks.queuedAtS(heads[i]!) < tasks.queuedAtS(first)) next[flow] = heads[i]!;
    }
    this.lineUp();
    this.decide();
    for (let i = 0; i < count; i++) if (heads[i] === this.chosen) return i;
    return 0;
  }

  onStart(task: number, _stage: number, nowS: number): void {
    const flow = this.flows.of(task);
    if (task === this.chosen) this.passRounds(flow);
    else this.visits = 0;
    this.deficits[flow]! -= this.flows.start(task, nowS);
    this.lastStartS[flow] = nowS;
    this.chosen = NONE;
  }

  onServiceEnd(task: number, _stage: number, _serviceS: number, failed: boolean): void {
    if (!failed) this.flows.served(task);
  }

  /** A flow that is given something back has not done with the task, and may go on within its turn. */
  onStop(task: number, _stage: number, nowS: number): void {
    const flow = this.flows.of(task);
    const givenBack = this.flows.stop(task, nowS);
    this.deficits[flow]! += givenBack;
    if (givenBack > 0) this.lastStartS[flow] = nowS;
  }

  /** The visits that led to the start, and what is left of the flow's counter. */
  why(task: number): Why {
    const flow = this.flows.of(task);
    const numbers = {
      visits: this.visits,
      deficitLeft: this.deficits[flow]!,
      cost: this.flows.due(task),
      quantum: this.quanta[flow]!,
    };
    return { reason: this.visits === 0 ? 'within-its-turn' : 'next-in-turn', numbers };
  }

  /** The active flows that have not been empty in their order, and behind them the others as their first tasks came. */
  private lineUp(): void {
    const { next, active, line, fate } = this;
    fate.fill(EMPTY);
    let length = 0;
    for (let i = 0; i < this.activeLength; i++) {
      const flow = active[i]!;
      if (next[flow] === NONE) continue;
      fate[flow] = this.waitsSinceS(flow) > this.lastStartS[flow]! ? RETURNS : STAYS;
      if (fate[flow] === STAYS) line[length++] = flow;
    }
    this.stayLength = length;
    for (let flow = 0; flow < next.length; flow++) {
      if (next[flow] === NONE || fate[flow] === STAYS) continue;
      if (fate[flow] === EMPTY) fate[flow] = JOINS;
      let at = length++;
      for (; at > this.stayLength && this.waitsSinceS(line[at - 1]!) > this.waitsSinceS(flow); at--)
        line[at] = line[at - 1]!;
      line[at] = flow;
    }
    this.lineLength = length;
  }

  /** Finds the flow to be served and the visits to it before that; 0 where its present visit suffices. */
  private decide(): void {
    const { next, line, lineLength } = this;
    const present = this.presentVisit();
    this.chosen = present === NONE ? NONE : next[present]!;
    this.visits = 0;
    if (present !== NONE && this.deficits[present]! >= this.flows.due(this.chosen)) return;
    this.visits = Number.POSITIVE_INFINITY;
    const from = present === NONE ? 0 : 1;
    for (let step = 0; step < lineLength; step++) {
      const flow = line[(from + step) % lineLength]!;
      const deficit = this.fate[flow] === RETURNS ? 0 : this.deficits[flow]!;
      const missing = this.flows.due(next[flow]!) - deficit;
      const visits = Math.max(1, Math.ceil(missing / this.quanta[flow]!));
      if (visits >= this.visits) continue;
      this.chosen = next[flow]!;
      this.visits = visits;
    }
  }

  /** Adds the quanta of all visits up to the one in which the chosen task starts; its flow is then the first in line. */
  private passRounds(last: number): void {
    const { line, lineLength, deficits, fate } = this;
    for (let flow = 0; flow < deficits.length; flow++) {
      if (fate[flow] === EMPTY || fate[flow] === RETURNS) deficits[flow] = 0;
      if (fate[flow] !== STAYS) this.lastStartS[flow] = Number.POSITIVE_INFINITY;
    }
    const from = this.presentVisit() === NONE ? 0 : 1;
    let visits = this.visits;
    let lastAt = 0;
    for (let step = 0; step < lineLength && visits > 0; step++) {
      const at = (from + step) % lineLength;
      const flow = line[at]!;
      deficits[flow]! += visits * this.quanta[flow]!;
      if (flow !== last) continue;
      lastAt = at;
      // Those behind it have not been visited in this round.
      visits--;
    }
    for (let i = 0; i < lineLength; i++) this.active[i] = line[(lastAt + i) % lineLength]!;
    this.activeLength = lineLength;
    this.turn = last;
  }

  /** The flow whose visit has not ended, if it still has something waiting; it is the first in line. */
  private presentVisit(): number {
    return this.stayLength > 0 && this.line[0] === this.turn ? this.turn : NONE;
  }

  private waitsSinceS(flow: number): number {
    return this.tasks.queuedAtS(this.next[flow]!);
  }
}

export const drr = definePolicy({
  point: 'ordering',
  name: 'drr',
  summary: 'Serves tenants or workloads in turn, each for its quantum of cost; what is left over is kept.',
  source: 'Shreedhar and Varghese, "Efficient fair queueing using deficit round robin" (SIGCOMM 1995).',
  helps:
    'Against a tenant that floods the queue: long-run shares follow the weights whatever the sizes of the tasks.',
  hurts:
    'The short run: with a large quantum a turn is a burst, and a tenant with one task waits for the turns of all others.',
  parameters: z.strictObject({
    by: byParameter(),
    weights: weightsParameter(),
    cost: costParameter(),
    quantum: positive()
      .default(1)
      .describe(
        'Cost that a visit allows a flow of weight 1: seconds, GPU-seconds, tokens or requests, as `cost` says.',
      ),
  }),
  references: ({ by, weights }) => weightReferences(by, weights),
  create: ({ by, weights, cost, quantum }, view): OrderingPolicy =>
    new DeficitRoundRobin(new Flows(view, by, cost, weights), quantum, view.tasks),
});
