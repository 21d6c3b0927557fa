/**
 * Admission: the workload's chain of policies, the first refusal decides; a wait is served, then the chain goes on.
 * Gates are the same at the entrance of a stage. Data plane.
 */
import { State } from '../model/life-cycle.js';
import { ADMITTED, F, FLAG_COPY, FLAG_FALLBACK, FLAG_HELD, FLAG_SENT, N, NONE } from '../model/task-table.js';
import { ADMIT, HOLD, REFUSE } from '../policies/points.js';
import { noteAdmission } from './decisions.js';
import { drawOnce } from './draws.js';
import { Event } from './event-kinds.js';
import { failAttempt } from './failing.js';
import { enterStep } from './flow.js';
import { startHedge } from './hedging.js';
import { scheduleEnd } from './queueing.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';
import { entryStage } from './system-view.js';

/** Starts an attempt of a task that is `queued`: its time-out, then the chain. */
export function admit(run: RunState, task: number): void {
  const { tasks } = run;
  const workload = run.workloads[tasks.n[task + N.workload]!]!;
  tasks.n[task + N.admission] = ADMITTED;
  tasks.f[task + F.sentAtS] = run.events.nowS;
  if (run.tellsAttempts) tasks.setFlag(task, FLAG_SENT);
  if (workload.straight) {
    enterStep(run, task, workload.firstStep);
    return;
  }
  const { timeout } = workload.spec;
  if (timeout !== null && tasks.n[task + N.timeoutEvent] === NONE) {
    const inS = timeout.sample(workload.draws.timeout.at(tasks.f[task + F.serial]!, tasks.n[task + N.sent]!));
    tasks.n[task + N.timeoutEvent] = run.events.schedule(run.events.nowS + inS, Event.timeoutOver, task);
  }
  tasks.n[task + N.admission] = 0;
  if (run.canHedge) startHedge(run, task);
  goThroughChain(run, task);
}

export function onAdmissionOver(run: RunState, task: number): void {
  run.tasks.n[task + N.event] = NONE;
  run.tasks.n[task + N.admission]!++;
  goThroughChain(run, task);
}

/** A policy that kept the task has decided. */
export function onHoldOver(run: RunState, task: number, isLetIn: boolean): void {
  run.tasks.clearFlag(task, FLAG_HELD);
  const at = run.tasks.n[task + N.admission]!;
  const policy = run.armOf(task).policies.admission[run.tasks.n[task + N.workload]!]![at]!;
  if (run.record !== null) noteAdmission(run, task, policy, isLetIn ? ADMIT : REFUSE);
  if (isLetIn) {
    run.tasks.n[task + N.admission] = at + 1;
    goThroughChain(run, task);
  } else {
    failAttempt(run, task, 'rejected', policy.retryAfterS);
  }
}

/** A task on HOLD leaves by itself: the policy that keeps it is told. */
export function forgetHeld(run: RunState, task: number): void {
  run.tasks.clearFlag(task, FLAG_HELD);
  const chain = run.armOf(task).policies.admission[run.tasks.n[task + N.workload]!]!;
  chain[run.tasks.n[task + N.admission]!]!.forget?.(task);
}

function goThroughChain(run: RunState, task: number): void {
  const { tasks } = run;
  const workload = tasks.n[task + N.workload]!;
  const chain = run.armOf(task).policies.admission[workload]!;
  for (let i = tasks.n[task + N.admission]!; i < chain.length; i++) {
    const policy = chain[i]!;
    if (policy.gates !== undefined) continue;
    const answer = policy.decide(task, run.events.nowS);
    if (run.record !== null) noteAdmission(run, task, policy, answer);
    if (answer === ADMIT) continue;
    if (answer === REFUSE) {
      failAttempt(run, task, 'rejected', policy.retryAfterS);
      return;
    }
    tasks.n[task + N.admission] = i;
    if (answer === HOLD) tasks.setFlag(task, FLAG_HELD);
    else scheduleEnd(run, task, answer, Event.admissionOver);
    return;
  }
  if (run.watchesDownstream && isEntryClosed(run, task, workload)) {
    failAttempt(run, task, 'rejected');
    return;
  }
  tasks.n[task + N.admission] = ADMITTED;
  const { firstStep, fallbackStep } = run.workloads[workload]!;
  enterStep(run, task, tasks.hasFlag(task, FLAG_FALLBACK) ? fallbackStep : firstStep);
}

/** Backpressure at the first stage may turn new tasks away. */
function isEntryClosed(run: RunState, task: number, workload: number): boolean {
  const first = entryStage(run.spec.workloads[workload]!);
  if (first < 0) return false;
  const { signal, backpressure, spec } = run.stages[first]!;
  if (!signal || !backpressure!.refuseEntry) return false;
  if (run.record !== null) noteAdmission(run, task, backpressure!, REFUSE, spec.name);
  return true;
}

/** Whether the policies at the stage's entrance refuse the task; the hint for its client is in `run.retryAfterS`. */
export function isRefusedAtGate(run: RunState, stage: StageState, task: number): boolean {
  const workload = run.tasks.n[task + N.workload]!;
  for (const policy of run.armOf(task).policies.admission[workload]!) {
    if (policy.gates === undefined || !policy.gates.includes(stage.index)) continue;
    const answer = policy.decide(task, run.events.nowS, stage.index);
    if (run.record !== null) noteAdmission(run, task, policy, answer, stage.spec.name);
    if (answer === ADMIT) continue;
    if (answer !== REFUSE) throw new Error('a policy at a stage may only admit or refuse');
    run.retryAfterS = policy.retryAfterS;
    return true;
  }
  return false;
}

/** Whether a policy drops the task that is next to be served. */
export function isDropped(run: RunState, stage: StageState, task: number): boolean {
  const workload = run.tasks.n[task + N.workload]!;
  for (const policy of run.armOf(task).policies.admission[workload]!) {
    if (policy.drop === undefined || policy.gates?.includes(stage.index) === false) continue;
    if (!policy.drop(task, stage.index, run.events.nowS)) continue;
    if (run.record !== null) noteAdmission(run, task, policy, REFUSE, stage.spec.name);
    run.retryAfterS = policy.retryAfterS;
    return true;
  }
  return false;
}

/** A task's patience begins with its arrival. */
export function startPatience(run: RunState, task: number): void {
  const { tasks } = run;
  const workload = run.workloads[tasks.n[task + N.workload]!]!;
  const { patience } = workload.spec;
  if (patience === null) return;
  const inS = drawOnce(workload.draws.patience, tasks.f[task + F.serial]!, patience);
  tasks.n[task + N.patienceEvent] = run.events.schedule(run.events.nowS + inS, Event.patienceOver, task);
}

/** The second copy of a hedged task asks nobody: its first copy was let in. */
export function admitCopy(run: RunState, task: number): void {
  run.tasks.n[task + N.state] = State.queued;
  run.tasks.setFlag(task, FLAG_COPY);
  run.tasks.n[task + N.admission] = ADMITTED;
  const { firstStep, fallbackStep } = run.workloads[run.tasks.n[task + N.workload]!]!;
  enterStep(run, task, run.tasks.hasFlag(task, FLAG_FALLBACK) ? fallbackStep : firstStep);
}
