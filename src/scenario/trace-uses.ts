/** Which traces a scenario replays, for whoever reads the files: that is not pure, so it happens before compiling. */
import type { TraceTable } from '../model/trace-table.js';
import type { PathSegment } from './problem.js';
import type { Scenario } from './schema.js';
import type { TraceSpec } from './trace-schema.js';

export interface TraceUse {
  readonly workload: string;
  readonly spec: TraceSpec;
  /** Where `trace:` stands in the document. */
  readonly path: readonly PathSegment[];
}

export interface LoadedTrace {
  readonly table: TraceTable;
}

/** By workload. */
export type LoadedTraces = ReadonlyMap<string, LoadedTrace>;

export function tracesOf(scenario: Scenario): TraceUse[] {
  return Object.entries(scenario.workloads).flatMap(([workload, { arrival }]) =>
    arrival.kind === 'trace'
      ? [{ workload, spec: arrival.trace, path: ['workloads', workload, 'arrival', 'trace'] }]
      : [],
  );
}
