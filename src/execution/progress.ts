/** How far the replications of a setup are, for whoever shows it. */
import type { ReplicationWatcher } from '../experiment/replications.js';
import type { RunOutcome } from '../experiment/run-outcome.js';
import type { RunSample } from '../experiment/run-source.js';

export interface ReplicationProgress {
  /** From 0. */
  index: number;
  state: 'waiting' | 'running' | 'done';
  /** Of the simulated time, 0 to 1. */
  fraction: number;
  simulatedS: number;
  events: number;
  /** 0 while unknown, and of what was not run now. */
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

/** Wall-clock time between two reports. */
const REPORT_MS = 100;

interface FirstSample {
  readonly atMs: number;
  readonly fraction: number;
  readonly events: number;
}

export class ProgressFollower implements ReplicationWatcher {
  private readonly replications: ReplicationProgress[];
  private readonly first: (FirstSample | undefined)[] = [];
  private pilotFraction: number | null = null;
  private reportedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly scenario: string,
    planned: number,
    private readonly onProgress: (progress: RunProgress) => void,
  ) {
    this.replications = Array.from({ length: planned }, (_, index) => waiting(index));
  }

  readonly onSample = (replication: number | null, sample: RunSample): void => {
    if (replication === null) this.pilotFraction = sample.fraction;
    else {
      this.pilotFraction = null;
      this.replications[replication] = this.running(replication, sample);
    }
    if (performance.now() - this.reportedMs >= REPORT_MS) this.report();
  };

  readonly onFinished = (replication: number, { measures }: RunOutcome, warmupS: number): void => {
    this.pilotFraction = null;
    const { events, window_s, total } = measures;
    const { eventsPerS, queueLength } = this.replications[replication]!;
    this.replications[replication] = {
      index: replication,
      state: 'done',
      fraction: 1,
      simulatedS: warmupS + window_s,
      events,
      eventsPerS,
      etaS: null,
      latencyP99S: total.latency_s.p99,
      queueLength,
    };
    this.report();
  };

  private report(): void {
    this.reportedMs = performance.now();
    const { pilotFraction } = this;
    const pilot = pilotFraction === null ? '' : ` (finding the warm-up, ${Math.floor(pilotFraction * 100)}%)`;
    this.onProgress({ scenario: this.scenario + pilot, replications: [...this.replications] });
  }

  /** Speeds are those since the first sample: when the run began is known only where it runs. */
  private running(index: number, sample: RunSample): ReplicationProgress {
    const nowMs = performance.now();
    const { fraction, events } = sample;
    this.first[index] ??= { atMs: nowMs, fraction, events };
    const first = this.first[index];
    const elapsedS = (nowMs - first.atMs) / 1000;
    const gained = fraction - first.fraction;
    return {
      index,
      state: 'running',
      ...sample,
      eventsPerS: elapsedS > 0 ? (events - first.events) / elapsedS : 0,
      etaS: gained > 0 ? (elapsedS * (1 - fraction)) / gained : null,
    };
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
