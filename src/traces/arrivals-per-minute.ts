import type { TraceTable } from '../model/trace-table.js';

/** Arrivals in each minute since the trace's beginning, up to the minute of the last one. */
export function arrivalsPerMinute(table: TraceTable): Uint32Array {
  const { arrivalS, rows } = table;
  if (rows === 0) return new Uint32Array(0);
  const perMinute = new Uint32Array(Math.floor(arrivalS[rows - 1]! / 60) + 1);
  for (let row = 0; row < rows; row++) perMinute[Math.floor(arrivalS[row]! / 60)]!++;
  return perMinute;
}
