/** How far an experiment is, for whoever shows it. */
import type { Experiment } from '../experiment/replicate.js';
import { Histogram } from '../metrics/histogram.js';
import type { CompiledScenario } from '../scenario/compile.js';
import { latencyByWorkload } from '../simulation/collect.js';
import type { Run } from '../simulation/simulate.js';

export interface ReplicationProgress {
  /** From 0. */
  index: number;
  state: 'waiting' | 'running' | 'done';
  /** Of the simulated time, 0 to 1. */
  fraction: number;
  simulatedS: number;
  events: number;
  eventsPerS: number;
  /** Wall-clock seconds until done; null while unknown. */
  etaS: number | null;
  /** Of the tasks completed so far; 0 where there are none. */
  latencyP99S: number;
  /** Tasks waiting now, at all stages. */
  queueLength: number;
}

export interface RunProgress {
  /** Title; says so while a pilot run looks for the warm-up. */
  scenario: string;
  replications: ReplicationProgress[];
}

/** How much of a run is done: of its time or of its tasks, whichever ends it. */
function runFraction({ state }: Run): number {
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

/** Follows an experiment from step to step. */
export class ProgressFollower {
  private readonly replications: ReplicationProgress[];

  constructor(
    private readonly compiled: CompiledScenario,
    private readonly experiment: Experiment,
  ) {
    this.replications = Array.from({ length: experiment.planned }, (_, index) => waiting(index));
  }

  /** Notes what the run under way has come to in `elapsedS` of wall-clock time. */
  note(index: number, run: Run, elapsedS: number): void {
    this.replications[index] = running(index, run, elapsedS);
  }

  finish(index: number, elapsedS: number): void {
    const { events, window_s, total } = this.experiment.runs[index]!;
    this.replications[index] = {
      ...waiting(index),
      state: 'done',
      fraction: 1,
      simulatedS: (this.experiment.warmupS ?? 0) + window_s,
      events,
      eventsPerS: elapsedS > 0 ? events / elapsedS : 0,
      latencyP99S: total.latency_s.p99,
      queueLength: this.replications[index]!.queueLength,
    };
  }

  snapshot(): RunProgress {
    const { current } = this.experiment;
    const pilot = current?.isPilot
      ? ` (finding the warm-up, ${Math.floor(runFraction(current.run) * 100)}%)`
      : '';
    return { scenario: this.compiled.name + pilot, replications: [...this.replications] };
  }
}

const waiting = (index: number): ReplicationProgress => ({
  index,
  state: 'waiting',
  fraction: 0,
  simulatedS: 0,
  events: 0,
  eventsPerS: 0,
  etaS: null,
  latencyP99S: 0,
  queueLength: 0,
});

function running(index: number, run: Run, elapsedS: number): ReplicationProgress {
  const { state } = run;
  const fraction = runFraction(run);
  const events = state.events.popped;
  const latency = new Histogram();
  for (const histogram of latencyByWorkload(state)) latency.merge(histogram);
  return {
    index,
    state: 'running',
    fraction,
    simulatedS: state.nowS,
    events,
    eventsPerS: elapsedS > 0 ? events / elapsedS : 0,
    etaS: fraction > 0 ? (elapsedS * (1 - fraction)) / fraction : null,
    latencyP99S: latency.quantile(0.99),
    queueLength: state.stages.reduce((sum, { waiting: count }) => sum + count, 0),
  };
}
