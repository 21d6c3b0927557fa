/**
 * Hedged requests: a second copy of a task that is not done in time. The copy asks for the same, with draws of its
 * own where luck decides (service time, errors), and whichever is completed first makes the other superfluous. Only
 * the pair counts as a task: the copy is in no count but its own.
 */
import { isFinal, State } from '../model/life-cycle.js';
import {
  ADMITTED,
  COPY_ATTEMPTS,
  F,
  FLAG_COPY,
  FLAG_CREDIT_HERE,
  FLAG_CREDITS_AHEAD,
  FLAG_INTERRUPTED,
  N,
  NONE,
} from '../model/task-table.js';
import { admitCopy } from './admission.js';
import { nameOf, noteEngine } from './decisions.js';
import { beginningOf } from './effects.js';
import { Event, type EventKind } from './event-kinds.js';

import { wasteSpent, withdraw } from './leaving.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';

/** The task is sent: its copy follows if a policy says when. */
export function startHedge(run: RunState, task: number): void {
  const { tasks } = run;
  const chain = run.armOf(task).policies.retry[tasks.n[task + N.workload]!]!;
  let inS = Number.POSITIVE_INFINITY;
  for (const policy of chain)
    if (policy.hedgeAfterS !== undefined) inS = Math.min(inS, policy.hedgeAfterS(task, run.events.nowS));
  if (inS === Number.POSITIVE_INFINITY || tasks.n[task + N.hedgeEvent] !== NONE) return;
  tasks.n[task + N.hedgeEvent] = run.events.schedule(run.events.nowS + inS, Event.hedge, task);
}

export function cancelHedge(run: RunState, task: number): void {
  const event = run.tasks.n[task + N.hedgeEvent]!;
  if (event === NONE) return;
  run.events.cancel(event);
  run.tasks.n[task + N.hedgeEvent] = NONE;
}

export function onHedge(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.hedgeEvent] = NONE;
  // What was not let in, waits out a back-off or lies in the dead-letter queue has nothing under way to hedge.
  const isUnderWay = tasks.n[task + N.admission] === ADMITTED && tasks.n[task + N.state] !== State.retried;
  if (!isUnderWay || isFinal(tasks.n[task + N.state]!) || tasks.n[task + N.twin] !== NONE) return;
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.hedges]!++;
  if (run.record !== null) noteHedge(run, task);
  const copy = tasks.copy(task);
  run.copies++;
  const { f, n } = tasks;
  for (const event of [N.event, N.patienceEvent, N.timeoutEvent, N.deadlineEvent, N.hedgeEvent])
    n[copy + event] = NONE;
  for (const held of [N.node, N.stage, N.lane, N.cameFrom]) n[copy + held] = NONE;
  n[copy + N.holdsTaskLimits] = 0;
  // Until now the two have one past: its phases add up to the time since arrival.
  f[copy + F.phaseS + n[task + N.phase]!]! += run.nowS - f[copy + F.sinceS]!;
  f[copy + F.sinceS] = run.nowS;
  n[copy + N.phase] = PHASE.admission;
  n[copy + N.visit] = beginningOf(run, task);
  n[copy + N.attempt] = COPY_ATTEMPTS + 1;
  n[copy + N.preemptions] = 0;
  f[copy + F.contextTokens] = 0;
  n[copy + N.interruptions] = 0;
  tasks.clearFlag(copy, FLAG_CREDITS_AHEAD | FLAG_CREDIT_HERE | FLAG_INTERRUPTED);
  n[task + N.twin] = copy;
  n[copy + N.twin] = task;
  admitCopy(run, copy);
}

function noteHedge(run: RunState, task: number): void {
  const chain = run.armOf(task).policies.retry[run.tasks.n[task + N.workload]!]!;
  const policy = nameOf(run, chain.find(({ hedgeAfterS }) => hedgeAfterS !== undefined)!);
  const sentAgoS = run.nowS - run.tasks.f[task + F.sentAtS]!;
  noteEngine(run, task, 'hedge', 'not-done-in-time', { sentAgoS }, { policy });
}

/** First number of the attempts at a step. */
export function firstAttempt(run: RunState, task: number): number {
  return run.tasks.hasFlag(task, FLAG_COPY) ? COPY_ATTEMPTS + 1 : 1;
}

/** Takes the other copy of the pair out of the system without a word. */
export function dismissTwin(run: RunState, task: number): void {
  const { tasks } = run;
  const twin = tasks.n[task + N.twin]!;
  // It was no failure: the other was faster.
  withdraw(run, twin, false);
  part(run, task, twin);
  drop(run, twin);
}

/** A copy has failed or was stopped: it goes, its twin stays. True where there was one to stay. */
export function leavesTwin(run: RunState, task: number): boolean {
  const { tasks } = run;
  const twin = tasks.n[task + N.twin]!;
  if (twin === NONE) return false;
  part(run, task, twin);
  if (!tasks.hasFlag(task, FLAG_COPY)) inherit(run, task, twin);
  drop(run, task);
  return true;
}

/** What the client waits for passes to the copy that is left. */
function inherit(run: RunState, task: number, twin: number): void {
  const { n } = run.tasks;
  run.tasks.clearFlag(twin, FLAG_COPY);
  const pass = (event: number, kind: EventKind) => {
    if (n[task + event] === NONE) return;
    const atS = run.events.timeOfS(n[task + event]!);
    n[twin + event] = run.events.schedule(atS, kind, twin);
  };
  pass(N.timeoutEvent, Event.timeoutOver);
  pass(N.patienceEvent, Event.patienceOver);
  pass(N.deadlineEvent, Event.deadlineDue);
  n[twin + N.sent] = n[task + N.sent]!;
}

function part(run: RunState, task: number, twin: number): void {
  run.tasks.n[task + N.twin] = NONE;
  run.tasks.n[twin + N.twin] = NONE;
  run.copies--;
}

/** Frees the row of a copy that has been taken out of everything. */
function drop(run: RunState, task: number): void {
  const { n } = run.tasks;
  for (const event of [N.patienceEvent, N.timeoutEvent, N.deadlineEvent, N.hedgeEvent])
    if (n[task + event] !== NONE) run.events.cancel(n[task + event]!);
  wasteSpent(run, task);
  run.tasks.release(task);
}
