/**
 * A published number as it is kept in a profile: value, unit, and where it comes from. A figure that nobody
 * measured for the thing it stands at says so (`assumption`) and is meant to be replaced by the user's own.
 */
export type FigureUnit =
  | 'bytes'
  | 'bytes/s'
  | 'FLOP/s'
  | 'W'
  | 's'
  | 'USD per hour'
  | 'GPUs'
  | 'vCPUs'
  | 'layers'
  | 'heads'
  | 'values'
  | 'parameters';

export interface Figure {
  readonly value: number;
  readonly unit: FigureUnit;
  readonly source: string;
  /** When the source was read or published, as exactly as it says: `2026-09-20`, `2026-05`, `2025`. */
  readonly date?: string;
  /** True where the value is a choice, or was carried over from something similar. */
  readonly assumption?: true;
}

export const figure = (value: number, unit: FigureUnit, source: string, date?: string): Figure =>
  date === undefined ? { value, unit, source } : { value, unit, source, date };

export const assumed = (value: number, unit: FigureUnit, source: string, date?: string): Figure => ({
  ...figure(value, unit, source, date),
  assumption: true,
});
