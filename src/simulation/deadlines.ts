/** Acting on deadlines: dropping a task, sending it on its workload's cheaper path, raising its priority. */
import { isFinal, State } from '../model/life-cycle.js';
import { NO_FALLBACK } from '../model/system.js';
import {
  ADMITTED,
  F,
  FLAG_DEADLINES,
  FLAG_FALLBACK,
  FLAG_PARKED,
  FLAG_TO_FALLBACK,
  N,
  NONE,
} from '../model/task-table.js';
import { noteDecision } from './decisions.js';
import { Event } from './event-kinds.js';
import { enterStep, goOn } from './flow.js';
import { firstAttempt } from './hedging.js';
import { cancelTask, leaveQueueForGood, releaseTaskLimits, wasteSpent } from './leaving.js';
import { checkRoom, requeue } from './queueing.js';
import { COUNT } from './recorder.js';
import type { RunState } from './run-state.js';

/** Schedules the first of the workload's deadline policies that has not acted on the task. */
export function watchDeadline(run: RunState, task: number): void {
  const { tasks } = run;
  const policies = run.armOf(task).policies.deadlines[tasks.n[task + N.workload]!]!;
  let next = Number.POSITIVE_INFINITY;
  for (let i = 0; i < policies.length; i++) {
    if (tasks.hasFlag(task, FLAG_DEADLINES << i)) continue;
    next = Math.min(next, policies[i]!.actAtS(task, run.events.nowS));
  }
  if (next === Number.POSITIVE_INFINITY) return;
  const atS = Math.max(next, run.events.nowS);
  tasks.n[task + N.deadlineEvent] = run.events.schedule(atS, Event.deadlineDue, task);
}

export function onDeadlineDue(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.deadlineEvent] = NONE;
  const policies = run.armOf(task).policies.deadlines[tasks.n[task + N.workload]!]!;
  for (let i = 0; i < policies.length; i++) {
    const policy = policies[i]!;
    const flag = FLAG_DEADLINES << i;
    if (tasks.hasFlag(task, flag) || policy.actAtS(task, run.events.nowS) > run.events.nowS) continue;
    tasks.setFlag(task, flag);
    if (run.record !== null)
      noteDecision(run, policy.action, task, policy, {
        reason: 'deadline',
        numbers: { untilDeadlineS: tasks.f[task + F.deadlineS]! - run.nowS },
      });
    if (policy.action === 'drop') {
      run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.deadlineDrops]!++;
      cancelTask(run, task);
      return;
    }
    if (policy.action === 'fallback') {
      fallBack(run, task);
      // Refused there it may have left, or be in the dead-letter queue, where nobody acts on it.
      if (isFinal(tasks.n[task + N.state]!)) return;
    } else {
      escalate(run, task, policy.escalated!(task));
    }
  }
  watchDeadline(run, task);
}

function escalate(run: RunState, task: number, priority: number): void {
  const { tasks } = run;
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.escalations]!++;
  tasks.f[task + F.priority] = priority;
  const state = tasks.n[task + N.state]!;
  if (state === State.ready || state === State.suspended) requeue(run, task);
}

/** At once from a queue or a wait, from service when the step is over. */
function fallBack(run: RunState, task: number): void {
  if (mayFallBack(run, task) && !takeFallback(run, task)) run.tasks.setFlag(task, FLAG_TO_FALLBACK);
}

/** Whether there is a fallback path that the task has not taken. */
export function mayFallBack(run: RunState, task: number): boolean {
  const { tasks } = run;
  const { fallbackStep } = run.workloads[tasks.n[task + N.workload]!]!;
  return fallbackStep !== NO_FALLBACK && !tasks.hasFlag(task, FLAG_FALLBACK | FLAG_PARKED);
}

/** Sends a waiting task on its fallback path; false where it has none, is on it, or is not waiting. */
export function takeFallback(run: RunState, task: number): boolean {
  if (!mayFallBack(run, task)) return false;
  const { tasks } = run;
  const { fallbackStep } = run.workloads[tasks.n[task + N.workload]!]!;
  const state = tasks.n[task + N.state]!;
  if (tasks.n[task + N.admission] !== ADMITTED) {
    // Not let in yet: when it is, it begins there.
    if (state !== State.queued && state !== State.retried) return false;
    tasks.setFlag(task, FLAG_FALLBACK);
    return true;
  }
  if (state === State.blocked) {
    const ahead = run.steps[tasks.n[task + N.stepAhead]!]!.stage!;
    ahead.atDoor.remove(task);
    checkRoom(run, ahead);
    wasteSpent(run, task);
    tasks.setFlag(task, FLAG_FALLBACK);
    goOn(run, task, fallbackStep);
    return true;
  }
  if (state === State.ready || state === State.suspended) {
    leaveQueueForGood(run, task);
  } else if (state === State.retried) {
    run.events.cancel(tasks.n[task + N.event]!);
    tasks.n[task + N.event] = NONE;
  } else {
    return false;
  }
  releaseTaskLimits(run, task);
  wasteSpent(run, task);
  tasks.setFlag(task, FLAG_FALLBACK);
  tasks.n[task + N.visit]!++;
  tasks.n[task + N.attempt] = firstAttempt(run, task);
  enterStep(run, task, fallbackStep);
  return true;
}
