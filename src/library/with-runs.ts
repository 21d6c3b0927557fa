/** Who computes the runs of an experiment that a program asks for. */
import { availableParallelism } from 'node:os';
import { openSource } from '../execution/open-source.js';
import type { RunSource } from '../experiment/run-source.js';
import { OptionError } from './option-error.js';

export interface RunsOptions {
  /** Where the random numbers start; by default `run.seed` of the scenario. */
  readonly seed?: string | number | undefined;
  /** Worker threads; 1 computes on this thread. By default one a core. The results are the same. */
  readonly workers?: number | undefined;
  /** Whether finished runs are kept in the user's cache and taken from there; by default they are. */
  readonly cache?: boolean | undefined;
  /** Stops the experiment; what was finished is in the document, which then says `interrupted: true`. */
  readonly signal?: AbortSignal | undefined;
  /** Told of what does not stop the experiment: a cache that cannot be written. By default nobody is. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

export const seedText = (seed: string | number | undefined): string | undefined =>
  seed === undefined ? undefined : String(seed);

/** A whole number from 1 on, or an `OptionError`. */
export function checkCount(option: string, count: number | undefined, least = 1): void {
  if (count !== undefined && !(Number.isInteger(count) && count >= least))
    throw new OptionError(option, `expected a whole number of at least ${least}, got ${count}`);
}

/**
 * @param scenario title, under which finished runs are kept
 * @param runsMax more are never under way at a time
 */
export async function withRuns<Result>(
  scenario: string,
  { workers, cache = true, signal, onWarning }: RunsOptions,
  runsMax: number,
  experiment: (source: RunSource) => Promise<Result>,
): Promise<Result> {
  checkCount('workers', workers);
  const open = await openSource({
    // More threads than runs would have nothing to do.
    workers: Math.min(workers ?? availableParallelism(), runsMax),
    signal,
    cacheOf: cache ? scenario : null,
    onWarning,
  });
  try {
    return await experiment(open.source);
  } finally {
    await open.close();
  }
}
