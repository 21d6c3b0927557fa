/**
 * Links that carry less for a time. Transfers over them are slowed at once, and so are the gangs that communicate over
 * them: what such a gang has done so far is settled at its old speed, and its end moves.
 */
import { State } from '../model/life-cycle.js';
import { isNamed, linksNamed } from '../model/network/link-names.js';
import { F, N, NONE } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import type { Interconnect } from './interconnect.js';
import { noteRun } from './preempting.js';
import { doneS, noteSpeed, runTimeS, speedOf } from './progress.js';
import { scheduleEnd } from './queueing.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';

export function startLinkDisturbances(run: RunState): void {
  for (const [index, { atS, forS }] of (run.interconnect?.spec.disturbances ?? []).entries()) {
    run.events.schedule(atS, Event.linksDegrade, index);
    if (atS + forS < Number.POSITIVE_INFINITY) run.events.schedule(atS + forS, Event.linksRecover, index);
  }
}

export function onLinkDisturbance(run: RunState, index: number, begins: boolean): void {
  const net = run.interconnect!;
  if (begins) net.disturbed.add(index);
  else net.disturbed.delete(index);
  for (const link of linksNamed(net.topology, net.spec.disturbances[index]!.links))
    setCapacity(run, net, link);
  for (const { isUniform, stages } of run.pools) {
    if (isUniform) continue;
    run.tasks.forEach((task) => {
      const stage = run.tasks.n[task + N.stage]!;
      if (stage !== NONE && stages.includes(run.stages[stage]!)) retime(run, task);
    });
  }
}

/** What was built, times the factors of all that is in force. */
function setCapacity(run: RunState, net: Interconnect, link: number): void {
  const { name, bytesPerS } = net.topology.links[link]!;
  let factor = 1;
  for (const index of net.disturbed) {
    const disturbance = net.spec.disturbances[index]!;
    if (isNamed(name, disturbance.links)) factor *= disturbance.factor;
  }
  net.network.setCapacity(link, bytesPerS * factor, run.nowS);
}

/** A running gang goes on at the speed that its links give it now; one that is about to run will run at it. */
function retime(run: RunState, task: number): void {
  const { tasks, events } = run;
  const { f, n } = tasks;
  const { network } = run.steps[n[task + N.step]!]!;
  if (network === null || network.communicationFraction === 0) return;
  const station = run.stages[n[task + N.stage]!]!.pool!;
  const isComing = n[task + N.state] === State.resuming || n[task + N.phase] === PHASE.transfer;
  if (isComing) noteSpeed(run, station, task);
  if (n[task + N.state] !== State.inProgress || n[task + N.phase] !== PHASE.work) return;
  const before = speedOf(run, station, task);
  noteSpeed(run, station, task);
  if (f[task + F.speed] === before) return;
  const elapsedS = events.nowS - f[task + F.startedAtS]!;
  noteRun(run, station, task, elapsedS, 0);
  f[task + F.remainingWorkS] = Math.max(0, f[task + F.remainingWorkS]! - doneS(station, elapsedS) * before);
  f[task + F.startedAtS] = events.nowS;
  events.cancel(n[task + N.event]!);
  scheduleEnd(run, task, runTimeS(run, station, task, f[task + F.remainingWorkS]!), Event.stepDone);
}
