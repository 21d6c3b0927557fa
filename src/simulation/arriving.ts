/** Arrivals: tasks come into being with everything that is theirs. Data plane. */

import { State } from '../model/life-cycle.js';
import { F, N } from '../model/task-table.js';
import { admit, startPatience } from './admission.js';
import { watchDeadline } from './deadlines.js';
import { noteDecision, noteState } from './decisions.js';
import { settle } from './dispatch.js';
import { Event } from './event-kinds.js';
import { think } from './leaving.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import type { WorkloadState } from './workload-state.js';

/** Schedules the first arrival of every workload. */
export function startArrivals(run: RunState): void {
  for (const [index, workload] of run.workloads.entries()) scheduleNext(run, index, workload);
  for (let user = 0; user < run.users.length; user++) think(run, user);
}

function scheduleNext(run: RunState, index: number, workload: WorkloadState): void {
  const { arrival } = workload.spec;
  if (workload.closed) return;
  let nextS = Number.POSITIVE_INFINITY;
  if (workload.arrivals !== null) nextS = workload.arrivals.nextS();
  else if (workload.sample !== null) nextS = workload.sample.arrivalS(workload.arrived);
  else if (arrival.kind === 'trace' && workload.arrived < arrival.table.rows)
    nextS = arrival.table.arrivalS[workload.arrived]!;
  if (nextS === Number.POSITIVE_INFINITY) closeWorkload(run);
  else if (workload.source >= 0) run.events.scheduleSource(workload.source, nextS);
  else run.events.schedule(nextS, Event.arrival, index);
}

/** The workload sends no more of its own accord. */
function closeWorkload(run: RunState): void {
  run.openWorkloads--;
  if (run.openWorkloads === 0 && run.endsWithArrivals) stopArrivals(run);
}

/** One arrival epoch of a workload: a task, or a batch of them. */
export function onArrival(run: RunState, index: number): void {
  if (!run.accepting) return;
  const workload = run.workloads[index]!;
  const batch = workload.arrivals === null ? 1 : workload.arrivals.batchSize();
  for (let i = 0; i < batch && run.accepting; i++) {
    const number = workload.arrived;
    arrive(run, workload, index, number, workload.sample === null ? number : workload.sample.next(number));
    // Each task of a batch finds what those before it have left.
    if (batch > 1) settle(run);
  }
  if (run.accepting) scheduleNext(run, index, workload);
}

/** A closed loop's user sends a task. */
export function onThinkOver(run: RunState, userIndex: number): void {
  if (!run.accepting) return;
  const user = run.users[userIndex]!;
  const workload = run.workloads[user.workload]!;
  // The number depends on the user and the cycle alone, so the task's draws do not depend on who finished first.
  const serial =
    user.number + (workload.spec.arrival.kind === 'closed' ? workload.spec.arrival.users : 1) * user.cycle;
  user.cycle++;
  arrive(run, workload, user.workload, serial, userIndex);
}

function arrive(run: RunState, workload: WorkloadState, index: number, serial: number, origin: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  const task = tasks.allocate();
  workload.arrived++;
  tasks.f[task + F.serial] = serial;
  tasks.n[task + N.origin] = origin;
  tasks.n[task + N.workload] = index;
  tasks.n[task + N.tenant] = workload.firstTenant;
  tasks.n[task + N.cell] = workload.firstCell;
  tasks.n[task + N.user] = 0;
  tasks.f[task + F.priority] = workload.priority;
  tasks.f[task + F.valueUsd] = workload.valueUsd;
  tasks.f[task + F.arrivalS] = nowS;
  tasks.f[task + F.deadlineS] = nowS + workload.deadlineS;
  tasks.f[task + F.promptTokens] = 0;
  tasks.f[task + F.outputTokens] = 0;
  if (!workload.uniform) setOwn(run, workload, task);
  tasks.n[task + N.state] = State.queued;
  tasks.n[task + N.phase] = PHASE.admission;
  tasks.f[task + F.sinceS] = nowS;
  tasks.n[task + N.step] = workload.firstStep;
  tasks.n[task + N.visit] = 0;
  tasks.n[task + N.attempt] = 1;
  tasks.n[task + N.sent] = 1;
  tasks.n[task + N.failures] = 0;
  tasks.f[task + F.firstStartS] = Number.NaN;
  if (run.rollout !== null) chooseArm(run, task);
  const cell = tasks.n[task + N.cell]!;
  run.arrived++;
  run.cells[cell]!.counts[COUNT.arrived]!++;
  run.levels.change(run.cellLevel(cell), 1, nowS);
  if (!workload.patient) startPatience(run, task);
  if (run.record !== null) noteState(run, task, State.queued);
  if (run.actsOnDeadlines) watchDeadline(run, task);
  admit(run, task);
  if (run.arrived >= run.tasksMax) stopArrivals(run);
}

/** The rollout decides which policy set the task is under. */
function chooseArm(run: RunState, task: number): void {
  if (!run.rollout!.isCanary(task, run.events.nowS)) return;
  if (run.record !== null) noteDecision(run, 'canary', task, run.rollout!, { reason: 'picked' });
  run.tasks.n[task + N.arm] = 1;
  run.tasks.n[task + N.cell]! += run.spec.workloads.length * run.spec.tenantNames.length;
}

/** No more arrivals: the run ends now, or when the system is empty or the drain is over. */
export function stopArrivals(run: RunState): void {
  run.accepting = false;
  const { drainS } = run.spec.horizon;
  if (drainS === 0) run.ended = true;
  else if (drainS < Number.POSITIVE_INFINITY) run.events.schedule(run.nowS + drainS, Event.end, 0);
}

/** What distinguishes the task from others of its workload: drawn, or read from its row of the trace. */
function setOwn(run: RunState, workload: WorkloadState, task: number): void {
  const { f, n } = run.tasks;
  const { spec, draws } = workload;
  const serial = f[task + F.serial]!;
  const row = n[task + N.origin]!;
  const table = spec.arrival.kind === 'trace' ? spec.arrival.table : null;
  n[task + N.tenant] = tenantOf(workload, serial, row);
  n[task + N.cell] = n[task + N.workload]! * run.spec.tenantNames.length + n[task + N.tenant]!;
  if (spec.users > 1) n[task + N.user] = Math.floor(draws.user.at(serial, 0).next() * spec.users);
  if (table?.priority !== undefined) f[task + F.priority] = table.priority[row]!;
  if (table?.promptTokens !== undefined) f[task + F.promptTokens] = table.promptTokens[row]!;
  else if (spec.promptTokens !== null)
    f[task + F.promptTokens] = spec.promptTokens.sample(draws.tokens.at(serial, 0));
  if (table?.outputTokens !== undefined) f[task + F.outputTokens] = table.outputTokens[row]!;
  else if (spec.outputTokens !== null)
    f[task + F.outputTokens] = spec.outputTokens.sample(draws.tokens.at(serial, 1));
  if (spec.memory !== null) f[task + F.memoryBytes] = spec.memory.sample(draws.tokens.at(serial, 2));
}

function tenantOf({ spec, draws }: WorkloadState, serial: number, row: number): number {
  const { arrival, tenants } = spec;
  if (arrival.kind === 'trace' && arrival.table.tenant !== undefined)
    return arrival.tenants[arrival.table.tenant[row]!]!;
  const draw = draws.tenant.at(serial, 0).next();
  let low = 0;
  let high = tenants.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (draw < tenants[middle]!.cumulative) high = middle;
    else low = middle + 1;
  }
  return tenants[low]!.tenant;
}
