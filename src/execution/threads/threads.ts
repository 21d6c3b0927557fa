/** Runs on a pool of worker threads (Piscina), as many at a time as there are threads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Piscina } from 'piscina';
import {
  Interrupted,
  type RunAnswer,
  type RunRequest,
  type RunSample,
  type RunSource,
} from '../../experiment/run-source.js';
import { packageRoot } from '../package-root.js';
import { errorOf, type ThreadLoaded, type ThreadReply, type ThreadSample, type ThreadTask } from './task.js';
import { brokenPool, lostThread, otherEngine, ThreadError } from './thread-error.js';

export interface ThreadsOptions {
  /** At most so many threads; they are started as they are needed. */
  readonly workers: number;
  /** Stops the runs under way at once. */
  readonly signal?: AbortSignal | undefined;
}

/** A thread that has not loaded its modules by then never will. */
const LOADING_MAX_MS = 5000;
const LOOK_AGAIN_MS = 10;

export class Threads implements RunSource {
  readonly parallelism: number;
  private readonly pool: Piscina<ThreadTask, ThreadReply>;
  private readonly watchers = new Map<number, (sample: RunSample) => void>();
  private readonly stop: () => void;
  // A thread cannot be started from TypeScript, so always the built one.
  private readonly built = join(packageRoot(), 'dist', 'execution', 'worker.js');
  private asked = 0;
  private broken: unknown;
  /** Threads whose modules are loaded. */
  private loaded = 0;
  private ending: Promise<void> | undefined;
  /** Rejects when the signal does. */
  private readonly stopped: Promise<never>;

  constructor(private readonly options: ThreadsOptions) {
    const { workers, signal } = options;
    this.parallelism = workers;
    this.pool = new Piscina({
      filename: this.built,
      minThreads: 1,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
    this.pool.on('message', (message: ThreadSample | ThreadLoaded) => {
      if ('loaded' in message) this.loaded++;
      else this.watchers.get(message.id)?.(message.sample);
    });
    // Of a thread that had no run: the pool starts no other then, and what waits would wait for ever.
    this.pool.on('error', (error: unknown) => {
      this.broken ??= error;
      void this.pool.destroy();
    });
    let interrupt: (reason: Interrupted) => void;
    this.stopped = new Promise((_, reject) => {
      interrupt = reject;
    });
    // Nobody may be waiting.
    this.stopped.catch(() => undefined);
    this.stop = () => {
      interrupt(new Interrupted());
      void this.end();
    };
    if (signal?.aborted === true) this.stop();
    else signal?.addEventListener('abort', this.stop, { once: true });
  }

  ask({ setup, ...asked }: RunRequest, onSample?: (sample: RunSample) => void): Promise<RunAnswer> {
    return this.answer({ ref: setup.ref, hash: setup.compiled.hash, ...asked }, onSample);
  }

  /** For whoever has not compiled the setup. */
  async answer(
    task: Omit<ThreadTask, 'id' | 'wantsSamples'>,
    onSample?: (sample: RunSample) => void,
  ): Promise<RunAnswer> {
    if (this.isStopped) throw new Interrupted();
    if (!existsSync(this.built))
      throw new ThreadError(`worker threads need ${this.built}, which is not there: npm run build`);
    const id = this.asked++;
    if (onSample !== undefined) this.watchers.set(id, onSample);
    const reply = await this.replyTo({ id, wantsSamples: onSample !== undefined, ...task });
    const isOther = otherEngine(reply.engine);
    if (isOther !== null) throw isOther;
    if ('failure' in reply) throw errorOf(reply.failure);
    return reply.answer;
  }

  private async replyTo(task: ThreadTask): Promise<ThreadReply> {
    try {
      return await Promise.race([this.pool.run(task), this.stopped]);
    } catch (error) {
      if (this.isStopped) throw new Interrupted();
      throw this.broken === undefined ? lostThread(task, error) : brokenPool(this.broken);
    } finally {
      this.watchers.delete(task.id);
    }
  }

  private get isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  /** Ends the threads; runs under way are given up. */
  async close(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.stop);
    await this.end();
  }

  /** A thread that is ended while it loads its modules takes the process with it (Node 20), so it is let finish that. */
  private end(): Promise<void> {
    this.ending ??= (async () => {
      const startMs = performance.now();
      while (this.loaded < this.pool.threads.length && performance.now() - startMs < LOADING_MAX_MS)
        await setTimeout(LOOK_AGAIN_MS);
      await this.pool.destroy();
    })();
    return this.ending;
  }
}
