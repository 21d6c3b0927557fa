/**
 * Independent replications of one setup, from wherever runs come. Replication i runs on the seed `SEED/i`: the same
 * whatever the number of replications, and the same in every setup, which is what makes random numbers common.
 */
import type { RunMeasures } from '../metrics/measures.js';
import type { ResultDocument } from './document.js';
import { Outcomes } from './outcomes.js';
import { estimatesOf, resultDocument } from './result-document.js';
import type { RunOutcome } from './run-outcome.js';
import {
  Interrupted,
  type RunAnswer,
  type RunRequest,
  type RunSample,
  type RunSource,
  type Setup,
} from './run-source.js';
import type { WarmupFound } from './warmup.js';

/** Told of each run as it goes; `replication` is null for a pilot. */
export interface ReplicationWatcher {
  readonly onSample?: (replication: number | null, sample: RunSample) => void;
  readonly onFinished?: (replication: number, outcome: RunOutcome, warmupS: number) => void;
}

export class Replications {
  readonly seed: string;
  /** By replication; a gap where a run was stopped and a later one was not. */
  private readonly outcomes = new Map<number, RunOutcome>();
  private warmup: WarmupFound | null;

  constructor(
    readonly setup: Setup,
    private readonly source: RunSource,
    seed?: string,
    private readonly watcher: ReplicationWatcher = {},
  ) {
    this.seed = seed ?? setup.compiled.seed;
    const { warmup } = setup.compiled.system.horizon;
    this.warmup = warmup.method === 'fixed' ? { lengthS: warmup.lengthS } : null;
  }

  get finished(): number {
    return this.outcomes.size;
  }

  /** The last replication that is finished; -1 where none is. */
  get highest(): number {
    return Math.max(-1, ...this.outcomes.keys());
  }

  /** Null until the pilot run has found it. */
  get warmupS(): number | null {
    return this.warmup?.lengthS ?? null;
  }

  /** Measures of the finished replications, in order. */
  get runs(): RunMeasures[] {
    return this.inOrder().map(([, { measures }]) => measures);
  }

  /** Of one replication; undefined where it is not finished. */
  measuresAt(replication: number): RunMeasures | undefined {
    return this.outcomes.get(replication)?.measures;
  }

  /** Whether the replications 0 to `count` − 1 are finished. */
  has(count: number): boolean {
    for (let index = 0; index < count; index++) if (!this.outcomes.has(index)) return false;
    return true;
  }

  /** Asks for what is missing of the first `count` replications; rejects with `Interrupted` when it is stopped. */
  async extendTo(count: number): Promise<void> {
    const warmup = await this.findWarmup();
    const missing = Array.from({ length: count }, (_, index) => index).filter(
      (index) => !this.outcomes.has(index),
    );
    const ends = await Promise.allSettled(missing.map((index) => this.replicate(index, warmup.lengthS)));
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    if (failures.length > 0) throw failures.find((reason) => !(reason instanceof Interrupted)) ?? failures[0];
  }

  /** Asks for one replication where it is missing; the warm-up must be known (`extendTo(0)`). */
  async runOne(index: number): Promise<void> {
    if (this.warmup === null) throw new Error('the pilot run comes before the replications');
    if (!this.outcomes.has(index)) await this.replicate(index, this.warmup.lengthS);
  }

  /** The result of the finished replications, the first among them; marked as interrupted where some are missing. */
  document(planned: number): ResultDocument {
    const { warmup, seed } = this;
    const { compiled, traces } = this.setup;
    if (warmup === null) throw new Error('there is no result before the warm-up is known');
    return resultDocument({ compiled, seed, planned, warmup, traces }, this.collected());
  }

  /** What the result of the finished replications, at least one, says of their measures. */
  estimates(): ResultDocument['estimates'] {
    return estimatesOf(this.setup.compiled, this.collected());
  }

  private collected(): Outcomes {
    const outcomes = new Outcomes();
    for (const [index, outcome] of this.inOrder()) outcomes.add(outcome, index);
    return outcomes;
  }

  private inOrder(): [number, RunOutcome][] {
    return [...this.outcomes].sort(([a], [b]) => a - b);
  }

  private async findWarmup(): Promise<WarmupFound> {
    if (this.warmup !== null) return this.warmup;
    const answer = await this.ask({ kind: 'pilot', seed: this.seed, warmupS: 0, keepsSeries: false }, null);
    if (answer.kind !== 'pilot') throw new Error('a pilot run was asked for, a replication came');
    this.warmup = answer.warmup;
    return answer.warmup;
  }

  private async replicate(index: number, warmupS: number): Promise<void> {
    const seed = `${this.seed}/${index}`;
    // The result shows the first replication over time.
    const answer = await this.ask({ kind: 'replication', seed, warmupS, keepsSeries: index === 0 }, index);
    if (answer.kind !== 'replication') throw new Error('a replication was asked for, a pilot run came');
    this.outcomes.set(index, answer.outcome);
    this.watcher.onFinished?.(index, answer.outcome, warmupS);
  }

  private ask(request: Omit<RunRequest, 'setup'>, replication: number | null): Promise<RunAnswer> {
    const { onSample } = this.watcher;
    return this.source.ask(
      { setup: this.setup, ...request },
      onSample === undefined ? undefined : (sample) => onSample(replication, sample),
    );
  }
}
