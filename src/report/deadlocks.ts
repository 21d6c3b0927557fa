/** Which replications had deadlocks, as far as the document tells. */
import type { ResultDocument } from '../experiment/document.js';

/** Only the first deadlocks are described, and counts leave out the warm-up: either says that there were some. */
export function deadlockedReplications({ runs, deadlocks }: ResultDocument): number {
  const described = new Set(deadlocks.map(({ replication }) => replication));
  return runs.filter((run, index) => run.deadlocks > 0 || described.has(index)).length;
}
