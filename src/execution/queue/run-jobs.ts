/** The coordinator's view of the queue: runs as BullMQ jobs, called by their run keys. */
import { Queue, QueueEvents } from 'bullmq';
import { KEY_PREFIX, queueName, type RunFailure, type RunTask, readFailure } from './protocol.js';
import type { RedisLink } from './redis-link.js';

/** A worker that cannot run a job for a reason of its own (memory, disk) hands it to the next one. */
const ATTEMPTS = 3;
/** Redis keeps so many events; they are small. */
const EVENTS_KEPT = 10_000;

export interface JobState {
  readonly exists: boolean;
  /** Of a job that has failed for good. */
  readonly failure: RunFailure | null;
}

export class RunJobs {
  private readonly queue: Queue<RunTask>;
  private events: QueueEvents | null = null;

  constructor(
    private readonly link: RedisLink,
    engineVersion: string,
  ) {
    this.queue = new Queue<RunTask>(queueName(engineVersion), {
      connection: link.client,
      prefix: KEY_PREFIX,
      streams: { events: { maxLen: EVENTS_KEPT } },
    });
    this.queue.on('error', (error) => link.note(error));
  }

  async ready(): Promise<void> {
    await this.queue.waitUntilReady();
  }

  /** From here on, also what happens before the first event is read. */
  async listen(
    onCompleted: (run: string) => void,
    onFailed: (run: string, failure: RunFailure) => void,
  ): Promise<void> {
    const [last] = await this.link.client.xrevrange(this.queue.toKey('events'), '+', '-', 'COUNT', 1);
    this.events = new QueueEvents(this.queue.name, {
      connection: this.link.client,
      prefix: KEY_PREFIX,
      lastEventId: last?.[0] ?? '0-0',
    });
    this.events.on('error', (error) => this.link.note(error));
    this.events.on('completed', ({ jobId }) => onCompleted(jobId));
    this.events.on('failed', ({ jobId, failedReason }) => onFailed(jobId, readFailure(failedReason)));
  }

  /** A run that is there already is not added a second time, unless it has failed. */
  async add(jobs: readonly { readonly run: string; readonly task: RunTask }[]): Promise<void> {
    // A failure that an earlier coordinator was told of says nothing about this attempt.
    const states = await this.states(jobs.map(({ run }) => run));
    await this.remove(jobs.filter((_, index) => states[index]!.failure !== null).map(({ run }) => run));
    await this.queue.addBulk(
      jobs.map(({ run, task }) => ({
        name: 'run',
        data: task,
        opts: {
          jobId: run,
          attempts: ATTEMPTS,
          backoff: { type: 'fixed', delay: 500 },
          removeOnComplete: true,
          removeOnFail: { age: 3600, count: 1000 },
          stackTraceLimit: 0,
        },
      })),
    );
  }

  /** One that a worker has already is left to it: BullMQ removes no job that is under way. */
  async remove(runs: readonly string[]): Promise<void> {
    await Promise.all(runs.map((run) => this.queue.remove(run)));
  }

  async states(runs: readonly string[]): Promise<JobState[]> {
    if (runs.length === 0) return [];
    const pipeline = this.link.client.pipeline();
    for (const run of runs) pipeline.hmget(this.queue.toKey(run), 'timestamp', 'finishedOn', 'failedReason');
    const replies = (await pipeline.exec()) ?? [];
    return runs.map((_, index) => {
      const [error, fields] = replies[index] ?? [new Error('Redis gave no answer'), null];
      if (error !== null) throw error;
      const [timestamp, finishedOn, failedReason] = fields as (string | null)[];
      return {
        exists: typeof timestamp === 'string',
        // A job that waits for another attempt has a reason, too, but is not finished.
        failure:
          typeof finishedOn === 'string' && typeof failedReason === 'string'
            ? readFailure(failedReason)
            : null,
      };
    });
  }

  async close(): Promise<void> {
    await this.events?.close();
    this.events = null;
  }

  /** Where Redis does not answer: the connection that listens would try for ever to come back, and keep the process alive. */
  abandon(): void {
    const { events } = this;
    this.events = null;
    // Both: one says that it is over, the other waits for no answer.
    events?.close().catch(() => {});
    events?.disconnect().catch(() => {});
  }
}
