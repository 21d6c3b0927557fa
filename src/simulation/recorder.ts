/**
 * What is recorded while a run goes on: streaming histograms and counts, by (workload, tenant) cell and by stage.
 * Workloads and tenants are put together from cells after the run, so one task costs one set of records. Data plane.
 */
import { Histogram } from '../metrics/histogram.js';
import { KeptValues } from '../metrics/kept-values.js';
import { PHASES } from '../metrics/measures.js';
import { F } from '../model/task-table.js';

export const PHASE = {
  admission: 0,
  queue: 1,
  work: 2,
  call: 3,
  delay: 4,
  blocked: 5,
  checkpoint: 6,
  suspended: 7,
  backoff: 8,
  review: 9,
  transfer: 10,
} as const;

/** Counts of a cell; positions in `CellRecorder.counts`. */
export const COUNT = {
  arrived: 0,
  completed: 1,
  completedInTime: 2,
  rejected: 3,
  timedOut: 4,
  cancelled: 5,
  deadLettered: 6,
  refusals: 7,
  failures: 8,
  retries: 9,
  preemptions: 10,
  hedges: 11,
  completedFallback: 12,
  escalations: 13,
  deadlineDrops: 14,
  duplicateSideEffects: 15,
  deadLetterEntries: 16,
  deadLetterReturns: 17,
  interruptions: 18,
} as const;

const COUNTS = 19;
/** Beyond this many times its service a completed task's wait counts as starvation. */
const STARVATION_FACTOR = 10;

export class CellRecorder {
  readonly counts = new Float64Array(COUNTS);
  readonly latency = new Histogram();
  /** The same values, as long as they are few. */
  readonly kept = new KeptValues();
  /** Only the phases that can occur in the scenario; null for the others. */
  readonly phases: (Histogram | null)[];
  /** Those that are kept, beside the numbers of their phases. */
  private readonly active: readonly Histogram[];
  longestWaitS = 0;
  starved = 0;
  serviceSumS = 0;
  completedValueUsd = 0;
  /** Of completed tasks. */
  promptTokens = 0;
  outputTokens = 0;
  /** Time to first token and time per token after it, of requests to LLM servers; null where there are none. */
  readonly firstToken: Histogram | null;
  readonly perToken: Histogram | null;

  constructor(
    private readonly activePhases: readonly number[],
    serves = false,
  ) {
    this.firstToken = serves ? new Histogram() : null;
    this.perToken = serves ? new Histogram() : null;
    this.active = activePhases.map(() => new Histogram());
    this.phases = PHASES.map((_, phase) => this.active[activePhases.indexOf(phase)] ?? null);
  }

  /** A completed task that arrived after the warm-up. */
  recordCompletion(f: Float64Array, task: number): void {
    // Time in the system is the sum of the phases, but for rounding; the last transition was just now.
    const latencyS = f[task + F.sinceS]! - f[task + F.arrivalS]!;
    this.latency.record(latencyS);
    if (this.kept.isComplete) this.kept.add(latencyS);
    const at = task + F.phaseS;
    const { activePhases, active } = this;
    for (let i = 0; i < active.length; i++) active[i]!.record(f[at + activePhases[i]!]!);
    const serviceS = f[at + PHASE.work]! + f[at + PHASE.call]!;
    this.serviceSumS += serviceS;
    const waitS = f[at + PHASE.queue]! + f[at + PHASE.admission]! + f[at + PHASE.suspended]!;
    if (waitS > STARVATION_FACTOR * serviceS) this.starved++;
  }

  reset(): void {
    this.counts.fill(0);
    this.longestWaitS = 0;
    this.completedValueUsd = 0;
    this.promptTokens = 0;
    this.outputTokens = 0;
  }

  merge(other: CellRecorder): void {
    for (let i = 0; i < COUNTS; i++) this.counts[i]! += other.counts[i]!;
    this.latency.merge(other.latency);
    this.kept.merge(other.kept);
    for (const [phase, histogram] of this.phases.entries()) {
      const added = other.phases[phase];
      if (histogram !== null && added !== null && added !== undefined) histogram.merge(added);
    }
    if (other.firstToken !== null) this.firstToken?.merge(other.firstToken);
    if (other.perToken !== null) this.perToken?.merge(other.perToken);
    this.longestWaitS = Math.max(this.longestWaitS, other.longestWaitS);
    this.starved += other.starved;
    this.serviceSumS += other.serviceSumS;
    this.completedValueUsd += other.completedValueUsd;
    this.promptTokens += other.promptTokens;
    this.outputTokens += other.outputTokens;
  }
}

export class StageRecorder {
  arrived = 0;
  completed = 0;
  refused = 0;
  readonly wait = new Histogram();
  readonly service = new Histogram();
  /** Null where no stage of the scenario can block. */
  readonly blocked: Histogram | null;
  readonly sojourn = new Histogram();

  constructor(canBlock: boolean) {
    this.blocked = canBlock ? new Histogram() : null;
  }

  /** A task that was served and has left the stage, if it entered after the warm-up. */
  recordVisit(f: Float64Array, task: number, blockedS: number): void {
    this.wait.record(f[task + F.stageWaitS]!);
    this.service.record(f[task + F.stageServiceS]!);
    if (this.blocked !== null) this.blocked.record(blockedS);
  }

  resetCounts(): void {
    this.arrived = 0;
    this.completed = 0;
    this.refused = 0;
  }
}
