/** A worker thread: compiles the setup it is told of and runs what was asked for. The pool calls it task by task. */
import { parentPort } from 'node:worker_threads';
import type { RunRequest } from '../../experiment/run-source.js';
import { createSetupLoader } from '../../traces/setup-loader.js';
import { ENGINE_VERSION } from '../engine-version.js';
import { OneRun } from '../one-run.js';
import { SAMPLE_MS } from '../this-thread.js';
import {
  failureOf,
  type ThreadLoaded,
  type ThreadReply,
  type ThreadSample,
  type ThreadTask,
} from './task.js';

const load = createSetupLoader();
parentPort?.postMessage({ loaded: true } satisfies ThreadLoaded);

export default async function work(task: ThreadTask): Promise<ThreadReply> {
  try {
    const { id, ref, hash, wantsSamples, ...asked } = task;
    const setup = await load(ref);
    if (setup.compiled.hash !== hash)
      throw new Error(`${ref.scenario.name}: a file that it names has changed since it was read first`);
    return { engine: ENGINE_VERSION, answer: run({ setup, ...asked }, wantsSamples ? id : null) };
  } catch (error) {
    return { engine: ENGINE_VERSION, failure: failureOf(error) };
  }
}

function run(request: RunRequest, reportsAs: number | null) {
  const one = new OneRun(request);
  let sampledMs = Number.NEGATIVE_INFINITY;
  while (!one.advance()) {
    const nowMs = performance.now();
    if (reportsAs === null || nowMs - sampledMs < SAMPLE_MS) continue;
    parentPort?.postMessage({ id: reportsAs, sample: one.sample() } satisfies ThreadSample);
    sampledMs = nowMs;
  }
  return one.answer();
}
