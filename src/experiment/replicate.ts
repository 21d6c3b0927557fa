/**
 * An experiment: independent replications of one scenario, one after the other, in steps as small as the caller likes
 * (for live progress and interrupts). Replication i runs on the seed `SEED/i`, so that it is the same whatever the
 * number of replications, and the same under every policy set.
 */
import type { RunMeasures } from '../metrics/measures.js';
import type { CompiledScenario } from '../scenario/compile.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { type Run, startRun } from '../simulation/simulate.js';
import type { ResultDocument, TraceReport } from './document.js';
import { Outcomes } from './outcomes.js';
import { resultDocument } from './result-document.js';
import { outcomeOf } from './run-outcome.js';
import { BatchMeans, findWarmup, type WarmupFound } from './warmup.js';

export interface ExperimentOptions {
  /** By default as the scenario says. */
  readonly replications?: number | undefined;
  /** By default as the scenario says. */
  readonly seed?: string | undefined;
  /** What became of the rows of the traces, for the document. */
  readonly traces?: readonly TraceReport[] | undefined;
  /** Takes the decisions of the first replication, in order. */
  readonly record?: DecisionSink | undefined;
}

export interface Experiment {
  readonly planned: number;
  /** Replications that are done. */
  readonly finished: number;
  /** Their measures, in order. */
  readonly runs: readonly RunMeasures[];
  /** Length of the warm-up; null until the pilot run has found it. */
  readonly warmupS: number | null;
  /** The run under way: a pilot that finds the warm-up (`mser-5` only), or replication `finished`. Null when done. */
  readonly current: { readonly isPilot: boolean; readonly run: Run } | null;
  /** Handles at most so many events; true when all replications are done. */
  advance(events: number): boolean;
  /** The result of the finished replications, at least one; marked as interrupted where some are missing. */
  document(): ResultDocument;
}

export function createExperiment(compiled: CompiledScenario, options: ExperimentOptions = {}): Experiment {
  return new Replications(compiled, options);
}

class Replications implements Experiment {
  readonly planned: number;
  private readonly seed: string;
  private readonly traces: readonly TraceReport[];
  private readonly record: DecisionSink | undefined;
  private readonly outcomes = new Outcomes();
  private readonly pilot = new BatchMeans();
  /** Null until the pilot run has found it. */
  private warmup: WarmupFound | null;
  private run: Run | null = null;

  constructor(
    private readonly compiled: CompiledScenario,
    { replications, seed, traces, record }: ExperimentOptions,
  ) {
    this.planned = replications ?? compiled.replications;
    if (!(Number.isInteger(this.planned) && this.planned >= 1))
      throw new RangeError(`expected at least one replication, got ${this.planned}`);
    this.seed = seed ?? compiled.seed;
    this.traces = traces ?? [];
    this.record = record;
    const { warmup } = compiled.system.horizon;
    this.warmup = warmup.method === 'fixed' ? { lengthS: warmup.lengthS } : null;
  }

  get finished(): number {
    return this.outcomes.runs.length;
  }

  get runs(): readonly RunMeasures[] {
    return this.outcomes.runs;
  }

  get warmupS(): number | null {
    return this.warmup?.lengthS ?? null;
  }

  get current(): Experiment['current'] {
    return this.run === null ? null : { isPilot: this.warmup === null, run: this.run };
  }

  advance(events: number): boolean {
    if (this.finished === this.planned) return true;
    this.run ??= this.start();
    if (this.run.advance(events)) {
      this.end(this.run);
      this.run = null;
    }
    return this.finished === this.planned;
  }

  document(): ResultDocument {
    const { compiled, seed, planned, warmup, traces, outcomes } = this;
    if (warmup === null) throw new Error('there is no result before the warm-up is known');
    return resultDocument({ compiled, seed, planned, warmup, traces }, outcomes);
  }

  private start(): Run {
    const { system, policies } = this.compiled;
    if (this.warmup === null)
      return startRun(system, policies, this.seed, {
        warmupS: 0,
        observe: (latencyS, nowS) => this.pilot.add(latencyS, nowS),
      });
    const isRecorded = this.record !== undefined && this.finished === 0;
    return startRun(system, policies, `${this.seed}/${this.finished}`, {
      warmupS: this.warmup.lengthS,
      ...(isRecorded ? { record: this.record } : {}),
    });
  }

  private end(run: Run): void {
    if (this.warmup === null)
      this.warmup = findWarmup(this.pilot, Math.min(run.state.nowS, this.compiled.system.horizon.durationS));
    else this.outcomes.add(outcomeOf(run.result(), this.warmup.lengthS, this.finished === 0), this.finished);
  }
}
