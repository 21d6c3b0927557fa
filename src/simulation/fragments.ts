/**
 * What of a pool's free GPUs is of no use: those that are free while the next task of the line does not fit, over time; and,
 * at the ends of the series' bins, the part that a task drawn from the requests so far could not use (fragmentation).
 */
import { Fragmentation } from '../model/fragmentation.js';
import { NONE } from '../model/task-table.js';
import { nextUp } from './dispatch.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/** To be called when nothing more can start in the pool: whoever is next does not fit. */
export function noteUnallocatable(run: RunState, station: PoolState): void {
  const free = station.pool.totalFree;
  const units = free > 0 && nextUp(run, station.stages) !== NONE ? free : 0;
  const change = units - run.levels.value(station.unallocatableLevel);
  if (change !== 0) run.levels.change(station.unallocatableLevel, change, run.nowS);
}

/** GPUs that a task like those that have come so far is expected not to be able to use, of those free now. */
export function fragmentedGpus(station: PoolState): number {
  const { table } = station.pool;
  if (table.mix === null || table.mix.total === 0) return 0;
  const fragmentation = new Fragmentation(table.mix.typical(1), table.unitsPerGpu);
  // Where CPUs and slices do not matter, nodes with as much free are alike.
  const alike = table.isSliced || table.hasHostLimits ? null : new Map<number, number>();
  let sum = 0;
  for (let node = 0; node < table.nodes; node++) {
    const free = table.free[node]!;
    if (free === 0) continue;
    if (alike === null) {
      sum += fragmentation.of(table, node);
      continue;
    }
    const kind = table.group[node]! * (table.perNode + 1) + free;
    let known = alike.get(kind);
    if (known === undefined) {
      known = fragmentation.of(table, node);
      alike.set(kind, known);
    }
    sum += known;
  }
  return sum / table.unitsPerGpu;
}
