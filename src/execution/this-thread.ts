/** Runs an experiment on this thread, in slices short enough that the event loop stays alive between them. */
import { setImmediate } from 'node:timers/promises';
import type { ResultDocument } from '../experiment/document.js';
import { createExperiment, type Experiment, type ExperimentOptions } from '../experiment/replicate.js';
import type { CompiledScenario } from '../scenario/compile.js';
import { ProgressFollower, type RunProgress } from './progress.js';

/** A slice aims at this: short for a person who presses Ctrl-C, long beside what a turn of the event loop costs. */
const SLICE_MS = 50;
const FIRST_SLICE_EVENTS = 10_000;
const SLICE_EVENTS_MAX = 10_000_000;
/** Wall-clock time between two reports of progress. */
const REPORT_MS = 100;

export interface ExecutionOptions extends ExperimentOptions {
  /** Stops after the slice under way; what is finished is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** Null where it was stopped before the first replication was finished. */
export async function runOnThisThread(
  compiled: CompiledScenario,
  options: ExecutionOptions = {},
): Promise<ResultDocument | null> {
  const experiment = createExperiment(compiled, options);
  await runThrough(compiled, experiment, options);
  return experiment.finished === 0 ? null : experiment.document();
}

async function runThrough(
  compiled: CompiledScenario,
  experiment: Experiment,
  { signal, onProgress }: ExecutionOptions,
): Promise<void> {
  const follower = new ProgressFollower(compiled, experiment);
  let sliceEvents = FIRST_SLICE_EVENTS;
  let runStartMs = performance.now();
  let reportedMs = Number.NEGATIVE_INFINITY;
  let done = false;
  while (!done && signal?.aborted !== true) {
    const startMs = performance.now();
    const index = experiment.finished;
    done = experiment.advance(sliceEvents);
    const nowMs = performance.now();
    const { current } = experiment;
    const runS = (nowMs - runStartMs) / 1000;
    if (experiment.finished > index) follower.finish(index, runS);
    if (current === null) runStartMs = nowMs;
    // The last slice of a run ends early and says nothing about speed.
    else sliceEvents = nextSlice(sliceEvents, nowMs - startMs);
    if (onProgress !== undefined && (done || nowMs - reportedMs >= REPORT_MS)) {
      if (current !== null && !current.isPilot) follower.note(index, current.run, runS);
      onProgress(follower.snapshot());
      reportedMs = nowMs;
    }
    await setImmediate();
  }
}

/** How many events would have taken the slice's time; at most doubled, since the first ones are slow to warm up. */
function nextSlice(events: number, tookMs: number): number {
  const fitting = tookMs > 0 ? Math.round((events * SLICE_MS) / tookMs) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(fitting, 2 * events, SLICE_EVENTS_MAX));
}
