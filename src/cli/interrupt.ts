/** Ctrl-C and a polite kill: the first asks the work to stop and keep what it has, the second ends it at once. */
import { ExitCode } from './exit-code.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Calls `work` with a signal that the first interrupt aborts. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
