/** A workflow as a graph: the names of its steps and where each leads. */
import { END_NAME, type StepEntry, type WorkloadEntry } from './schema/workload.js';

/** The ways that tasks of a workload may take: its workflow and, where it has one, its fallback path. */
export function waysOf({
  workflow,
  fallback,
}: WorkloadEntry): { readonly key: 'workflow' | 'fallback'; readonly steps: readonly StepEntry[] }[] {
  const main = { key: 'workflow', steps: workflow } as const;
  return fallback === undefined ? [main] : [main, { key: 'fallback', steps: fallback }];
}

/** Sums of decimal fractions miss 1 by rounding alone. */
export const PROBABILITY_TOLERANCE = 1e-9;

/**
 * Names of the steps: the one given, else that of the stage (`delay` for a delay), with -2, -3, ... where it is
 * taken. Given names come first, so that `next: plan` means the step that is called so.
 */
export function stepNames(steps: readonly StepEntry[]): string[] {
  const taken = new Set([END_NAME, ...steps.flatMap((step) => step.name ?? [])]);
  return steps.map((step) => {
    if (step.name !== undefined) return step.name;
    const base = step.stage ?? 'delay';
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return name;
  });
}

export interface NextStep {
  /** Name of a step, or `end`. */
  readonly to: string;
  readonly probability: number;
}

/** Where step `index` leads, with probabilities; one that is left out is the rest, and those of 0 are not listed. */
export function nextOf(steps: readonly StepEntry[], names: readonly string[], index: number): NextStep[] {
  const { next } = steps[index]!;
  if (next === undefined) return [{ to: names[index + 1] ?? END_NAME, probability: 1 }];
  if (typeof next === 'string') return [{ to: next, probability: 1 }];
  const given = next.reduce((sum, { probability }) => sum + (probability ?? 0), 0);
  return next
    .map(({ to, probability }) => ({ to, probability: probability ?? Math.max(0, 1 - given) }))
    .filter(({ probability }) => probability > PROBABILITY_TOLERANCE || next.length === 1);
}

/** Which steps can be reached from the first, and which can reach the end. */
export function reachability(
  steps: readonly StepEntry[],
  names: readonly string[],
): { readonly reached: boolean[]; readonly leaves: boolean[] } {
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const ahead = steps.map((_, index) => nextOf(steps, names, index).map(({ to }) => to));
  const reached = steps.map(() => false);
  const visit = (index: number): void => {
    const stack = [index];
    while (stack.length > 0) {
      const at = stack.pop()!;
      if (reached[at]) continue;
      reached[at] = true;
      for (const to of ahead[at]!) if (indexOf.has(to)) stack.push(indexOf.get(to)!);
    }
  };
  visit(0);
  const leaves = ahead.map((next) => next.includes(END_NAME));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, next] of ahead.entries()) {
      if (leaves[index] || !next.some((to) => leaves[indexOf.get(to) ?? -1] === true)) continue;
      leaves[index] = true;
      changed = true;
    }
  }
  return { reached, leaves };
}
