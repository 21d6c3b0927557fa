/** A run that a worker thread could not answer for, with no error of its own: the thread is gone, or it is another engine's. */
import { ENGINE_VERSION } from '../engine-version.js';
import type { ThreadTask } from './task.js';

export class ThreadError extends Error {
  override readonly name = 'ThreadError';
}

/** @param cause what the pool says of the thread that had the run */
export function lostThread(
  { seed, ref: { scenario } }: Pick<ThreadTask, 'seed' | 'ref'>,
  cause: unknown,
): ThreadError {
  const what = `the worker thread with seed ${seed} of ${scenario.name}`;
  const { message, code } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new ThreadError(
      `${what} ran out of memory: fewer --workers leave more for each, as does NODE_OPTIONS=--max-old-space-size=MEGABYTES`,
      { cause },
    );
  const advice = message.startsWith('worker exited') ? ': policy files must not end the process' : '';
  return new ThreadError(`${what} ended before the run did (${message})${advice}`, { cause });
}

export const brokenPool = (cause: unknown): ThreadError =>
  new ThreadError(
    `a worker thread failed with no run under way: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

/** Threads run what was built, a coordinator perhaps what was changed since: their answers would not be this engine's. */
export function otherEngine(version: string | undefined): ThreadError | null {
  return version === ENGINE_VERSION
    ? null
    : new ThreadError(
        `dist was built from other sources (worker threads are ${version ?? 'of an older build'}, this is ${ENGINE_VERSION}): npm run build`,
      );
}
