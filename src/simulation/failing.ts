/**
 * Attempts that fail: whether and when a task is tried again, the dead-letter queue, and clients that give up. Data plane.
 */
import { State } from '../model/life-cycle.js';
import {
  ADMITTED,
  F,
  FLAG_FALLBACK,
  FLAG_HELD,
  FLAG_PARKED,
  FLAG_TO_FALLBACK,
  N,
  NONE,
} from '../model/task-table.js';
import { type Failure, type FailureKind, GIVE_UP, PASS, type RetryPolicy } from '../policies/points.js';
import { admit } from './admission.js';
import { noteDecision, noteEngine } from './decisions.js';
import { beginAnew, beginningOf } from './effects.js';
import { Event } from './event-kinds.js';
import { enterStep } from './flow.js';
import { cancelHedge, dismissTwin, firstAttempt, leavesTwin } from './hedging.js';
import { leaveSystem, releaseTaskLimits, wasteSpent, withdraw } from './leaving.js';
import { tellAttemptEnd } from './observers.js';
import { scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { transition } from './transition.js';

/** The attempt ended in a refusal, an error or a time-out. */
const FAILED_STATE = { error: State.failed, rejected: State.rejected, 'timed-out': State.timedOut } as const;

/** What retry policies are told; one object for all failures of a run. */
export class PresentFailure implements Failure {
  kind: FailureKind = 'error';
  attempt = 1;
  retryAfterS = 0;
  previousS = 0;
  random: Failure['random'] = { next: () => 0 };
}

/**
 * An attempt has failed and holds nothing any more: try again later, or leave.
 * @param retryAfterS what the refusing policy said to the client; 0 where nothing
 */
export function failAttempt(run: RunState, task: number, kind: FailureKind, retryAfterS = 0): void {
  const { tasks } = run;
  const { counts } = run.cells[tasks.n[task + N.cell]!]!;
  counts[kind === 'rejected' ? COUNT.refusals : COUNT.failures]!++;
  if (tasks.hasFlag(task, FLAG_HELD)) tasks.clearFlag(task, FLAG_HELD);
  transition(run, task, FAILED_STATE[kind], PHASE.backoff);
  releaseTaskLimits(run, task);
  // One copy of two that fails is not tried again: the other is still on its way.
  if (leavesTwin(run, task)) return;
  // An error is the step's, and the step is tried again; a refusal or a time-out is the client's to answer.
  const counter = task + (kind === 'error' ? N.attempt : N.sent);
  if (!goesOn(run, task, kind)) endSending(run, task, kind);
  const failures = tasks.n[task + N.failures]!;
  const { draws } = run.workloads[tasks.n[task + N.workload]!]!;
  const { failure } = run;
  failure.kind = kind;
  failure.attempt = kind === 'error' ? tasks.attempt(task) : tasks.sent(task);
  failure.retryAfterS = retryAfterS;
  failure.previousS = tasks.f[task + F.backoffS]!;
  failure.random = draws.backoff.at(tasks.f[task + F.serial]!, failures & 0xfffff);
  tasks.n[task + N.failures] = failures + 1;
  const waitS = askRetry(run, task);
  if (waitS < 0) {
    giveUp(run, task, kind);
    return;
  }
  if (run.parks) {
    park(run, task, waitS);
    return;
  }
  counts[COUNT.retries]!++;
  tasks.n[counter]!++;
  tasks.f[task + F.backoffS] = waitS;
  transition(run, task, State.retried, PHASE.backoff);
  scheduleEnd(run, task, waitS, Event.backoffOver);
}

/** The chain of retry policies: the wait before the next try, or GIVE_UP. `run.parks` says where the wait is spent. */
function askRetry(run: RunState, task: number): number {
  const chain = run.armOf(task).policies.retry[run.tasks.n[task + N.workload]!]!;
  const nowS = run.events.nowS;
  for (let i = 0; i < chain.length; i++) {
    const policy = chain[i]!;
    const answer = policy.decide(task, run.failure, nowS);
    if (answer === PASS) continue;
    run.parks = policy.parks === true;
    if (run.record !== null) noteRetry(run, task, policy, answer);
    if (answer >= 0) for (let j = 0; j < i; j++) chain[j]!.granted?.(task, nowS);
    return answer;
  }
  if (run.record !== null)
    noteEngine(run, task, 'give-up', 'no-more-tries', { attempt: run.failure.attempt });
  return GIVE_UP;
}

function noteRetry(run: RunState, task: number, policy: RetryPolicy, answer: number): void {
  const { attempt, retryAfterS } = run.failure;
  const kind = answer === GIVE_UP ? 'give-up' : policy.parks === true ? 'dead-letter' : 'retry';
  const numbers = {
    attempt,
    ...(answer >= 0 ? { waitS: answer } : {}),
    ...(retryAfterS > 0 ? { retryAfterS } : {}),
  };
  noteDecision(run, kind, task, policy, { reason: run.failure.kind, numbers });
}

function giveUp(run: RunState, task: number, kind: FailureKind): void {
  if (kind === 'error') transition(run, task, State.deadLettered, PHASE.backoff);
  if (goesOn(run, task, kind)) endSending(run, task, kind);
  leaveSystem(run, task);
}

/** Whether the failure ends nothing for the client yet: a try after it would take place within the system. */
function goesOn(run: RunState, task: number, kind: FailureKind): boolean {
  return kind === 'error' || (kind === 'rejected' && run.tasks.n[task + N.admission] === ADMITTED);
}

/** What the client sent has come to an end. */
function endSending(run: RunState, task: number, kind: FailureKind): void {
  if (run.canHedge) cancelHedge(run, task);
  tellAttemptEnd(run, task, kind);
}

/** The task goes to the dead-letter queue, where a rule or a person sees to it. */
function park(run: RunState, task: number, waitS: number): void {
  const { tasks } = run;
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.deadLetterEntries]!++;
  transition(run, task, State.deadLettered, PHASE.review);
  const { kind } = run.failure;
  if (goesOn(run, task, kind)) endSending(run, task, kind);
  tasks.setFlag(task, FLAG_PARKED);
  // Its client has been told; nobody waits at the other end.
  for (const event of [N.timeoutEvent, N.patienceEvent, N.deadlineEvent]) {
    if (tasks.n[task + event] !== NONE) run.events.cancel(tasks.n[task + event]!);
    tasks.n[task + event] = NONE;
  }
  wasteSpent(run, task);
  scheduleEnd(run, task, waitS, Event.reviewOver);
}

/** Remedied, the task begins anew, with new luck. */
export function onReviewOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.event] = NONE;
  tasks.clearFlag(task, FLAG_PARKED);
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.deadLetterReturns]!++;
  tasks.n[task + N.visit]!++;
  beginAnew(run, task);
  tasks.f[task + F.contextTokens] = 0;
  tasks.n[task + N.attempt] = 1;
  tasks.n[task + N.sent] = 1;
  tasks.f[task + F.backoffS] = 0;
  transition(run, task, State.queued, PHASE.admission);
  admit(run, task);
}

/** The back-off is over: the failed step again, or, for a task that was not let in, admission again. */
export function onBackoffOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.event] = NONE;
  if (tasks.n[task + N.admission] === ADMITTED) {
    enterStep(run, task, tasks.n[task + N.step]!);
    return;
  }
  transition(run, task, State.queued, PHASE.admission);
  admit(run, task);
}

/** The task gave up waiting for its first start. */
export function onPatienceOver(run: RunState, task: number): void {
  run.tasks.n[task + N.patienceEvent] = NONE;
  if (run.tasks.n[task + N.twin] !== NONE) dismissTwin(run, task);
  withdraw(run, task);
  transition(run, task, State.timedOut, PHASE.queue);
  endSending(run, task, 'timed-out');
  run.cells[run.tasks.n[task + N.cell]!]!.counts[COUNT.failures]!++;
  leaveSystem(run, task);
}

/** The client gave up: the work so far is lost; the client may send the task again. */
export function onTimeoutOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.timeoutEvent] = NONE;
  if (tasks.n[task + N.twin] !== NONE) dismissTwin(run, task);
  withdraw(run, task);
  wasteSpent(run, task);
  tasks.n[task + N.admission] = 0;
  goBackToBeginning(run, task);
  failAttempt(run, task, 'timed-out');
}

/** The task will take its way from the first step again. */
export function goBackToBeginning(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.visit] = beginningOf(run, task);
  tasks.n[task + N.attempt] = firstAttempt(run, task);
  tasks.n[task + N.cameFrom] = NONE;
  tasks.clearFlag(task, FLAG_FALLBACK | FLAG_TO_FALLBACK);
  tasks.f[task + F.contextTokens] = 0;
}
