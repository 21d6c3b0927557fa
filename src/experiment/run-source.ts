/** Where runs come from: this thread, worker threads, a queue, a journal of finished ones. Experiments only ask. */
import type { CompiledScenario } from '../scenario/compile.js';
import type { TraceReport } from './document.js';
import type { RunOutcome } from './run-outcome.js';
import type { WarmupFound } from './warmup.js';

/** A scenario's text and where it stands: whoever loads it needs nothing else but the files it names. */
export interface ScenarioText {
  /** As messages name it. */
  readonly name: string;
  readonly text: string;
  /** What the files it names are relative to. */
  readonly folder: string;
}

/** One scenario as one point of an experiment has it: plain data, from which it can be compiled anywhere. */
export interface SetupRef {
  readonly scenario: ScenarioText;
  readonly variant: string | null;
  /** Assignments `path=value`, made in their order. */
  readonly set: readonly string[];
}

export interface Setup {
  readonly ref: SetupRef;
  readonly compiled: CompiledScenario;
  /** What became of the rows of the traces, for documents. */
  readonly traces: readonly TraceReport[];
}

/** Throws `ScenarioError` with everything that is wrong. */
export type SetupLoader = (ref: SetupRef) => Promise<Setup>;

export interface RunRequest {
  readonly setup: Setup;
  /** A pilot run finds the length of the warm-up (`warmup: auto`); it is asked for once by seed. */
  readonly kind: 'pilot' | 'replication';
  /** The run's own: `SEED/i` of replication i, `SEED` of the pilot. */
  readonly seed: string;
  /** 0 of a pilot. */
  readonly warmupS: number;
  readonly keepsSeries: boolean;
}

export type RunAnswer =
  | { readonly kind: 'pilot'; readonly warmup: WarmupFound }
  | { readonly kind: 'replication'; readonly outcome: RunOutcome };

/** How far a run is, for whoever watches. */
export interface RunSample {
  /** Of its time or of its tasks, whichever ends it: 0 to 1. */
  readonly fraction: number;
  readonly simulatedS: number;
  readonly events: number;
  /** Of the tasks completed so far; 0 where there are none. */
  readonly latencyP99S: number;
  /** Tasks waiting now, at all stages. */
  readonly queueLength: number;
}

export interface RunSource {
  /** Runs that go on at the same time: asking for many more at once gains nothing. */
  readonly parallelism: number;
  /**
   * Requests may be made all at once; they begin in their order. Rejects with `Interrupted` when the experiment is
   * stopped before the run is finished. `onSample` is called now and then while the run goes on, where the source
   * can tell.
   */
  ask(request: RunRequest, onSample?: (sample: RunSample) => void): Promise<RunAnswer>;
}

/** The user has stopped the experiment; what is finished is kept. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted');
  }
}

/** The run belongs to another part of the experiment, which another machine computes: other runs may still be asked for. */
export class RunElsewhere extends Interrupted {}
