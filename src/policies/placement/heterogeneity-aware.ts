/**
 * Heterogeneity-aware: of the kinds of hardware with room, the one on which the task gains most. Gavel computes the shares
 * of time that each class of jobs should have on each kind of accelerator from their throughputs there, over the whole
 * cluster; this is its idea for one task at a time: throughputs are compared as ratios, never as absolute figures.
 */
import { z } from 'zod';
import { fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import type { SystemView } from '../view.js';
import { isAmong, type Layout, layOut } from './gang.js';

class HeterogeneityAware implements PlacementPolicy {
  private readonly means = new Map<number, readonly number[]>();
  private value: number[] = [];
  private best = 0;
  private readonly layout: Layout = {
    one: (pool, request, units, from, to) => this.choose(pool, request, units, from, to, null, 0),
    rest: (pool, request, units, into, pairs) =>
      this.choose(pool, request, units, 0, pool.nodes, into, pairs),
  };

  constructor(
    private readonly view: SystemView,
    private readonly prefer: 'fastest' | 'comparative',
    private readonly slowest: number,
  ) {}

  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number {
    this.rate(pool, request.task);
    return layOut(pool, request, into, this.layout);
  }

  /** What each group of nodes is worth to the task; -1 for one that is too slow. */
  private rate(pool: NodeView, task: number): void {
    const own = pool.groups.map((_, group) => this.view.throughput(task, group));
    this.best = Math.max(...own);
    const means = this.meansOf(this.view.poolOf(this.view.tasks.stage(task)), own.length);
    this.value = own.map((speed, group) => {
      const ratio = speed / this.best;
      if (ratio < this.slowest) return -1;
      return this.prefer === 'fastest' ? ratio : ratio / means[group]!;
    });
  }

  /** By group: the mean over the pool's steps of the speed there as a share of the step's best. */
  private meansOf(pool: number, groups: number): readonly number[] {
    const known = this.means.get(pool);
    if (known !== undefined) return known;
    const all = this.view.poolThroughputs(pool);
    const means = Array.from(
      { length: groups },
      (_, group) => all.reduce((sum, speeds) => sum + speeds[group]! / Math.max(...speeds), 0) / all.length,
    );
    this.means.set(pool, means);
    return means;
  }

  /** With the highest value; then with the fewest free units, the lowest-numbered of equals. */
  private choose(
    pool: NodeView,
    request: PlacementRequestView,
    units: number,
    from: number,
    to: number,
    chosen: Int32Array | null,
    pairs: number,
  ): number {
    const { value } = this;
    let best = -1;
    let bestValue = 0;
    for (let node = from; node < to; node++) {
      const worth = value[pool.group[node]!]!;
      if (worth < bestValue || (best >= 0 && worth === bestValue && pool.free[node]! >= pool.free[best]!))
        continue;
      if (!pool.hasRoom(node, request, units)) continue;
      if (chosen !== null && isAmong(node, chosen, pairs)) continue;
      best = node;
      bestValue = worth;
    }
    return best;
  }
}

export const heterogeneityAware = definePolicy({
  point: 'placement',
  name: 'heterogeneity-aware',
  summary:
    'The kind of hardware on which the task gains most, compared with what the pool’s other work gains there; on it the fullest node.',
  source:
    'After Narayanan et al., "Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads" (Gavel, OSDI 2020): throughputs of each class on each type, compared as ratios. One task at a time, not Gavel’s optimisation over all.',
  helps: 'Where classes differ in what they gain from fast hardware: each gets what it gains from.',
  hurts: 'With a bound on slowness: tasks wait for fast nodes while slow ones are idle.',
  parameters: z.strictObject({
    prefer: z
      .enum(['comparative', 'fastest'])
      .default('comparative')
      .describe(
        '`fastest`: the hardware on which the task runs fastest. `comparative`: its speed there as a share of its best, over the mean of such shares of all steps of the pool.',
      ),
    slowest: fraction()
      .default(0)
      .describe('Hardware slower than this share of the task’s best is not used: the task waits.'),
  }),
  create: ({ prefer, slowest }, view): PlacementPolicy => new HeterogeneityAware(view, prefer, slowest),
});
