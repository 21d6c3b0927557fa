/**
 * Calls of a service: a black box with its own concurrency, where calls beyond it wait inside, seen by the caller as
 * latency. The wait is the service's, so no policy of ours orders it.
 */
import { NONE } from '../model/task-table.js';
import { scheduleEnd } from './queueing.js';
import { Event, type RunState } from './run-state.js';
import type { ServiceState } from './stations.js';
import { drawKey } from './draws.js';

export function beginCall(run: RunState, service: ServiceState, row: number): void {
  service.calls++;
  if (service.busy >= service.concurrency) {
    run.tasks.event[row] = NONE;
    run.tasks.order[row] = run.nextOrder++;
    service.inside.add(row);
    run.levels.change(run.insideLevel(service.index), 1, run.events.nowS);
    return;
  }
  serve(run, service, row);
}

function serve(run: RunState, service: ServiceState, row: number): void {
  service.busy++;
  run.levels.change(run.callsLevel(service.index), 1, run.events.nowS);
  scheduleEnd(run, row, run.tasks.remainingWorkS[row]! * service.slowdown, Event.callDone);
}

/** The call ends, answered or given up: the next one inside is served. */
export function endCall(run: RunState, service: ServiceState, row: number): void {
  if (run.tasks.event[row] === NONE) {
    service.inside.remove(row);
    run.levels.change(run.insideLevel(service.index), -1, run.events.nowS);
    return;
  }
  run.tasks.event[row] = NONE;
  service.busy--;
  run.levels.change(run.callsLevel(service.index), -1, run.events.nowS);
  admitWaiting(run, service);
}

/** Serves those inside while the concurrency allows: after a call's end, or when a disturbance changes it. */
export function admitWaiting(run: RunState, service: ServiceState): void {
  while (service.busy < service.concurrency && service.inside.length > 0) {
    const row = service.inside.head();
    service.inside.remove(row);
    run.levels.change(run.insideLevel(service.index), -1, run.events.nowS);
    serve(run, service, row);
  }
}

/** Whether the call, just answered, is an error. */
export function isCallError(run: RunState, service: ServiceState, row: number, stepErrorFraction: number): boolean {
  // Two independent causes of failure: the service's own and the step's.
  const fraction = service.errorFraction + stepErrorFraction - service.errorFraction * stepErrorFraction;
  if (fraction === 0) return false;
  const { tasks } = run;
  const draws = run.workloads[tasks.workload[row]!]!.draws.error[tasks.step[row]!]!;
  return draws.at(tasks.serial[row]!, drawKey(tasks, row)).next() < fraction;
}
