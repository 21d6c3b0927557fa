/**
 * Calls of a service: a black box with its own concurrency, where calls beyond it wait inside, seen by the caller as
 * latency. The wait is the service's, so no policy of ours orders it.
 */
import { F, N, NONE } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import { scheduleEnd } from './queueing.js';
import type { RunState } from './run-state.js';
import type { ServiceState } from './stations.js';

export function beginCall(run: RunState, service: ServiceState, task: number): void {
  service.calls++;
  if (service.busy >= service.concurrency) {
    run.tasks.n[task + N.event] = NONE;
    run.tasks.f[task + F.order] = run.nextOrder++;
    service.inside.add(task);
    run.levels.change(service.insideLevel, 1, run.events.nowS);
    return;
  }
  serve(run, service, task);
}

function serve(run: RunState, service: ServiceState, task: number): void {
  service.busy++;
  run.levels.change(service.busyLevel, 1, run.events.nowS);
  scheduleEnd(run, task, run.tasks.f[task + F.remainingWorkS]! * service.slowdown, Event.callDone);
}

/** The call ends, answered or given up: the next one inside is served. */
export function endCall(run: RunState, service: ServiceState, task: number): void {
  if (run.tasks.n[task + N.event] === NONE) {
    service.inside.remove(task);
    run.levels.change(service.insideLevel, -1, run.events.nowS);
    return;
  }
  run.tasks.n[task + N.event] = NONE;
  service.busy--;
  run.levels.change(service.busyLevel, -1, run.events.nowS);
  admitWaiting(run, service);
}

/** Serves those inside while the concurrency allows: after a call's end, or when a disturbance changes it. */
export function admitWaiting(run: RunState, service: ServiceState): void {
  while (service.busy < service.concurrency && service.inside.length > 0) {
    const task = service.inside.head();
    service.inside.remove(task);
    run.levels.change(service.insideLevel, -1, run.events.nowS);
    serve(run, service, task);
  }
}
