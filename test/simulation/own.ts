/** Policies written in a test, in force beside those of a scenario. */
import { z } from 'zod';
import { definePolicy, type PolicyPoint } from '../../src/policies/definition.js';
import type { BackpressurePolicy } from '../../src/policies/points.js';
import type { PolicyChoice, PolicySet } from '../../src/policies/policy-set.js';
import type { PolicyOf } from '../../src/policies/registry.js';
import type { PolicyRuntime } from '../../src/policies/runtime.js';
import type { SystemView } from '../../src/policies/view.js';

/** A policy of the test's own, in force everywhere. */
export function own<Point extends PolicyPoint>(
  point: Point,
  create: (view: SystemView, runtime: PolicyRuntime) => PolicyOf[Point],
  name = 'own',
): PolicyChoice {
  const definition = definePolicy({
    point,
    name,
    summary: 'Made for a test.',
    source: 'The test.',
    helps: 'In the test.',
    hurts: 'Elsewhere.',
    parameters: z.strictObject({}),
    create: (_parameters, view, runtime) => create(view, runtime),
  });
  return { definition, parameters: {}, at: null };
}

/** The set with these before its own: first in a chain, and elsewhere the ones that decide. */
export function withOwn(set: PolicySet, choices: readonly PolicyChoice[]): PolicySet {
  const points: Partial<Record<PolicyPoint, PolicyChoice[]>> = {};
  for (const choice of choices) {
    const { point } = choice.definition;
    points[point] = [...(points[point] ?? []), choice];
  }
  const merged = Object.entries(points).map(([point, mine]) => [
    point,
    [...mine, ...set[point as PolicyPoint]],
  ]);
  return { ...set, ...Object.fromEntries(merged) };
}

/** A backpressure policy that never asks for anything. */
export const QUIET: BackpressurePolicy = {
  signal: () => false,
  refuseEntry: false,
  hops: 0,
  hopDelayS: 0,
  credits: Number.POSITIVE_INFINITY,
  creditReturnS: 0,
};

/** Acts at these times, as a policy may in a call-back. */
export const atTimes = (atS: readonly number[], act: (runtime: PolicyRuntime, view: SystemView) => void) =>
  own('backpressure', (view, runtime) => {
    for (const one of atS) runtime.after(one, () => act(runtime, view));
    return QUIET;
  });
