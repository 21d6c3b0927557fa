/** `wipsim worker --redis URL`: takes runs of experiments from a queue in Redis and computes them. */
import { availableParallelism } from 'node:os';
import { ENGINE_VERSION } from '../../execution/engine-version.js';
import { QueueWorker, type WorkerState } from '../../execution/queue/queue-worker.js';
import { Threads } from '../../execution/threads/threads.js';
import { CommandError } from '../command-error.js';
import { durationOption } from '../duration-option.js';
import { ExitCode } from '../exit-code.js';
import { printMessage } from '../output.js';

export interface WorkerOptions {
  /** By default `WIPSIM_REDIS` of the environment. */
  readonly redis?: string;
  /** Durations, as they were written. */
  readonly redisTimeout: string;
  readonly untilIdle?: string;
  /** That runs under way may take to finish when the worker is asked to end. */
  readonly grace: string;
  readonly lock: string;
  readonly workers?: number;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** When runs have been given up, Redis has so long to hear of it; then their locks run out by themselves. */
const LEAVE_MS = 5000;

export async function worker(options: WorkerOptions): Promise<ExitCode> {
  const { redis = process.env.WIPSIM_REDIS ?? '', untilIdle, quiet } = options;
  if (redis === '') throw new CommandError('expected --redis URL, or WIPSIM_REDIS in the environment');
  const timeoutS = durationOption('--redis-timeout', options.redisTimeout, 1);
  const untilIdleS = untilIdle === undefined ? undefined : durationOption('--until-idle', untilIdle);
  const graceS = durationOption('--grace', options.grace);
  const lockS = durationOption('--lock', options.lock, 1);
  const threads = options.workers ?? availableParallelism();
  const givingUp = new AbortController();
  const pool = new Threads({ workers: threads, signal: givingUp.signal });
  const screen = new Screen(options);
  try {
    const running = new QueueWorker({
      url: redis,
      timeoutS,
      engineVersion: ENGINE_VERSION,
      threads,
      runner: { run: (task) => pool.answer(task) },
      lockS,
      untilIdleS,
      tell: (message) => screen.say(message),
      onRun: (seed, tookS, error) => screen.note(seed, tookS, error),
      onState: (state) => screen.count(state),
    });
    screen.say(
      `taking runs for engine ${ENGINE_VERSION} from ${running.place}, ${threads} at a time; Ctrl-C ends it`,
    );
    const stopListening = leaveOnSignal(running, givingUp, graceS, screen);
    const { finished, failed, handedBack } = await running.ended.finally(stopListening);
    const rest = [
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(handedBack === 0 ? [] : [`${handedBack} handed back`]),
    ];
    if (quiet !== true) screen.say([`ended after ${runs(finished)}`, ...rest].join(', '));
    return ExitCode.fine;
  } finally {
    screen.clear();
    await pool.close();
  }
}

/**
 * The first signal: nothing new is taken, and what is under way has the time of grace to finish. The second, or the
 * end of that time: what is under way goes back to the queue, for other workers. The third ends it at once.
 */
function leaveOnSignal(
  running: QueueWorker,
  givingUp: AbortController,
  graceS: number,
  screen: Screen,
): () => void {
  const timers: NodeJS.Timeout[] = [];
  let signals = 0;
  const giveUp = (): void => {
    if (givingUp.signal.aborted) return;
    const { underWay } = running.state;
    if (underWay > 0) screen.say(`handing ${runs(underWay)} back to the queue`);
    givingUp.abort();
    timers.push(setTimeout(() => process.exit(ExitCode.interrupted), LEAVE_MS));
  };
  const onSignal = (): void => {
    signals++;
    if (signals > 2) process.exit(ExitCode.interrupted);
    if (signals === 2) giveUp();
    if (signals > 1) return;
    const { underWay } = running.state;
    if (underWay === 0) timers.push(setTimeout(giveUp, 0));
    else {
      screen.say(
        `ending: ${runs(underWay)} may finish within ${graceS} s; a second signal hands back at once`,
      );
      timers.push(setTimeout(giveUp, graceS * 1000));
    }
    void running.close();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return () => {
    for (const name of SIGNALS) process.off(name, onSignal);
    for (const timer of timers) clearTimeout(timer);
  };
}

/** A line for each run with `--verbose`; otherwise, where somebody watches, one line that counts. */
class Screen {
  private readonly counts: boolean;
  private shown = '';

  constructor(private readonly options: Pick<WorkerOptions, 'verbose' | 'quiet'>) {
    this.counts = options.verbose !== true && options.quiet !== true && process.stderr.isTTY === true;
  }

  say(message: string): void {
    this.clear();
    printMessage(`wipsim worker: ${message}`);
    this.draw();
  }

  note(seed: string, tookS: number, error: Error | null): void {
    if (this.options.verbose !== true) return;
    const end = error === null ? 'finished' : `failed: ${error.message}`;
    this.say(`run of seed ${seed} ${end} (${tookS.toFixed(2)} s)`);
  }

  count({ finished, failed, underWay }: WorkerState): void {
    if (!this.counts) return;
    const failures = failed === 0 ? '' : `, ${failed} failed`;
    this.clear();
    this.shown = `${runs(finished)} finished${failures}, ${underWay} under way`;
    this.draw();
  }

  clear(): void {
    if (this.shown !== '' && this.counts) process.stderr.write('\r\x1b[K');
  }

  private draw(): void {
    if (this.counts) process.stderr.write(this.shown);
  }
}

const runs = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);
