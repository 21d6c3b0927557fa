/**
 * The decision record: what was decided about tasks, by which policy, for which reason. Nothing here runs unless a
 * sink was given to the run.
 */
import { STATE_NAMES, State } from '../model/life-cycle.js';
import { F, FLAG_COPY, N, NONE } from '../model/task-table.js';
import { ADMIT, HOLD, type PolicyBase, REFUSE, type Why } from '../policies/points.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';

export type DecisionKind =
  | 'state'
  | 'admit'
  | 'delay'
  | 'hold'
  | 'refuse'
  | 'start'
  | 'preempt'
  | 'interrupt'
  | 'retry'
  | 'dead-letter'
  | 'give-up'
  | 'hedge'
  | 'drop'
  | 'fallback'
  | 'escalate'
  | 'signal'
  | 'limit'
  | 'scale'
  | 'node'
  | 'canary'
  | 'deadlock';

export interface Decision {
  readonly atS: number;
  readonly kind: DecisionKind;
  /** `workload/serial`, the second copy of a hedged task `workload/serial.5`; null for what concerns no task. */
  readonly task: string | null;
  /** Stage or pool; empty at the entrance of the system. */
  readonly place: string;
  /** `point/name`, or `engine`. */
  readonly policy: string;
  /** In kebab case; of kind state: the new state, `in-progress (transfer)` while what a task needs travels. */
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export type DecisionSink = (decision: Decision) => void;

export function taskId(run: RunState, task: number): string {
  const { f, n } = run.tasks;
  const copy = run.tasks.hasFlag(task, FLAG_COPY) ? 0.5 : 0;
  return `${run.spec.workloads[n[task + N.workload]!]!.name}/${f[task + F.serial]! + copy}`;
}

function placeOf(run: RunState, task: number): string {
  const stage = run.tasks.n[task + N.stage]!;
  return stage === NONE ? '' : run.spec.stages[stage]!.name;
}

export function nameOf(run: RunState, policy: PolicyBase): string {
  for (const { policies } of run.arms)
    for (const named of policies.named) if (named.policy === policy) return named.name;
  return 'engine';
}

/** JSON has no infinity: what is unlimited is left out. */
function finite(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));
}

/** The node where a task is, to be recorded; nothing of a gang on several. */
export function nodeOf(run: RunState, task: number): { readonly node?: number } {
  const node = run.tasks.n[task + N.node]!;
  return node < 0 ? {} : { node };
}

/** A decision of a policy about a task, with the reason that the policy gives, or the one given here. */
export function noteDecision(
  run: RunState,
  kind: DecisionKind,
  task: number,
  policy: PolicyBase,
  fallback: Why,
  place = placeOf(run, task),
): void {
  const why = policy.why?.(task, run.nowS) ?? fallback;
  run.record!({
    atS: run.nowS,
    kind,
    task: taskId(run, task),
    place,
    policy: nameOf(run, policy),
    reason: why.reason,
    numbers: finite({ ...fallback.numbers, ...why.numbers }),
  });
}

/** What the engine did by itself, or carried out for the policy of this name. */
export function noteEngine(
  run: RunState,
  task: number,
  kind: DecisionKind,
  reason: string,
  numbers: Readonly<Record<string, number>> = {},
  { place = placeOf(run, task), policy = 'engine' }: { place?: string; policy?: string } = {},
): void {
  run.record!({
    atS: run.nowS,
    kind,
    task: taskId(run, task),
    place,
    policy,
    reason,
    numbers: finite(numbers),
  });
}

/** What concerns a place and no task; of a policy, of the policy of this name, or of nobody. */
export function notePlace(
  run: RunState,
  kind: DecisionKind,
  place: string,
  policy: PolicyBase | string | null,
  reason: string,
  numbers: Readonly<Record<string, number>> = {},
): void {
  const name = typeof policy === 'string' ? policy : policy === null ? 'engine' : nameOf(run, policy);
  run.record!({ atS: run.nowS, kind, task: null, place, policy: name, reason, numbers: finite(numbers) });
}

/** A stage's limit has changed; the policy says why, where it does. */
export function noteLimit(run: RunState, stage: string, policy: PolicyBase, limit: number): void {
  const why = policy.why?.(NONE, run.nowS);
  notePlace(run, 'limit', stage, policy, why?.reason ?? 'changed', { ...why?.numbers, limit });
}

/** @param place the stage whose entrance it is; empty at that of the system */
export function noteAdmission(
  run: RunState,
  task: number,
  policy: PolicyBase,
  answer: number,
  place = '',
): void {
  if (answer === ADMIT) noteDecision(run, 'admit', task, policy, { reason: 'admitted' }, place);
  else if (answer === REFUSE) noteDecision(run, 'refuse', task, policy, { reason: 'refused' }, place);
  else if (answer === HOLD) noteDecision(run, 'hold', task, policy, { reason: 'held' });
  else noteDecision(run, 'delay', task, policy, { reason: 'delayed', numbers: { waitS: answer } });
}

/** A change of a task's state, to be recorded after it happened. */
export function noteState(run: RunState, task: number, to: number): void {
  const travels = to === State.inProgress && run.tasks.n[task + N.phase] === PHASE.transfer;
  noteEngine(run, task, 'state', STATE_NAMES[to]! + (travels ? ' (transfer)' : ''));
}
