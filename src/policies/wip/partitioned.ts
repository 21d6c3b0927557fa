/**
 * One limit with guaranteed parts: AbstractPartitionedLimiter of Netflix concurrency-limits (commit 78a74b9). While
 * the total is below the limit anybody may start. When it is reached only partitions below their own part may, so a
 * partition that comes back finds its part at once, and the total goes over the limit by what others have borrowed.
 */
import { z } from 'zod';
import { count, fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { Why, WipLimit } from '../points.js';
import type { SystemView, TaskView } from '../view.js';
import { type By, byParameter, classReferences, TaskClasses } from './classes.js';
import { holdsParameter } from './counting.js';

/** Fractions written in decimals may add up to a little more than 1. */
const ROUNDING = 1e-9;

class PartitionedWip implements WipLimit {
  readonly lanes: number;
  private total = 0;
  private readonly held: Int32Array;
  /** Guaranteed to each class, rounded up and at least 1; 0 for a class without a partition, as in the library. */
  private readonly parts: Float64Array;
  private readonly classes: TaskClasses;
  private readonly tasks: TaskView;

  constructor(
    readonly holds: 'stage' | 'task',
    private readonly limit: number,
    by: By,
    partitions: Readonly<Record<string, number>>,
    view: SystemView,
  ) {
    this.tasks = view.tasks;
    this.classes = new TaskClasses(by, view);
    this.lanes = this.classes.lanes;
    this.held = new Int32Array(this.classes.names.length);
    this.parts = Float64Array.from(this.classes.names, (name) =>
      Object.hasOwn(partitions, name) ? Math.max(1, Math.ceil(limit * partitions[name]!)) : 0,
    );
  }

  mayStart(task: number, stage: number): boolean {
    if (this.total < this.limit) return true;
    const own = this.classes.of(task, stage);
    return this.held[own]! < this.parts[own]!;
  }

  started(task: number, stage: number): void {
    this.total++;
    this.held[this.classes.of(task, stage)]!++;
  }

  stopped(task: number, stage: number): void {
    this.total--;
    const left = --this.held[this.classes.of(task, stage)]!;
    if (left < 0) throw new Error('partitioned WIP limit released more often than taken');
  }

  why(task: number): Why {
    const own = this.classes.of(task, this.tasks.stage(task));
    const { total, limit } = this;
    const held = this.held[own]!;
    const part = this.parts[own]!;
    const reason = total < limit ? 'below-limit' : held < part ? 'within-guarantee' : 'guarantee-used';
    return { reason, numbers: { total, limit, held, guaranteed: part } };
  }
}

export const partitionedWip = definePolicy({
  point: 'wip',
  name: 'partitioned',
  summary: 'Limits the tasks at work, with a guaranteed part for each named tenant or workload.',
  source: 'Netflix concurrency-limits, commit 78a74b9: AbstractPartitionedLimiter.',
  helps: 'To keep places for an important class without leaving them idle while it has no work.',
  hurts:
    'When the limit must never be passed: a class that comes back starts at once, on top of the borrowers.',
  parameters: z
    .strictObject({
      limit: count().default(100).describe('Tasks at work at the same time, whoever they belong to.'),
      by: byParameter('Whose tasks make a partition.'),
      partitions: z
        .record(z.string(), fraction())
        .default({})
        .describe(
          'Guaranteed part of the limit by name of the tenant or workload, rounded up to whole tasks; others have none.',
        ),
      holds: holdsParameter('stage'),
    })
    .refine(({ partitions }) => Object.values(partitions).reduce((a, b) => a + b, 0) <= 1 + ROUNDING, {
      error: 'the partitions add up to more than the whole limit: expected fractions with a sum of at most 1',
      path: ['partitions'],
    }),
  references: ({ by, partitions }) => classReferences(by, 'partitions', partitions),
  create: ({ holds, limit, by, partitions }, view): WipLimit =>
    new PartitionedWip(holds, limit, by, partitions, view),
});
