/**
 * A worker: takes runs from the queue in Redis and computes them on threads of its own. This thread computes nothing,
 * so that it renews the locks of the runs under way however long they are; a lock that is not renewed means a lost
 * worker, and another one takes the run.
 */
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { RunAnswer, SetupRef } from '../../experiment/run-source.js';
import { Interrupted } from '../../experiment/run-source.js';
import { Membership, memberName } from './members.js';
import {
  KEPT_S,
  KEY_PREFIX,
  packAnswer,
  queueName,
  type RunTask,
  resultKey,
  taskSchema,
} from './protocol.js';
import { type LinkOptions, RedisLink, type RedisUnavailable } from './redis-link.js';
import { BundleMissing, UnpackedBundles } from './unpacked.js';

/** How long the runs of a lost worker stay reserved for it. */
export const LOCK_S_DEFAULT = 10;
/** A run that has been lost with so many workers is not given to another one. */
const LOST_WORKERS_MAX = 10;
/** How long a wait at the empty queue lasts: the time in which a worker notices anything else. */
const DRAIN_DELAY_S = 2;
const RETRY_MS = 500;
const WATCH_MS = 500;
const MEMBERS_MS = 5000;

/** Where runs are computed. */
export interface TaskRunner {
  run(task: RunnerTask): Promise<RunAnswer>;
}

/** A run as a job carries it, its scenario in place. */
export interface RunnerTask extends Pick<RunTask, 'hash' | 'kind' | 'seed' | 'warmupS' | 'keepsSeries'> {
  readonly ref: SetupRef;
}

/** What a worker has done, and is doing. */
export interface WorkerState {
  readonly finished: number;
  readonly failed: number;
  readonly handedBack: number;
  readonly underWay: number;
}

export interface QueueWorkerOptions extends LinkOptions {
  readonly engineVersion: string;
  /** Runs at a time. */
  readonly threads: number;
  readonly runner: TaskRunner;
  /** How long a lost worker's runs stay reserved for it. */
  readonly lockS?: number | undefined;
  /** Ends when there has been nothing to do for so long; by default it waits for ever. */
  readonly untilIdleS?: number | undefined;
  /** After each run. */
  readonly onRun?: ((seed: string, tookS: number, error: Error | null) => void) | undefined;
  readonly onState?: ((state: WorkerState) => void) | undefined;
}

export class QueueWorker {
  /** Resolves when the worker has ended; rejects with `RedisUnavailable`. */
  readonly ended: Promise<WorkerState>;
  private readonly link: RedisLink;
  private readonly worker: Worker<RunTask>;
  private readonly bundles: UnpackedBundles;
  private readonly membership: Membership;
  private counts = { finished: 0, failed: 0, handedBack: 0, underWay: 0 };
  private idleSinceMs = Date.now();
  private timers: NodeJS.Timeout[] = [];
  private readonly strangers = new Set<string>();
  private closing: Promise<void> | null = null;
  private settle!: { resolve: (state: WorkerState) => void; reject: (error: RedisUnavailable) => void };

  /** Begins at once. Throws `RedisAddressError`. */
  constructor(private readonly options: QueueWorkerOptions) {
    const { engineVersion, threads, lockS = LOCK_S_DEFAULT } = options;
    this.ended = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.link = new RedisLink(options);
    this.bundles = new UnpackedBundles(this.link.client);
    this.membership = new Membership(this.link.client, { role: 'worker', engine: engineVersion, threads });
    this.worker = new Worker<RunTask>(queueName(engineVersion), (job, token) => this.process(job, token), {
      connection: this.link.client,
      prefix: KEY_PREFIX,
      concurrency: threads,
      lockDuration: lockS * 1000,
      stalledInterval: Math.max(500, (lockS * 1000) / 4),
      maxStalledCount: LOST_WORKERS_MAX,
      drainDelay: DRAIN_DELAY_S,
      runRetryDelay: RETRY_MS,
    });
    // Everything that goes wrong between this worker and Redis comes here; the connection tells what matters.
    this.worker.on('error', (error) => this.link.note(error));
    this.link.onGivenUp((error) => {
      void this.cleanUp();
      this.settle.reject(error);
    });
    void this.begin();
  }

  get state(): WorkerState {
    return { ...this.counts };
  }

  /** Of Redis, without a password. */
  get place(): string {
    return this.link.place;
  }

  /**
   * Takes nothing more, and ends when the runs under way are finished. Where the runner gives them up before, they go
   * back to the queue.
   */
  close(): Promise<void> {
    this.closing ??= this.leave();
    return this.closing;
  }

  private async begin(): Promise<void> {
    try {
      await this.link.ready();
      await this.membership.begin();
    } catch {
      // Given up on, which `ended` tells, or closed before it began.
      return;
    }
    if (this.closing !== null) return;
    this.idleSinceMs = Date.now();
    this.timers = [
      setInterval(() => this.watchIdle(), WATCH_MS),
      setInterval(() => void this.watchStrangers().catch(() => {}), MEMBERS_MS),
    ];
  }

  private async leave(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.worker.close();
    if (this.link.isReady) await this.membership.end().catch(() => {});
    await this.cleanUp();
    this.settle.resolve(this.state);
  }

  private async cleanUp(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.membership.stop();
    this.link.close();
    await this.worker.close(true);
    this.bundles.remove();
  }

  private async process(job: Job<RunTask>, token: string | undefined): Promise<null> {
    const run = job.id!;
    const startMs = performance.now();
    this.count({ underWay: 1 });
    try {
      // A worker that lost its connection, or its life, after it had put the result there: nothing is repeated.
      if (job.attemptsStarted > 1 && (await this.link.client.exists(resultKey(run))) === 1) return null;
      const answer = await this.answer(job.data);
      const { engineVersion } = this.options;
      const bytes = await packAnswer(engineVersion, run, answer);
      await this.link.client.set(resultKey(run), bytes, 'EX', KEPT_S);
      this.count({ finished: 1 });
      this.options.onRun?.(job.data.seed, (performance.now() - startMs) / 1000, null);
      return null;
    } catch (error) {
      if (error instanceof Interrupted) {
        await job.moveToWait(token);
        this.count({ handedBack: 1 });
        throw new WaitingError();
      }
      this.count({ failed: 1 });
      const failure = error instanceof Error ? error : new Error(String(error));
      this.options.onRun?.(job.data.seed, (performance.now() - startMs) / 1000, failure);
      throw forTheCoordinator(failure);
    } finally {
      this.count({ underWay: -1 });
    }
  }

  private async answer(data: unknown): Promise<RunAnswer> {
    const { engine, bundle, variant, set, version: _, ...task } = taskSchema.parse(data);
    if (engine !== this.options.engineVersion)
      throw new WrongEngine(`the run is for engine ${engine}, this worker has ${this.options.engineVersion}`);
    const scenario = await this.bundles.scenario(bundle);
    return this.options.runner.run({ ref: { scenario, variant, set }, ...task });
  }

  private count(changes: Partial<Record<keyof WorkerState, number>>): void {
    for (const key of ['finished', 'failed', 'handedBack', 'underWay'] as const)
      this.counts[key] += changes[key] ?? 0;
    this.idleSinceMs = Date.now();
    this.options.onState?.(this.state);
  }

  /** While Redis is away nobody knows whether there is work. */
  private watchIdle(): void {
    const { untilIdleS } = this.options;
    if (this.counts.underWay > 0 || !this.link.isReady) this.idleSinceMs = Date.now();
    if (untilIdleS !== undefined && Date.now() - this.idleSinceMs >= untilIdleS * 1000) void this.close();
  }

  /** Coordinators of another version: their runs are left for workers of that version, and it is said once. */
  private async watchStrangers(): Promise<void> {
    if (!this.link.isReady) return;
    for (const { role, engine, host, pid } of await this.membership.others()) {
      if (role !== 'coordinator' || engine === this.options.engineVersion || this.strangers.has(engine))
        continue;
      this.strangers.add(engine);
      this.options.tell(
        `an experiment of ${host}/${pid} needs workers of engine ${engine}; this worker has ${this.options.engineVersion} and leaves its runs to others`,
      );
    }
  }
}

class WrongEngine extends Error {
  override readonly name = 'WrongEngine';
}

/** Failures that another worker may not have: too little memory, a disk that is full. */
const OF_THIS_MACHINE = /^(ENOSPC|EMFILE|ENFILE|ENOMEM|ERR_WORKER_)/;

/** In a form that tells where it happened; another attempt is made only where it may end differently. */
function forTheCoordinator(error: Error): Error {
  const { name, message } = error;
  const code = 'code' in error ? String(error.code) : '';
  const told = JSON.stringify({ name, message, worker: memberName() });
  const passing = OF_THIS_MACHINE.test(code) && !(error instanceof BundleMissing);
  return passing ? new Error(told) : new UnrecoverableError(told);
}
