/** What the live screen shows of an experiment under way. */
import type { ReplicationProgress, RunProgress } from '../execution/progress.js';

export type { ReplicationProgress, RunProgress };

/** What the footer sums up. */
export interface ProgressTotals {
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  /** Of all replications, 0 to 1. */
  readonly fraction: number;
  readonly eventsPerS: number;
}

export function progressTotals({ replications }: RunProgress): ProgressTotals {
  const inState = (state: ReplicationProgress['state']): number =>
    replications.filter((replication) => replication.state === state).length;
  const running = replications.filter(({ state }) => state === 'running');
  const finished = replications.reduce(
    (sum, { state, fraction }) => sum + (state === 'done' ? 1 : fraction),
    0,
  );
  return {
    waiting: inState('waiting'),
    running: running.length,
    done: inState('done'),
    fraction: replications.length === 0 ? 0 : finished / replications.length,
    eventsPerS: running.reduce((sum, { eventsPerS }) => sum + eventsPerS, 0),
  };
}

/**
 * The rows to draw: all replications where they fit, else the running ones, as many as fit. `hiddenRunning` counts
 * running ones that have no row.
 */
export function rowsToDraw(
  { replications }: RunProgress,
  rowsMax: number,
): { rows: ReplicationProgress[]; hiddenRunning: number } {
  if (replications.length <= rowsMax) return { rows: replications, hiddenRunning: 0 };
  const running = replications.filter(({ state }) => state === 'running');
  const rows = running.slice(0, rowsMax);
  return { rows, hiddenRunning: running.length - rows.length };
}
