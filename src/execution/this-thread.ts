/** Runs one after the other on this thread, in slices, so that the event loop stays alive between them. */
import { setImmediate } from 'node:timers/promises';
import {
  Interrupted,
  type RunAnswer,
  type RunRequest,
  type RunSample,
  type RunSource,
} from '../experiment/run-source.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { OneRun } from './one-run.js';

/** Wall-clock time between two reports of progress. */
export const SAMPLE_MS = 100;

export interface ThisThreadOptions {
  /** Stops after the slice under way. */
  readonly signal?: AbortSignal | undefined;
  /** Takes the decisions of the first replication that is asked for, in order. */
  readonly record?: DecisionSink | undefined;
}

export class ThisThread implements RunSource {
  readonly parallelism = 1;
  /** The end of the run that was asked for last. */
  private last: Promise<unknown> = Promise.resolve();
  private record: DecisionSink | undefined;

  constructor(private readonly options: ThisThreadOptions = {}) {
    this.record = options.record;
  }

  ask(request: RunRequest, onSample?: (sample: RunSample) => void): Promise<RunAnswer> {
    const answer = this.last.then(() => this.run(request, onSample));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private get isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  private async run(request: RunRequest, onSample?: (sample: RunSample) => void): Promise<RunAnswer> {
    if (this.isStopped) throw new Interrupted();
    const record = request.kind === 'replication' ? this.record : undefined;
    if (record !== undefined) this.record = undefined;
    const run = new OneRun(request, record);
    let sampledMs = Number.NEGATIVE_INFINITY;
    while (!run.advance()) {
      if (onSample !== undefined && performance.now() - sampledMs >= SAMPLE_MS) {
        onSample(run.sample());
        sampledMs = performance.now();
      }
      await setImmediate();
      if (this.isStopped) throw new Interrupted();
    }
    return run.answer();
  }
}
