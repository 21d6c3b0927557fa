/**
 * Admission: the workload's chain of policies, the first refusal decides; a wait is served, then the chain goes on.
 * Data plane.
 */
import { NONE } from '../model/task-table.js';
import { ADMIT, REFUSE } from '../policies/points.js';
import { drawOnce } from './draws.js';
import { ADMITTED, enterStep, failAttempt } from './flow.js';
import { scheduleEnd } from './queueing.js';
import { Event, type RunState, entryStage } from './run-state.js';

/** Starts an attempt of a task that is `queued`: its time-out, then the chain. */
export function admit(run: RunState, row: number): void {
  const { tasks } = run;
  const workload = run.workloads[tasks.workload[row]!]!;
  const { timeout } = workload.spec;
  if (timeout !== null && tasks.timeoutEvent[row] === NONE) {
    const inS = timeout.sample(workload.draws.timeout.at(tasks.serial[row]!, tasks.attempt[row]!));
    tasks.timeoutEvent[row] = run.events.schedule(run.events.nowS + inS, Event.timeoutOver, row);
  }
  tasks.admission[row] = 0;
  goThroughChain(run, row);
}

export function onAdmissionOver(run: RunState, row: number): void {
  run.tasks.event[row] = NONE;
  run.tasks.admission[row]!++;
  goThroughChain(run, row);
}

function goThroughChain(run: RunState, row: number): void {
  const { tasks } = run;
  const workload = tasks.workload[row]!;
  const chain = run.policies.admission[workload]!;
  for (let i = tasks.admission[row]!; i < chain.length; i++) {
    const answer = chain[i]!.decide(row, run.events.nowS);
    if (answer === ADMIT) continue;
    if (answer === REFUSE) {
      failAttempt(run, row, 'rejected');
      return;
    }
    tasks.admission[row] = i;
    scheduleEnd(run, row, answer, Event.admissionOver);
    return;
  }
  if (run.watchesDownstream && isEntryClosed(run, workload)) {
    failAttempt(run, row, 'rejected');
    return;
  }
  tasks.admission[row] = ADMITTED;
  enterStep(run, row, 0);
}

/** Backpressure at the first stage may turn new tasks away. */
function isEntryClosed(run: RunState, workload: number): boolean {
  const first = entryStage(run.spec.workloads[workload]!);
  if (first < 0) return false;
  const stage = run.stages[first]!;
  return stage.signal && stage.backpressure!.refuseEntry;
}

/** A task's patience begins with its arrival. */
export function startPatience(run: RunState, row: number): void {
  const { tasks } = run;
  const workload = run.workloads[tasks.workload[row]!]!;
  const { patience } = workload.spec;
  if (patience === null) return;
  const inS = drawOnce(workload.draws.patience, tasks.serial[row]!, patience);
  tasks.patienceEvent[row] = run.events.schedule(run.events.nowS + inS, Event.patienceOver, row);
}
