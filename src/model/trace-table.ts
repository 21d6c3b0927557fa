/**
 * Rows of a recorded trace, column by column, in order of arrival. An importer makes it; the engine replays it.
 * A column that the trace does not give is absent. Times count from the first row kept.
 */
export interface TraceTable {
  readonly rows: number;
  /** Seconds since the trace's beginning, ascending; rows with equal times keep the file's order. */
  readonly arrivalS: Float64Array;
  /** Service demand, seconds on a resource of speed 1. */
  readonly workS?: Float64Array;
  /** GPUs needed at once. */
  readonly gpus?: Int32Array;
  /** Of a task of one GPU, the part of it that it needs. */
  readonly gpuShare?: Float64Array;
  readonly cpus?: Float64Array;
  readonly hostBytes?: Float64Array;
  /** Kinds of hardware that will do: index into hardwareNames. */
  readonly hardware?: Int32Array;
  /** Kinds with `|` between them; empty: any. */
  readonly hardwareNames?: readonly string[];
  readonly promptTokens?: Float64Array;
  readonly outputTokens?: Float64Array;
  /** Larger is more important. */
  readonly priority?: Float64Array;
  /** Index into tenantNames. */
  readonly tenant?: Int32Array;
  readonly tenantNames: readonly string[];
}

/** GPUs that a row needs; without a column of whole ones it is one, or a part of it. */
export function gpusOfRow({ gpus, gpuShare }: TraceTable, row: number): number {
  const whole = gpus === undefined ? 1 : gpus[row]!;
  return whole === 1 && gpuShare !== undefined ? gpuShare[row]! : whole;
}

export function meanTracedGpus(table: TraceTable): number {
  let sum = 0;
  for (let row = 0; row < table.rows; row++) sum += gpusOfRow(table, row);
  return sum / table.rows;
}
