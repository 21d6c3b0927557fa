/**
 * A journal of finished runs before whatever makes runs: what is in the journal is not run again, what is run is in
 * the journal before the experiment hears of it. So whatever an experiment has counted as finished survives its end,
 * however sudden.
 */
import { createHash } from 'node:crypto';
import type { RunAnswer, RunRequest, RunSample, RunSource } from '../../experiment/run-source.js';
import { ENGINE_VERSION } from '../engine-version.js';
import type { Journal } from './journal.js';
import { JournalError } from './journal-error.js';

export interface JournaledSourceOptions {
  readonly journal: Journal;
  /** Runs of another engine are others; by default this one. */
  readonly engineVersion?: string | undefined;
  /** Told once, where the file system takes no more: the experiment goes on, and what comes is not kept. */
  readonly onWarning: (message: string) => void;
}

/**
 * Names a run by all that its answer depends on: equal keys, equal answers. The hash of the compiled scenario stands
 * for the system, the traffic and the policies.
 */
export function runKey(
  engineVersion: string,
  { setup, kind, seed, warmupS, keepsSeries }: RunRequest,
): string {
  const parts = [engineVersion, setup.compiled.hash, kind, seed, warmupS, keepsSeries];
  return createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('hex');
}

export class JournaledSource implements RunSource {
  private readonly journal: Journal;
  private readonly engineVersion: string;
  private readonly onWarning: (message: string) => void;
  private readonly underWay = new Map<string, Promise<RunAnswer>>();
  private keeps = true;
  private found = 0;

  constructor(
    private readonly source: RunSource,
    { journal, engineVersion = ENGINE_VERSION, onWarning }: JournaledSourceOptions,
  ) {
    this.journal = journal;
    this.engineVersion = engineVersion;
    this.onWarning = onWarning;
  }

  get parallelism(): number {
    return this.source.parallelism;
  }

  /** Requests that were answered from the journal. */
  get hits(): number {
    return this.found;
  }

  /** A run that is under way already is waited for; its samples go to whoever asked first. */
  ask(request: RunRequest, onSample?: (sample: RunSample) => void): Promise<RunAnswer> {
    const key = runKey(this.engineVersion, request);
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return underWay;
    // Checked by its checksum, under a key that only such an answer is put with.
    const kept = this.journal.get(key) as RunAnswer | undefined;
    if (kept !== undefined) {
      this.found++;
      return Promise.resolve(kept);
    }
    const asked = this.run(key, request, onSample).finally(() => this.underWay.delete(key));
    this.underWay.set(key, asked);
    return asked;
  }

  private async run(
    key: string,
    request: RunRequest,
    onSample: ((sample: RunSample) => void) | undefined,
  ): Promise<RunAnswer> {
    const answer = await this.source.ask(request, onSample);
    if (this.keeps) await this.keep(key, answer);
    return answer;
  }

  private async keep(key: string, answer: RunAnswer): Promise<void> {
    try {
      await this.journal.put(key, answer);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      // Others may have waited for the same sync.
      if (this.keeps) this.onWarning(`${error.message}; what is finished from here on is not kept there`);
      this.keeps = false;
    }
  }
}
