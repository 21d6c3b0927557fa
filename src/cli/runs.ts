/** The options with which commands say who runs their experiments, and what these open. */
import { availableParallelism } from 'node:os';
import { type OpenSource, openSource } from '../execution/open-source.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { printMessage } from './output.js';

export interface RunsOptions {
  readonly workers?: number;
  /** False with `--no-cache`. */
  readonly cache: boolean;
}

/** @param scenario title, under which finished runs are kept */
export function openRuns(
  { workers, cache }: RunsOptions,
  scenario: string,
  signal: AbortSignal,
  { runsMax, record }: { readonly runsMax?: number; readonly record?: DecisionSink | undefined } = {},
): Promise<OpenSource> {
  return openSource({
    // More threads than runs would have nothing to do.
    workers: Math.min(workers ?? availableParallelism(), runsMax ?? Number.POSITIVE_INFINITY),
    signal,
    record,
    cacheOf: cache ? scenario : null,
    onWarning: (message) => printMessage(`warning: ${message}`),
  });
}
