/**
 * Work with a checkpoint of `costS` after every `intervalS` of it: how far it has come after so long on the resource.
 * The last stretch ends with the work itself, without a checkpoint. A task's position in the cycle is the time since
 * its last checkpoint (or its start): work for `intervalS`, then saving for `costS`. Seconds on the resource.
 */

export interface CheckpointCycle {
  /** Above 0. */
  readonly intervalS: number;
  readonly costS: number;
}

/** Checkpoints finished by a time in the cycle. */
export function checkpointsBy({ intervalS, costS }: CheckpointCycle, timeS: number): number {
  return Math.floor(timeS / (intervalS + costS));
}

/** Work done by a time in the cycle. */
export function workBy(cycle: CheckpointCycle, timeS: number): number {
  const { intervalS, costS } = cycle;
  const finished = checkpointsBy(cycle, timeS);
  return finished * intervalS + Math.min(timeS - finished * (intervalS + costS), intervalS);
}

/** Time that so much more work takes from a position in the cycle on. */
export function timeFor(cycle: CheckpointCycle, positionS: number, workS: number): number {
  if (workS <= 0) return 0;
  const { intervalS, costS } = cycle;
  if (positionS === 0) return workS + Math.max(0, Math.ceil(workS / intervalS) - 1) * costS;
  const byEnd = workBy(cycle, positionS) + workS;
  return byEnd + Math.max(0, Math.ceil(byEnd / intervalS) - 1) * costS - positionS;
}
