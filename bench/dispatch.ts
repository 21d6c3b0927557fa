/**
 * What a run costs beyond itself when it is sent over Redis: a coordinator and a worker in one process, whose runner
 * answers at once with an outcome of the shipped quick start. The baseline is bare BullMQ with the same outcome as a
 * return value: a job added, taken and heard of.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { QueueSource } from '../src/execution/queue/queue-source.js';
import { QueueWorker } from '../src/execution/queue/queue-worker.js';
import { outcomeOf } from '../src/experiment/run-outcome.js';
import type { RunAnswer } from '../src/experiment/run-source.js';
import { simulate } from '../src/simulation/simulate.js';
import { createSetupLoader } from '../src/traces/setup-loader.js';

const RUNS = 400;
/** Under way at a time, as in an experiment with some workers. */
const WINDOW = 32;

export interface DispatchRound {
  readonly msPerRun: number;
  readonly bareMsPerRun: number;
}

/** Null where there is no Redis server to measure with. */
export async function dispatchRounds(rounds: number): Promise<DispatchRound[] | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'wipsim-bench-'));
  const socket = join(folder, 'redis.sock');
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder],
    {
      stdio: 'ignore',
    },
  );
  try {
    const text = readFileSync(new URL('../scenarios/quick-start.yaml', import.meta.url), 'utf8');
    const ref = { scenario: { name: 'quick start', text, folder: '.' }, variant: null, set: [] };
    const setup = await createSetupLoader()(ref);
    const { system, policies } = setup.compiled;
    const outcome = outcomeOf(simulate(system, policies, '1/1', { warmupS: 0 }), 0, false);
    const answer: RunAnswer = { kind: 'replication', outcome };
    const results: DispatchRound[] = [];
    for (let round = 0; round <= rounds; round++) {
      const bareMsPerRun = await bare(socket, answer);
      const source = new QueueSource({
        url: `unix:${socket}`,
        timeoutS: 10,
        tell: () => {},
        engineVersion: `bench-${round}`,
        filesOf: async () => [],
      });
      const worker = new QueueWorker({
        url: `unix:${socket}`,
        timeoutS: 10,
        tell: () => {},
        engineVersion: `bench-${round}`,
        threads: 4,
        runner: { run: async () => answer },
      });
      const msPerRun = await timed((index) =>
        source.ask({
          setup,
          kind: 'replication',
          seed: `${round}/${index}`,
          warmupS: 0,
          keepsSeries: false,
        }),
      );
      await source.close();
      await worker.close();
      // The first round warms the machine up.
      if (round > 0) results.push({ msPerRun, bareMsPerRun });
    }
    return results;
  } finally {
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bare(socket: string, answer: RunAnswer): Promise<number> {
  const connection = new Redis({ path: socket, maxRetriesPerRequest: null });
  const queue = new Queue('bare', { connection });
  // Each job that is waited for listens.
  queue.setMaxListeners(0);
  const events = new QueueEvents('bare', { connection });
  await events.waitUntilReady();
  const worker = new Worker('bare', async () => answer, { connection, concurrency: 4 });
  const ms = await timed(async () => {
    const job = await queue.add('run', {}, { removeOnComplete: true });
    return job.waitUntilFinished(events);
  });
  await worker.close();
  await events.close();
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
  return ms;
}

/** Milliseconds for each, where so many are under way at a time. */
async function timed(ask: (index: number) => Promise<unknown>): Promise<number> {
  const beginMs = performance.now();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < RUNS) await ask(next++);
  };
  await Promise.all(Array.from({ length: WINDOW }, one));
  return (performance.now() - beginMs) / RUNS;
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill();
  });
}
