/**
 * Admission: the workload's chain of policies, the first refusal decides; a wait is served, then the chain goes on.
 * Data plane.
 */
import { F, N, NONE } from '../model/task-table.js';
import { ADMIT, REFUSE } from '../policies/points.js';
import { drawOnce } from './draws.js';
import { ADMITTED, enterStep, failAttempt } from './flow.js';
import { scheduleEnd } from './queueing.js';
import { Event, entryStage, type RunState } from './run-state.js';

/** Starts an attempt of a task that is `queued`: its time-out, then the chain. */
export function admit(run: RunState, task: number): void {
  const { tasks } = run;
  const workload = run.workloads[tasks.n[task + N.workload]!]!;
  tasks.n[task + N.admission] = ADMITTED;
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
  goThroughChain(run, task);
}

export function onAdmissionOver(run: RunState, task: number): void {
  run.tasks.n[task + N.event] = NONE;
  run.tasks.n[task + N.admission]!++;
  goThroughChain(run, task);
}

function goThroughChain(run: RunState, task: number): void {
  const { tasks } = run;
  const workload = tasks.n[task + N.workload]!;
  const chain = run.policies.admission[workload]!;
  for (let i = tasks.n[task + N.admission]!; i < chain.length; i++) {
    const answer = chain[i]!.decide(task, run.events.nowS);
    if (answer === ADMIT) continue;
    if (answer === REFUSE) {
      failAttempt(run, task, 'rejected');
      return;
    }
    tasks.n[task + N.admission] = i;
    scheduleEnd(run, task, answer, Event.admissionOver);
    return;
  }
  if (run.watchesDownstream && isEntryClosed(run, workload)) {
    failAttempt(run, task, 'rejected');
    return;
  }
  tasks.n[task + N.admission] = ADMITTED;
  enterStep(run, task, run.workloads[workload]!.firstStep);
}

/** Backpressure at the first stage may turn new tasks away. */
function isEntryClosed(run: RunState, workload: number): boolean {
  const first = entryStage(run.spec.workloads[workload]!);
  if (first < 0) return false;
  const stage = run.stages[first]!;
  return stage.signal && stage.backpressure!.refuseEntry;
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
