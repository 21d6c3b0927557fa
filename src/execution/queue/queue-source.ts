/**
 * Runs on other machines: each is a job of a BullMQ queue in Redis, called by its run key, so that asking twice is
 * asking once and a killed coordinator finds what was computed for it.
 *
 * Events say at once that a run is finished. They are an accelerator and not relied on: a slow look at everything that
 * is awaited finds results whose event was missed, and adds again what Redis has forgotten.
 */
import { Interrupted, type RunAnswer, type RunRequest, type RunSource } from '../../experiment/run-source.js';
import { runKey } from '../journal/journaled-source.js';
import { BundleShelf, type FilesOf } from './bundle-shelf.js';
import { Membership } from './members.js';
import { KEPT_AFTER_TAKING_S, newTask, type RunFailure, resultKey, unpackAnswer } from './protocol.js';
import { type LinkOptions, RedisLink, RedisUnavailable } from './redis-link.js';
import { RunJobs } from './run-jobs.js';
import { WorkerWatch } from './worker-watch.js';

const LOOK_MS = 5000;
/** Jobs or results handled in one exchange with Redis. */
const CHUNK = 200;
/** How often what is lost in Redis is put there again before it counts as a failure. */
const REPAIRS_MAX = 20;
/** How long a goodbye to Redis may take. */
const LEAVE_MS = 2000;
/** However many workers there are or may come: their number is not known at the beginning. */
export const QUEUE_PARALLELISM = 512;

export interface QueueSourceOptions extends LinkOptions {
  readonly engineVersion: string;
  /** The files that a setup's scenario names. */
  readonly filesOf: FilesOf;
  readonly signal?: AbortSignal | undefined;
}

/** A run failed on a worker. */
export class WorkerRunError extends Error {
  override readonly name = 'WorkerRunError';

  /** @param errorName what kind of error it was there */
  constructor(
    message: string,
    readonly errorName: string,
  ) {
    super(message);
  }
}

interface Awaited {
  readonly request: RunRequest;
  readonly promise: Promise<RunAnswer>;
  readonly resolve: (answer: RunAnswer) => void;
  readonly reject: (error: unknown) => void;
  repairs: number;
  /** Asked for in Redis, or on the way there. */
  added: boolean;
}

export class QueueSource implements RunSource {
  readonly parallelism = QUEUE_PARALLELISM;
  private readonly link: RedisLink;
  private readonly jobs: RunJobs;
  private readonly shelf: BundleShelf;
  private readonly membership: Membership;
  private readonly workers: WorkerWatch;
  private readonly awaited = new Map<string, Awaited>();
  private timer: NodeJS.Timeout | null = null;
  /** Of a batch that is being gathered. */
  private readonly toAdd: string[] = [];
  private readonly toTake = new Set<string>();
  private looking = false;
  private ended: Error | null = null;
  private readonly opened: Promise<void>;
  private toldTrouble = '';
  private withdrawing: Promise<void> = Promise.resolve();

  /** Begins to connect. Throws `RedisAddressError`. */
  constructor(private readonly options: QueueSourceOptions) {
    this.link = new RedisLink(options);
    this.jobs = new RunJobs(this.link, options.engineVersion);
    this.shelf = new BundleShelf(this.link.client, options.filesOf);
    this.membership = new Membership(this.link.client, {
      role: 'coordinator',
      engine: options.engineVersion,
      threads: 0,
    });
    this.workers = new WorkerWatch(this.membership, options.engineVersion, this.link.place, options.tell);
    this.link.onGivenUp((error) => this.end(error));
    options.signal?.addEventListener('abort', this.interrupt, { once: true });
    if (options.signal?.aborted === true) this.interrupt();
    this.opened = this.open();
    this.opened.catch((error: unknown) =>
      this.end(
        error instanceof RedisUnavailable
          ? error
          : new RedisUnavailable(`Redis at ${this.link.place}: ${messageOf(error)}`),
      ),
    );
  }

  private async open(): Promise<void> {
    await this.link.ready();
    await this.jobs.ready();
    if (this.ended !== null) return;
    await this.membership.begin();
    await this.jobs.listen(
      (run) => this.takeSoon(run),
      (run, failure) => this.fail(run, failure),
    );
    // After an absence events may be missing, and everything else too.
    this.link.onReady(() => void this.look());
    if (this.ended === null) this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  ask(request: RunRequest): Promise<RunAnswer> {
    if (this.ended !== null) return Promise.reject(this.ended);
    const run = runKey(this.options.engineVersion, request);
    const known = this.awaited.get(run);
    if (known !== undefined) return known.promise;
    const { promise, resolve, reject } = withResolvers<RunAnswer>();
    this.awaited.set(run, { request, promise, resolve, reject, repairs: 0, added: false });
    // All that is asked for in one go is one exchange.
    if (this.toAdd.push(run) === 1) setImmediate(() => void this.addGathered());
    return promise;
  }

  /** What is not taken by a worker yet is withdrawn; what is finished from here on stays in Redis for the next time. */
  async close(): Promise<void> {
    this.end(new Interrupted());
    const leaving = this.link.isReady ? this.leave() : Promise.resolve();
    await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
    this.jobs.abandon();
    this.membership.stop();
    this.link.close();
  }

  private async leave(): Promise<void> {
    try {
      // What is being opened is there to be closed afterwards.
      await this.opened.catch(() => {});
      await this.withdrawing;
      await this.membership.end();
      await this.jobs.close();
    } catch {
      // Redis is away: there is nobody to say goodbye to.
    }
  }

  private readonly interrupt = (): void => {
    const runs = [...this.awaited.keys()];
    this.end(new Interrupted());
    this.withdrawing = this.withdraw(runs).catch(() => {});
  };

  private end(error: Error): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.options.signal?.removeEventListener('abort', this.interrupt);
    this.ended ??= error;
    const awaited = [...this.awaited.values()];
    this.awaited.clear();
    for (const { reject } of awaited) reject(error);
  }

  private async withdraw(runs: readonly string[]): Promise<void> {
    if (!this.link.isReady) return;
    for (const chunk of chunksOf(runs)) await this.jobs.remove(chunk);
  }

  private async addGathered(): Promise<void> {
    try {
      await this.opened;
    } catch {
      // Everybody who waits has been told.
      return;
    }
    const runs = this.toAdd.splice(0).filter((run) => this.awaited.has(run));
    for (const chunk of chunksOf(runs)) await this.guarded(() => this.findOrAdd(chunk));
  }

  /** Takes what is there already, from a coordinator that was killed for example, and adds the rest. */
  private async findOrAdd(runs: readonly string[]): Promise<void> {
    await this.take(runs);
    const missing = runs.filter((run) => this.awaited.has(run));
    if (missing.length > 0) await this.add(missing);
  }

  private async add(runs: readonly string[]): Promise<void> {
    const jobs = [];
    for (const run of runs) {
      const awaited = this.awaited.get(run);
      if (awaited === undefined) continue;
      const { setup, kind, seed, warmupS, keepsSeries } = awaited.request;
      let bundle: string;
      try {
        bundle = await this.shelf.place(setup.ref);
      } catch (error) {
        if (isConnectionTrouble(error)) throw error;
        this.reject(run, error);
        continue;
      }
      const { variant, set } = setup.ref;
      const task = newTask({
        engine: this.options.engineVersion,
        bundle,
        variant,
        set: [...set],
        hash: setup.compiled.hash,
        kind,
        seed,
        warmupS,
        keepsSeries,
      });
      jobs.push({ run, task });
    }
    await this.jobs.add(jobs);
    for (const { run } of jobs) {
      const awaited = this.awaited.get(run);
      if (awaited !== undefined) awaited.added = true;
    }
  }

  private takeSoon(run: string): void {
    if (!this.awaited.has(run)) return;
    this.toTake.add(run);
    if (this.toTake.size > 1) return;
    setImmediate(() => {
      const runs = [...this.toTake];
      this.toTake.clear();
      for (const chunk of chunksOf(runs)) void this.guarded(() => this.take(chunk));
    });
  }

  /** Gives the results that are there to whoever waits for them. */
  private async take(runs: readonly string[]): Promise<void> {
    const { client } = this.link;
    const found = await client.mgetBuffer(runs.map(resultKey));
    const taken: string[] = [];
    const unusable: string[] = [];
    for (const [index, run] of runs.entries()) {
      const bytes = found[index];
      const awaited = this.awaited.get(run);
      if (bytes === null || bytes === undefined || awaited === undefined) continue;
      const answer = await unpackAnswer(bytes, this.options.engineVersion, run, awaited.request.kind);
      if (answer === null) unusable.push(run);
      else {
        this.awaited.delete(run);
        taken.push(run);
        awaited.resolve(answer);
      }
    }
    const pipeline = client.pipeline();
    for (const run of taken) pipeline.expire(resultKey(run), KEPT_AFTER_TAKING_S);
    for (const run of unusable) pipeline.del(resultKey(run));
    if (pipeline.length > 0) await pipeline.exec();
    if (unusable.length > 0) {
      this.options.tell(
        unusable.length === 1
          ? 'a result in Redis is damaged; its run is repeated'
          : `${unusable.length} results in Redis are damaged; their runs are repeated`,
      );
      await this.repair(unusable);
    }
  }

  /** The slow look: what has come without an event, what has failed, what has vanished. */
  private async look(): Promise<void> {
    if (this.looking || this.ended !== null || !this.link.isReady) return;
    this.looking = true;
    const runs = [...this.awaited].filter(([, { added }]) => added).map(([run]) => run);
    const forgotten = [...this.awaited].filter(([, { added }]) => !added).map(([run]) => run);
    await this.guarded(async () => {
      for (const chunk of chunksOf(runs)) await this.lookAt(chunk);
      // Whose adding failed, for example because Redis had no memory left.
      for (const chunk of chunksOf(forgotten)) await this.findOrAdd(chunk);
      await this.workers.look(this.awaited.size > 0);
    });
    this.looking = false;
  }

  private async lookAt(runs: readonly string[]): Promise<void> {
    // First the jobs and then the results: a job goes only after its result has come.
    const states = await this.jobs.states(runs);
    await this.take(runs);
    const vanished: string[] = [];
    for (const [index, run] of runs.entries()) {
      if (!this.awaited.has(run)) continue;
      const { exists, failure } = states[index]!;
      if (failure !== null) this.fail(run, failure);
      else if (!exists) vanished.push(run);
    }
    await this.repair(vanished);
  }

  private async repair(runs: readonly string[]): Promise<void> {
    const again = runs.filter((run) => {
      const awaited = this.awaited.get(run);
      if (awaited === undefined) return false;
      if (awaited.repairs++ < REPAIRS_MAX) return true;
      this.reject(
        run,
        new WorkerRunError(
          `the run of seed ${awaited.request.seed} vanished from Redis ${REPAIRS_MAX} times; does something else delete its keys, or does Redis evict them (maxmemory-policy must be noeviction)?`,
          'Error',
        ),
      );
      return false;
    });
    if (again.length === 0) return;
    this.shelf.forget();
    await this.add(again);
  }

  private fail(run: string, failure: RunFailure): void {
    const awaited = this.awaited.get(run);
    if (awaited === undefined) return;
    // Redis has lost the scenario, with a restart for example, but not the job.
    if (failure.name === 'BundleMissing' && awaited.repairs < REPAIRS_MAX) {
      void this.guarded(() => this.repair([run]));
      return;
    }
    const { seed } = awaited.request;
    const where = failure.worker === '' ? '' : ` on worker ${failure.worker}`;
    const message = failure.message.startsWith('job stalled')
      ? `the run of seed ${seed} was given to one worker after the other and all of them were lost; does it need more memory than a worker has?`
      : `the run of seed ${seed} failed${where}: ${failure.message}`;
    this.reject(run, new WorkerRunError(message, failure.name));
  }

  private reject(run: string, error: unknown): void {
    const awaited = this.awaited.get(run);
    this.awaited.delete(run);
    awaited?.reject(error);
  }

  /**
   * Errors that Redis answers (no memory, no disk, read-only) are told once, and the slow look tries again: work that
   * is finished is worth more than a quick end.
   */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.toldTrouble = '';
    } catch (error) {
      if (this.ended !== null) return;
      const message = messageOf(error);
      if (message === this.toldTrouble) return;
      this.toldTrouble = message;
      this.options.tell(`Redis at ${this.link.place}: ${message}; trying again`);
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A mistake of a scenario's files is the experiment's; anything that Redis or its connection says is not. */
const isConnectionTrouble = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ReplyError' || /^Connection is closed/.test(error.message));

function* chunksOf<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
