/** What the WIP limits share: counters of tasks by an attribute against a limit for each of its values. */
import { z } from 'zod';

/** Counts per value of one attribute. Limits are at least 1, so no task can be kept out for ever by a limit of 0. */
export class CountedLimit {
  private readonly held: Int32Array;
  private readonly limits: Float64Array;

  /** `limits[i]` belongs to value `i`; Infinity where there is none. */
  constructor(limits: readonly number[]) {
    this.held = new Int32Array(limits.length);
    this.limits = Float64Array.from(limits);
  }

  hasRoom(value: number): boolean {
    return this.held[value]! < this.limits[value]!;
  }

  take(value: number): void {
    this.held[value]!++;
  }

  release(value: number): void {
    const left = --this.held[value]!;
    if (left < 0) throw new Error(`WIP limit released more often than taken (value ${value})`);
  }
}

/** The limit of each name: its own, else the common one, else none. */
export function limitsByName(
  names: readonly string[],
  own: Readonly<Record<string, number>>,
  common: number | undefined,
): number[] {
  return names.map((name) => own[name] ?? common ?? Number.POSITIVE_INFINITY);
}

export const holdsParameter = (byDefault: 'stage' | 'task') =>
  z
    .enum(['task', 'stage'])
    .default(byDefault)
    .describe(
      'What counts: tasks from their first start until they leave the system, or only while they hold a stage.',
    );
