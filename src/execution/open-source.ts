/** The run source that a command asks for. */
import { availableParallelism } from 'node:os';
import type { RunSource } from '../experiment/run-source.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { ThisThread } from './this-thread.js';
import { Threads } from './threads/threads.js';

export interface SourceOptions {
  /** Threads; 1 is this thread. By default one a core. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes the decisions of the first replication; they are taken on this thread. */
  readonly record?: DecisionSink | undefined;
}

export interface OpenSource {
  readonly source: RunSource;
  close(): Promise<void>;
}

export function openSource({ workers, signal, record }: SourceOptions = {}): OpenSource {
  const threads = workers ?? availableParallelism();
  if (threads === 1 || record !== undefined)
    return { source: new ThisThread({ signal, record }), close: () => Promise.resolve() };
  const source = new Threads({ workers: threads, signal });
  return { source, close: () => source.close() };
}
