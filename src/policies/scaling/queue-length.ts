/**
 * So much work a node: as many nodes as the work that is there asks for, each with its share. KEDA does it with the
 * length of a queue and an average value as the target of a HorizontalPodAutoscaler, whose formula for that is
 * desired = ceil(total / target a node), with the same tolerance and cool-downs as for a utilisation.
 */
import { z } from 'zod';
import { fraction, periodS, positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { PoolLoad, ScalingPolicy, Why } from '../points.js';
import { Steadied, type SteadyingParameters, steadyingParameters } from './steadied.js';

const COUNTS = ['waiting-tasks', 'waiting-units', 'units'] as const;

interface Parameters extends SteadyingParameters {
  readonly perNode: number;
  readonly count: (typeof COUNTS)[number];
  readonly tolerance: number;
  readonly interval: number;
}

const ROUNDING = 1e-9;

class QueueLength implements ScalingPolicy {
  readonly intervalS: number;
  private readonly steadied: Steadied;
  private length = 0;

  constructor(private readonly parameters: Parameters) {
    this.intervalS = parameters.interval;
    this.steadied = new Steadied(parameters);
  }

  wanted(load: PoolLoad, nowS: number): number {
    const { perNode, tolerance } = this.parameters;
    const present = load.nodes + load.coming;
    this.length = this.lengthOf(load);
    const ratio = present === 0 ? Number.POSITIVE_INFINITY : this.length / (perNode * present);
    const desired =
      Math.abs(ratio - 1) <= tolerance + ROUNDING ? present : Math.ceil(this.length / perNode - ROUNDING);
    const bounded = Math.min(load.maxNodes, Math.max(load.minNodes, desired));
    return this.steadied.next(present, bounded, nowS);
  }

  private lengthOf({ waitingTasks, waitingUnits, unitsTaken }: PoolLoad): number {
    switch (this.parameters.count) {
      case 'waiting-tasks':
        return waitingTasks;
      case 'waiting-units':
        return waitingUnits;
      case 'units':
        return unitsTaken + waitingUnits;
    }
  }

  why(): Why {
    return { reason: 'work-per-node', numbers: { length: this.length } };
  }
}

export const queueLength = definePolicy({
  point: 'scaling',
  name: 'queue-length',
  summary: 'As many nodes as the work that waits and runs asks for, so much a node.',
  source:
    'KEDA 2.17 (ScaledObject, queue scalers) on the average value of a Kubernetes HorizontalPodAutoscaler.',
  helps: 'With a backlog: it sees how much there is to do, where a utilisation stops at 100%.',
  hurts: 'With many short tasks: a queue that would be gone in seconds has nodes ordered that take minutes.',
  parameters: z.strictObject({
    perNode: positive().describe('How much of it a node should have.'),
    count: z
      .enum(COUNTS)
      .default('units')
      .describe(
        'What is counted: GPUs (or slots) that are taken or waited for; those waited for; or tasks that wait.',
      ),
    tolerance: fraction().default(0.1).describe('How far off `perNode`, as a part of it, nothing is done.'),
    interval: periodS().default(30).describe('Time between two looks.'),
    ...steadyingParameters,
  }),
  create: (parameters): ScalingPolicy => new QueueLength(parameters),
});
