/** What the rows of a trace ask of a pool, known before they come. */
import { DemandMix } from '../model/demand-mix.js';
import { FROM_TRACE } from '../model/system.js';
import type { TraceTable } from '../model/trace-table.js';
import { tracedGpus } from './draws.js';
import type { RunState } from './run-state.js';
import type { StepState } from './step-state.js';

/** The mix of all rows of all traces whose steps go to the pool and take their GPUs from the trace; null without any. */
export function tracedDemand(run: RunState, pool: number): DemandMix | null {
  const mix = new DemandMix();
  for (const workload of run.workloads) {
    const { arrival, steps } = workload.spec;
    if (arrival.kind !== 'trace') continue;
    for (let i = 0; i < steps.length; i++) {
      const step = run.steps[workload.firstStep + i]!;
      if (step.stage?.pool?.index === pool && step.units === 0) addRows(mix, arrival.table, step);
    }
  }
  return mix.total === 0 ? null : mix;
}

function addRows(mix: DemandMix, table: TraceTable, step: StepState): void {
  for (let row = 0; row < table.rows; row++)
    mix.add({
      units: tracedGpus(table, row, step.unitsPerTraced),
      cpus: step.cpus === FROM_TRACE ? table.cpus![row]! : step.cpus,
      groups: step.groups === FROM_TRACE ? step.tracedGroups![table.hardware![row]!]! : step.groups,
      within: step.within,
    });
}
