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
  readonly promptTokens?: Float64Array;
  readonly outputTokens?: Float64Array;
  /** Larger is more important. */
  readonly priority?: Float64Array;
  /** Index into tenantNames. */
  readonly tenant?: Int32Array;
  readonly tenantNames: readonly string[];
}
