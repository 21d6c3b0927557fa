/**
 * Target utilisation, after the HorizontalPodAutoscaler of Kubernetes: as many nodes as would be so busy, where the
 * present ones are further off than a tolerance.
 *
 * desired = ceil(nodes × utilisation / target). Nodes that have been ordered and are not there yet count as idle where
 * that would have the pool grow, so that they are not ordered twice. From
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ ("Algorithm details"): tolerance 0.1, a
 * look every 15 s, cool-downs 0 s and 300 s. A pool without nodes has no utilisation; there one node is wanted as soon
 * as somebody waits.
 */
import { z } from 'zod';
import { fraction, periodS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { PoolLoad, ScalingPolicy, Why } from '../points.js';
import { Steadied, type SteadyingParameters, steadyingParameters } from './steadied.js';

interface Parameters extends SteadyingParameters {
  readonly target: number;
  readonly tolerance: number;
  readonly interval: number;
}

const ROUNDING = 1e-9;

class Reactive implements ScalingPolicy {
  readonly intervalS: number;
  private readonly steadied: Steadied;
  private recommended = 0;

  constructor(private readonly parameters: Parameters) {
    this.intervalS = parameters.interval;
    this.steadied = new Steadied(parameters);
  }

  wanted(load: PoolLoad, nowS: number): number {
    const present = load.nodes + load.coming;
    this.recommended = Math.min(load.maxNodes, Math.max(load.minNodes, this.desired(load)));
    return this.steadied.next(present, this.recommended, nowS);
  }

  private desired({ nodes, coming, utilisation, waitingTasks }: PoolLoad): number {
    const { target, tolerance } = this.parameters;
    const present = nodes + coming;
    if (present === 0) return waitingTasks > 0 ? 1 : 0;
    if (nodes === 0) return present;
    let ratio = utilisation / target;
    if (ratio > 1 && coming > 0) {
      ratio = (utilisation * nodes) / (target * present);
      if (ratio < 1) return present;
    }
    if (Math.abs(ratio - 1) <= tolerance + ROUNDING) return present;
    return Math.ceil((nodes * utilisation) / target - ROUNDING);
  }

  why(): Why {
    return { reason: 'target-utilisation', numbers: { recommended: this.recommended } };
  }
}

export const reactive = definePolicy({
  point: 'scaling',
  name: 'reactive',
  summary: 'As many nodes as keep the share of the GPUs that is taken at a target.',
  source:
    'Kubernetes HorizontalPodAutoscaler (autoscaling/v2): algorithm, tolerance, stabilisation windows, scaling policies.',
  helps: 'With load that changes more slowly than nodes come: as many are paid for as are needed.',
  hurts:
    'With sudden load and nodes that take minutes: they come when the rush is over, and queues pay for it.',
  parameters: z.strictObject({
    target: fraction()
      .refine((value) => value > 0, { error: 'expected a fraction above 0' })
      .default(0.7)
      .describe('Share of the GPUs (or slots) that should be taken.'),
    tolerance: fraction().default(0.1).describe('How far off the target, as a part of it, nothing is done.'),
    interval: periodS().default(15).describe('Time between two looks; the load is averaged over it.'),
    ...steadyingParameters,
  }),
  create: (parameters): ScalingPolicy => new Reactive(parameters),
});
