/** A coordinator and workers in this process, with a runner that computes nothing but an answer one can recognise. */
import type { QueueSourceOptions } from '../../../src/execution/queue/queue-source.js';
import { QueueSource } from '../../../src/execution/queue/queue-source.js';
import {
  QueueWorker,
  type QueueWorkerOptions,
  type RunnerTask,
} from '../../../src/execution/queue/queue-worker.js';
import type { RunAnswer, RunRequest, Setup } from '../../../src/experiment/run-source.js';
import { ScenarioFiles } from '../../../src/traces/scenario-files.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

export const ENGINE = 'engine-of-the-test';

const SCENARIO = `version: 1
name: Small queue
run: {duration: 1m, seed: 7}
pools: {gpu: {gpusPerNode: 2}}
stages: {work: {pool: gpu}}
workloads:
  chat:
    arrival: {process: poisson, rate: 1/s}
    workflow: [{stage: work, work: {dist: exponential, mean: 1s}}]
`;

export const setup = (set: string[] = []): Promise<Setup> =>
  createSetupLoader()({ scenario: { name: 'small.yaml', text: SCENARIO, folder: '.' }, variant: null, set });

export const pilot = (of: Setup, seed: string): RunRequest => ({
  setup: of,
  kind: 'pilot',
  seed,
  warmupS: 0,
  keepsSeries: false,
});

/** What the runner below answers, computed here. */
export const expectedAnswer = (of: Setup, seed: string): RunAnswer => ({
  kind: 'pilot',
  warmup: { lengthS: seed.length, warning: `${of.compiled.hash} ${seed}` },
});

export class Workplace {
  readonly told: string[] = [];
  /** Seeds in the order in which runs were begun, by all workers. */
  readonly runs: string[] = [];
  /** What the runner does first. */
  before: (task: RunnerTask) => Promise<void> = () => Promise.resolve();
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(private readonly url: string) {}

  coordinator(options: Partial<QueueSourceOptions> = {}): QueueSource {
    const files = new ScenarioFiles();
    const source = new QueueSource({
      url: this.url,
      timeoutS: 60,
      tell: (message) => this.told.push(message),
      engineVersion: ENGINE,
      filesOf: (ref) => files.of(ref),
      ...options,
    });
    this.open.push(source);
    return source;
  }

  worker(options: Partial<QueueWorkerOptions> = {}): QueueWorker {
    const load = createSetupLoader();
    const worker = new QueueWorker({
      url: this.url,
      timeoutS: 60,
      tell: (message) => this.told.push(message),
      engineVersion: ENGINE,
      threads: 2,
      lockS: 2,
      runner: {
        run: async (task) => {
          this.runs.push(task.seed);
          await this.before(task);
          const { compiled } = await load(task.ref);
          if (compiled.hash !== task.hash) throw new Error('not what was asked for');
          return {
            kind: 'pilot',
            warmup: { lengthS: task.seed.length, warning: `${compiled.hash} ${task.seed}` },
          };
        },
      },
      ...options,
    });
    worker.ended.catch(() => {});
    this.open.push(worker);
    return worker;
  }

  async close(): Promise<void> {
    for (const one of this.open.splice(0).reverse()) await one.close();
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
