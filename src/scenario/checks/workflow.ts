/** Workflows: step names, branches, and that every task can leave. */
import type { PathSegment } from '../problem.js';
import { END_NAME, type StepEntry } from '../schema/workload.js';
import { PROBABILITY_TOLERANCE, reachability, stepNames, waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';

export function checkWorkflows(context: CheckContext): void {
  for (const [name, workload] of Object.entries(context.scenario.workloads))
    for (const { key, steps } of waysOf(workload)) checkWay(context, steps, ['workloads', name, key]);
}

function checkWay(context: CheckContext, steps: readonly StepEntry[], path: readonly PathSegment[]): void {
  const before = context.problems.length;
  checkNames(context, steps, path);
  const names = stepNames(steps);
  for (const [index, step] of steps.entries()) checkNext(context, step, names, [...path, index, 'next']);
  if (path.at(-1) === 'workflow' && !steps.some((step) => step.stage !== undefined))
    context.problem(path, 'a workflow of delays alone uses nothing: add a step with a stage');
  // What follows reads the branches, so they must be right.
  if (context.problems.length === before) checkExit(context, steps, names, path);
}

function checkNames(context: CheckContext, steps: readonly StepEntry[], path: readonly PathSegment[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of steps.entries()) {
    if (name === undefined) continue;
    if (seen.has(name)) context.problem([...path, index, 'name'], `duplicate step name \`${name}\``);
    seen.add(name);
  }
}

function checkNext(
  context: CheckContext,
  { next }: StepEntry,
  names: readonly string[],
  path: readonly PathSegment[],
): void {
  if (next === undefined) return;
  const targets = [...names, END_NAME];
  if (typeof next === 'string') {
    context.knows('step', next, targets, path);
    return;
  }
  for (const [index, { to }] of next.entries()) context.knows('step', to, targets, [...path, index, 'to']);
  const without = next.filter(({ probability }) => probability === undefined).length;
  const sum = next.reduce((total, { probability }) => total + (probability ?? 0), 0);
  if (without > 1)
    context.problem(path, `only one branch may leave out its probability and get the rest; ${without} do`);
  else if (sum > 1 + PROBABILITY_TOLERANCE || (without === 0 && sum < 1 - PROBABILITY_TOLERANCE))
    context.problem(path, `the probabilities add up to ${Number(sum.toPrecision(12))}; expected 1`);
}

function checkExit(
  context: CheckContext,
  steps: readonly StepEntry[],
  names: readonly string[],
  path: readonly PathSegment[],
): void {
  const { reached, leaves } = reachability(steps, names);
  const isTrapped = (index: number) => reached[index]! && !leaves[index];
  const trapped = [...names.keys()].filter(isTrapped);
  if (trapped.length === 0) return;
  // One report for a loop, where it is closed: the last step leads to the end by default, so some `next` is written.
  const closing = trapped.find((index) => steps[index]!.next !== undefined)!;
  const loop = trapped.map((index) => `\`${names[index]}\``);
  context.problem(
    [...path, closing, 'next'],
    `a task that is here never leaves: no way leads from ${loop.join(', ')} to \`${END_NAME}\` with a probability above 0`,
  );
}
