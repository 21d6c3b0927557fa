/** One run that was asked for, in slices short enough to report progress between them and to be stopped. */
import { outcomeOf } from '../experiment/run-outcome.js';
import type { RunAnswer, RunRequest, RunSample } from '../experiment/run-source.js';
import { BatchMeans, findWarmup } from '../experiment/warmup.js';
import { Histogram } from '../metrics/histogram.js';
import { latencyByWorkload } from '../simulation/collect.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { type Run, startRun } from '../simulation/simulate.js';

/** A slice aims at this: short for a person who presses Ctrl-C, long beside what a turn of the event loop costs. */
const SLICE_MS = 50;
const FIRST_SLICE_EVENTS = 10_000;
const SLICE_EVENTS_MAX = 10_000_000;

export class OneRun {
  private readonly run: Run;
  private readonly pilot: BatchMeans | null;
  private sliceEvents = FIRST_SLICE_EVENTS;

  /** @param record takes the decisions, in order */
  constructor(
    private readonly request: RunRequest,
    record?: DecisionSink,
  ) {
    const { setup, kind, seed, warmupS, keepsSeries } = request;
    const { system, policies } = setup.compiled;
    const pilot = kind === 'pilot' ? new BatchMeans() : null;
    this.pilot = pilot;
    this.run = startRun(system, policies, seed, {
      warmupS,
      latencyOverTime: keepsSeries,
      ...(pilot === null ? {} : { observe: (latencyS, nowS) => pilot.add(latencyS, nowS) }),
      ...(record === undefined ? {} : { record }),
    });
  }

  /** Handles one slice of events; true when the run is over. */
  advance(): boolean {
    const startMs = performance.now();
    const isOver = this.run.advance(this.sliceEvents);
    this.sliceEvents = nextSlice(this.sliceEvents, performance.now() - startMs);
    return isOver;
  }

  /** Of a run that is over. */
  answer(): RunAnswer {
    const { kind, setup, warmupS, keepsSeries } = this.request;
    if (kind === 'replication') return { kind, outcome: outcomeOf(this.run.result(), warmupS, keepsSeries) };
    const lengthS = Math.min(this.run.state.nowS, setup.compiled.system.horizon.durationS);
    return { kind, warmup: findWarmup(this.pilot!, lengthS) };
  }

  sample(): RunSample {
    const { state } = this.run;
    const latency = new Histogram();
    for (const histogram of latencyByWorkload(state)) latency.merge(histogram);
    return {
      fraction: fractionOf(this.run),
      simulatedS: state.nowS,
      events: state.events.popped,
      latencyP99S: latency.quantile(0.99),
      queueLength: state.stages.reduce((sum, { waiting: count }) => sum + count, 0),
    };
  }
}

/** How much of a run is done: of its time or of its tasks, whichever ends it. */
function fractionOf({ state }: Run): number {
  const { horizon, workloads } = state.spec;
  const rows = workloads.map(({ arrival }) =>
    arrival.kind === 'trace' ? arrival.table.rows : Number.POSITIVE_INFINITY,
  );
  const traceRows = rows.reduce((sum, count) => sum + count, 0);
  return Math.min(
    1,
    Math.max(state.nowS / horizon.durationS, state.arrived / Math.min(horizon.tasks, traceRows)),
  );
}

/** How many events would have taken the slice's time; at most doubled, since the first ones are slow to warm up. */
function nextSlice(events: number, tookMs: number): number {
  const fitting = tookMs > 0 ? Math.round((events * SLICE_MS) / tookMs) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(fitting, 2 * events, SLICE_EVENTS_MAX));
}
