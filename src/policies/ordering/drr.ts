/**
 * Deficit round robin. The flows are visited in turn; a visit adds a quantum to the flow's deficit counter, and the
 * flow is served as long as the counter covers the cost of its next task, which is taken off. What is left over is
 * kept for the next round, unless the flow has nothing waiting: then its counter is 0.
 *
 * Here the visits are worked out at once: a flow in need of r visits is served in round r, and of those with the same
 * r the next in turn. Whether a flow is empty is seen when the next task is chosen; one that a limit holds back counts
 * as empty.
 */
import { z } from 'zod';
import { positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';
import { byParameter, costParameter, Flows, weightReferences, weightsParameter } from './flows.js';

const NONE = -1;

class DeficitRoundRobin implements OrderingPolicy {
  readonly structure = 'fifo';
  readonly lanes: number;
  private readonly quanta: Float64Array;
  private readonly deficits: Float64Array;
  /** The flow visited last. */
  private turn: number;
  /** Of the last choice, for when its task starts: the task, visits of its flow, and each flow's next task or NONE. */
  private chosen = NONE;
  private visits = 0;
  private readonly next: Int32Array;

  constructor(
    private readonly flows: Flows,
    quantum: number,
    private readonly tasks: TaskView,
  ) {
    this.lanes = flows.lanes;
    this.quanta = flows.weights.map((weight) => weight * quantum);
    this.deficits = new Float64Array(this.quanta.length);
    this.next = new Int32Array(this.quanta.length);
    this.turn = this.quanta.length - 1;
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
    this.decide();
    for (let i = 0; i < count; i++) if (heads[i] === this.chosen) return i;
    return 0;
  }

  onStart(task: number, _stage: number, nowS: number): void {
    if (task === this.chosen) this.passRounds();
    else this.visits = 0;
    this.deficits[this.flows.of(task)]! -= this.flows.start(task, nowS);
    this.chosen = NONE;
  }

  onServiceEnd(task: number, _stage: number, _serviceS: number, failed: boolean): void {
    if (!failed) this.flows.served(task);
  }

  onStop(task: number, _stage: number, nowS: number): void {
    this.deficits[this.flows.of(task)]! += this.flows.stop(task, nowS);
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

  /** Finds the flow to be served and the visits to it before that; 0 where its present visit suffices. */
  private decide(): void {
    const { next, turn, deficits } = this;
    const flows = next.length;
    this.chosen = next[turn]!;
    this.visits = 0;
    if (this.chosen !== NONE && deficits[turn]! >= this.flows.due(this.chosen)) return;
    this.visits = Number.POSITIVE_INFINITY;
    for (let step = 1; step <= flows; step++) {
      const flow = (turn + step) % flows;
      if (next[flow] === NONE) continue;
      const missing = this.flows.due(next[flow]!) - deficits[flow]!;
      const visits = Math.max(1, Math.ceil(missing / this.quanta[flow]!));
      if (visits >= this.visits) continue;
      this.chosen = next[flow]!;
      this.visits = visits;
    }
  }

  /** Adds the quanta of all visits up to the one in which the chosen task starts. */
  private passRounds(): void {
    const { next, turn, deficits } = this;
    const flows = next.length;
    const last = this.flows.of(this.chosen);
    let isPast = false;
    for (let step = 1; step <= flows; step++) {
      const flow = (turn + step) % flows;
      if (next[flow] === NONE) deficits[flow] = 0;
      else if (this.visits > 0)
        deficits[flow]! += (isPast ? this.visits - 1 : this.visits) * this.quanta[flow]!;
      if (flow === last) isPast = true;
    }
    this.turn = last;
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
