/**
 * What worker threads cost and bring: the share of a run's time that goes into sending it to a thread and its answer
 * back, by runs in which next to nothing happens, on one thread of the pool and on this one in turn; and how much sooner
 * a sweep of 64 points of the shipped quick start is through on two threads than on one. Threads run what is in `dist`.
 */
import { readFileSync } from 'node:fs';
import { ThisThread } from '../src/execution/this-thread.js';
import { ThreadError } from '../src/execution/threads/thread-error.js';
import { Threads } from '../src/execution/threads/threads.js';
import type { RunSource, Setup } from '../src/experiment/run-source.js';
import { createSetupLoader } from '../src/traces/setup-loader.js';

const EMPTY_RUNS = 300;
const POINTS = 64;

export interface ThreadsRound {
  readonly dispatchMs: number;
  /** The same run on this thread. */
  readonly emptyRunMs: number;
  readonly oneThreadS: number;
  readonly twoThreadsS: number;
}

/** Null where `dist` is not this engine's. */
export async function threadsRounds(rounds: number): Promise<ThreadsRound[] | null> {
  const load = createSetupLoader();
  const name = 'quick start';
  const text = readFileSync(new URL('../scenarios/quick-start.yaml', import.meta.url), 'utf8');
  const at = (...set: string[]): Promise<Setup> =>
    load({ scenario: { name, text, folder: '.' }, variant: null, set });
  const empty = [await at('run.duration=1s', 'run.warmup=0s')];
  const points = await Promise.all(
    Array.from({ length: POINTS }, (_, i) =>
      at(`pools.gpus.nodes=${1 + (i % 8)}`, `run.load=${1 + Math.floor(i / 8) / 10}`),
    ),
  );
  const here = new ThisThread();
  const one = new Threads({ workers: 1 });
  const two = new Threads({ workers: 2 });
  try {
    const results: ThreadsRound[] = [];
    for (let round = 0; round <= rounds; round++) {
      const emptyRunMs = (1000 * (await secondsFor(here, empty, EMPTY_RUNS, round))) / EMPTY_RUNS;
      const sentMs = (1000 * (await secondsFor(one, empty, EMPTY_RUNS, round))) / EMPTY_RUNS;
      const oneThreadS = await secondsFor(one, points, POINTS, round);
      const twoThreadsS = await secondsFor(two, points, POINTS, round);
      // The first round warms the threads up.
      if (round > 0) results.push({ dispatchMs: sentMs - emptyRunMs, emptyRunMs, oneThreadS, twoThreadsS });
    }
    return results;
  } catch (error) {
    if (error instanceof ThreadError) return null;
    throw error;
  } finally {
    await one.close();
    await two.close();
  }
}

async function secondsFor(source: RunSource, setups: readonly Setup[], runs: number, round: number) {
  const beginMs = performance.now();
  await Promise.all(
    Array.from({ length: runs }, (_, i) =>
      source.ask({
        setup: setups[i % setups.length]!,
        kind: 'replication',
        seed: `bench-${round}/${i}`,
        warmupS: 0,
        keepsSeries: false,
      }),
    ),
  );
  return (performance.now() - beginMs) / 1000;
}
