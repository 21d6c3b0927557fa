/**
 * Side effects done twice. A step that is not idempotent does harm when its work begins a second time: after a
 * preemption that goes back to its beginning, after an error, after the client has sent the task again. A task that
 * begins anew takes the same way again (its draws are its own), so the steps already begun are a number of visits
 * from its beginning: F.effects holds that number, with the visit at which the present attempt began in units of
 * BEGINNING.
 */
import { F, FLAG_NOT_IDEMPOTENT, N, NONE } from '../model/task-table.js';
import { COUNT } from './recorder.js';
import type { RunState } from './run-state.js';

const BEGINNING = 2 ** 24;

/** Work of the present step begins with nothing done. */
export function noteEffect(run: RunState, task: number): void {
  const { f, n } = run.tasks;
  if ((n[task + N.flags]! & FLAG_NOT_IDEMPOTENT) === 0) return;
  const effects = f[task + F.effects]!;
  const beginning = Math.floor(effects / BEGINNING);
  const visit = n[task + N.visit]! - beginning;
  if (visit < effects % BEGINNING) {
    run.cells[n[task + N.cell]!]!.counts[COUNT.duplicateSideEffects]!++;
    return;
  }
  f[task + F.effects] = beginning * BEGINNING + visit + 1;
  // What one copy of two has begun the other begins a second time.
  const twin = n[task + N.twin]!;
  if (twin !== NONE) f[twin + F.effects] = Math.max(f[twin + F.effects]!, f[task + F.effects]!);
}

/** The visit at which the task's way began, the last time that it began anew. */
export function beginningOf(run: RunState, task: number): number {
  return Math.floor(run.tasks.f[task + F.effects]! / BEGINNING);
}

/** The task begins anew at the present visit: what it has begun before counts from there. */
export function beginAnew(run: RunState, task: number): void {
  const { f, n } = run.tasks;
  f[task + F.effects] = n[task + N.visit]! * BEGINNING + (f[task + F.effects]! % BEGINNING);
}
