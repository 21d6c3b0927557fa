/**
 * Deadlock by blocking: tasks that hold, finished, all units of pools and wait at the doors of stages that need units
 * of the same pools to let them in. Looked for whenever a task blocks, since only that can close a cycle; found among
 * pools that have every unit held by blocked tasks. What else can stand still for ever (a gang that will never fit,
 * for one) shows at the end of the run as tasks left over.
 */
import { State } from '../model/life-cycle.js';
import { N, NONE } from '../model/task-table.js';
import { notePlace, taskId } from './decisions.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';

/** Described in the result; all are counted. */
const DESCRIBED_MAX = 10;

export function detectDeadlock(run: RunState, door: StageState, task: number): void {
  const own = run.tasks.n[task + N.stage]!;
  if (own === NONE || run.stages[own]!.pool === null || door.pool === null) return;
  if (run.stages[own]!.pool.pool.totalFree > 0) return;
  const stuck = stuckPools(run);
  if (!stuck.has(run.stages[own]!.pool.index)) return;
  const cycle = waitForCycle(run, stuck, run.stages[own]!.pool.index);
  // Without one the pool only waits for others that are stuck, and that was told.
  if (cycle.length === 0) return;
  run.deadlocks++;
  if (run.deadlockReports.length < DESCRIBED_MAX) run.deadlockReports.push({ atS: run.nowS, cycle });
  if (run.record !== null) notePlace(run, 'deadlock', run.stages[own]!.spec.name, null, 'wait-for-cycle', {});
}

/** By pool: its blocked holders and the pools whose units would have to come free for each. */
type WaitFor = Map<number, { readonly task: number; readonly door: StageState }[]>;

/** The largest set of pools of which every unit is held by a task waiting for a unit of the set. */
function stuckPools(run: RunState): WaitFor {
  const held = run.pools.map(() => 0);
  const waitFor: WaitFor = new Map(run.pools.map((_, pool) => [pool, []]));
  const { tasks } = run;
  tasks.forEach((task) => {
    if (tasks.n[task + N.state] !== State.blocked || tasks.n[task + N.stage] === NONE) return;
    const station = run.stages[tasks.n[task + N.stage]!]!.pool;
    if (station === null) return;
    held[station.index]! += tasks.n[task + N.gpus]!;
    const door = run.steps[tasks.n[task + N.stepAhead]!]!.stage!;
    waitFor.get(station.index)!.push({ task, door });
  });
  // Nobody holds anything of a pool whose nodes are all away: it waits for them, not for tasks.
  for (const [index, { pool }] of run.pools.entries())
    if (held[index]! < pool.totalUnits || pool.totalUnits === 0) waitFor.delete(index);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [pool, holders] of waitFor) {
      const isStuck = holders.every(({ door }) => door.pool !== null && waitFor.has(door.pool.index));
      if (isStuck) continue;
      waitFor.delete(pool);
      changed = true;
    }
  }
  return waitFor;
}

/** The cycle through a stuck pool, in words: who holds what and waits for what; empty where there is none through it. */
function waitForCycle(run: RunState, stuck: WaitFor, start: number): string[] {
  const path: number[] = [];
  let at = start;
  while (!path.includes(at)) {
    path.push(at);
    at = stuck.get(at)![0]!.door.pool!.index;
  }
  return (at === start ? path : []).map((pool) => {
    const { task, door } = stuck.get(pool)![0]!;
    const { name } = run.pools[pool]!.spec;
    return `${taskId(run, task)} holds ${name} and waits for stage ${door.spec.name} on ${door.pool!.spec.name}`;
  });
}
