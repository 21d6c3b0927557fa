/** How far a run is: what the live screen shows, and all that it needs to know. */

export interface ReplicationProgress {
  /** From 0. */
  index: number;
  state: 'waiting' | 'running' | 'done';
  /** Of the simulated time, 0 to 1. */
  fraction: number;
  simulatedS: number;
  events: number;
  eventsPerS: number;
  /** Wall-clock seconds until done; null while unknown. */
  etaS: number | null;
  /** Of the tasks completed so far; 0 where there are none. */
  latencyP99S: number;
  /** Tasks waiting now, at all stages. */
  queueLength: number;
}

export interface RunProgress {
  scenario: string;
  replications: ReplicationProgress[];
}

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
