/** The order of the Gittins index: highest rate of completion first, for a known distribution of sizes. */
import { z } from 'zod';
import { createDistribution, distributionSchema } from '../../kernel/distribution/registry.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';
import { GittinsIndex } from './gittins-index.js';
import { attained, type Measure, measureParameter } from './service-measure.js';

class GittinsOrder implements OrderingPolicy {
  readonly structure = 'key';
  readonly rekeys = true;

  constructor(
    /** By workload. */
    private readonly indices: readonly GittinsIndex[],
    private readonly measure: Measure,
    private readonly tasks: TaskView,
  ) {}

  key(task: number): number {
    return -this.indexOf(task);
  }

  why(task: number): Why {
    const service = attained(this.tasks, task, this.measure);
    const name = this.measure === 'time' ? 'attainedS' : 'attainedGpuS';
    return { reason: 'highest-index', numbers: { indexHz: this.indexOf(task), [name]: service } };
  }

  private indexOf(task: number): number {
    return this.indices[this.tasks.workload(task)]!.at(attained(this.tasks, task, this.measure));
  }
}

const size = () =>
  distributionSchema.meta({ unit: 'distribution', example: '{dist: hyperexponential, mean: 10s, cv: 3}' });

export const gittins = definePolicy({
  point: 'ordering',
  name: 'gittins',
  summary:
    'Serves the task most likely to be done soon for the service it takes, from the distribution of sizes and what it has attained.',
  source:
    'Gittins, "Bandit processes and dynamic allocation indices" (1979); Aalto, Ayesta and Righter, "On the Gittins index in the M/G/1 queue" (2009).',
  helps:
    'When sizes are unknown but their distribution is not: on one server with preemption no order that cannot see sizes has a smaller mean latency.',
  hurts: 'When the distribution given is not the real one: tasks larger than it allows come last.',
  parameters: z.strictObject({
    size: size().describe('Distribution of the work of a step, for the workloads not named in `sizes`.'),
    sizes: z
      .record(z.string(), size())
      .default({})
      .describe('Distribution of the work of a step by name of the workload.'),
    measure: measureParameter('time', 'What sizes and attained service are measured in'),
  }),
  references: ({ sizes }) =>
    Object.keys(sizes).map((name) => ({ kind: 'workload', name, path: ['sizes', name] })),
  create: ({ size, sizes, measure }, view): OrderingPolicy => {
    const common = new GittinsIndex(createDistribution(size));
    const indices = view.workloadNames.map((name) =>
      Object.hasOwn(sizes, name) ? new GittinsIndex(createDistribution(sizes[name]!)) : common,
    );
    return new GittinsOrder(indices, measure, view.tasks);
  },
});
