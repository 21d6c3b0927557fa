/** The run source that somebody asks for: who runs, and whether what is finished is kept. */
import { availableParallelism } from 'node:os';
import type { RunSource } from '../experiment/run-source.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { ScenarioFiles } from '../traces/scenario-files.js';
import { ENGINE_VERSION } from './engine-version.js';
import { openCachedJournal } from './journal/cache.js';
import type { Journal } from './journal/journal.js';
import { JournalError } from './journal/journal-error.js';
import { JournaledSource } from './journal/journaled-source.js';
import { ThisThread } from './this-thread.js';
import { Threads } from './threads/threads.js';

export interface SourceOptions {
  /** Threads; 1 is this thread. By default one a core. */
  readonly workers?: number | undefined;
  /** Stops the runs under way. */
  readonly signal?: AbortSignal | undefined;
  /** Takes the decisions of the first replication; then all runs are on this thread, and none comes from the cache. */
  readonly record?: DecisionSink | undefined;
  /** Title of the scenario whose finished runs are kept in the user's cache and taken from there; null: none are. */
  readonly cacheOf?: string | null | undefined;
  /** Keeps finished runs, and gives them, instead of the cache; it is closed with the source. */
  readonly journal?: Journal | undefined;
  /** Runs are computed by workers that take them from a queue in Redis. */
  readonly queue?: QueueOptions | undefined;
  /** Told of what does not stop the experiment: a damaged journal, a full disk. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface QueueOptions {
  /** Of Redis. */
  readonly url: string;
  /** How long Redis may be away. */
  readonly timeoutS: number;
}

export interface OpenSource {
  readonly source: RunSource;
  /** Requests that were answered from the cache so far. */
  cached(): number;
  close(): Promise<void>;
}

export async function openSource(options: SourceOptions = {}): Promise<OpenSource> {
  const runner = await openRunner(options);
  const { record, cacheOf = null, onWarning = () => undefined } = options;
  const cache = cacheOf === null || record !== undefined ? null : await openJournal(cacheOf, onWarning);
  const journal = options.journal ?? cache;
  if (journal === null) return { source: runner.source, cached: () => 0, close: runner.close };
  const source = new JournaledSource(runner.source, { journal, onWarning });
  const told = journal.problems.length;
  for (const problem of journal.problems) onWarning(problem);
  return {
    source,
    cached: () => source.hits,
    close: async () => {
      await runner.close();
      await journal.close();
      for (const problem of journal.problems.slice(told)) onWarning(problem);
    },
  };
}

interface Runner {
  readonly source: RunSource;
  close(): Promise<void>;
}

async function openRunner({ workers, signal, record, queue, onWarning }: SourceOptions): Promise<Runner> {
  if (queue !== undefined && record === undefined) return openQueue(queue, signal, onWarning);
  const threads = workers ?? availableParallelism();
  if (threads === 1 || record !== undefined)
    return { source: new ThisThread({ signal, record }), close: () => Promise.resolve() };
  const source = new Threads({ workers: threads, signal });
  return { source, close: () => source.close() };
}

/** Connects when the first run is asked for: what is in the journal needs no Redis. */
async function openQueue(
  queue: QueueOptions,
  signal: AbortSignal | undefined,
  onWarning: SourceOptions['onWarning'],
): Promise<Runner> {
  // Loaded only where it is used.
  const { QUEUE_PARALLELISM, QueueSource } = await import('./queue/queue-source.js');
  const { readAddress } = await import('./queue/redis-link.js');
  readAddress(queue.url);
  const files = new ScenarioFiles();
  let source: InstanceType<typeof QueueSource> | null = null;
  return {
    source: {
      parallelism: QUEUE_PARALLELISM,
      ask: (request) => {
        source ??= new QueueSource({
          ...queue,
          engineVersion: ENGINE_VERSION,
          filesOf: (ref) => files.of(ref),
          tell: (message) => onWarning?.(message),
          signal,
        });
        return source.ask(request);
      },
    },
    close: async () => source?.close(),
  };
}

/** A cache that cannot be used is no reason not to run. */
async function openJournal(scenario: string, onWarning: (message: string) => void): Promise<Journal | null> {
  try {
    return await openCachedJournal(process.env, scenario);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    onWarning(`${error.message}; finished runs are not kept`);
    return null;
  }
}
