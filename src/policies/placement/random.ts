/** Random: any node that has room, each with the same chance; the yardstick of the others. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import type { PolicyRuntime, TaskRandom } from '../runtime.js';
import { isAmong, type Layout, layOut } from './gang.js';

/** Draws of a task for nodes; the one behind them is for the GPU of a share. */
const GPU_DRAW = 2 ** 19;

class RandomPlacement implements PlacementPolicy {
  private readonly random: TaskRandom;
  private readonly fitting: number[] = [];
  private readonly layout: Layout = {
    one: (pool, request, units, from, to) => this.any(pool, request, units, from, to, null, 0),
    rest: (pool, request, units, into, pairs) => this.any(pool, request, units, 0, pool.nodes, into, pairs),
  };

  constructor(runtime: PolicyRuntime) {
    this.random = runtime.random('placement');
  }

  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number {
    const pairs = layOut(pool, request, into, this.layout);
    if (pairs > 0 && request.isShare) request.gpu = this.anyGpu(pool, request, into[0]!);
    return pairs;
  }

  private any(
    pool: NodeView,
    request: PlacementRequestView,
    units: number,
    from: number,
    to: number,
    chosen: Int32Array | null,
    pairs: number,
  ): number {
    const { fitting } = this;
    fitting.length = 0;
    for (let node = from; node < to; node++)
      if (pool.hasRoom(node, request, units) && (chosen === null || !isAmong(node, chosen, pairs)))
        fitting.push(node);
    if (fitting.length === 0) return -1;
    return fitting[Math.floor(this.random.of(request.task, pairs).next() * fitting.length)]!;
  }

  private anyGpu(pool: NodeView, request: PlacementRequestView, node: number): number {
    const { fitting } = this;
    fitting.length = 0;
    for (let gpu = 0; gpu < pool.gpusOf(node); gpu++)
      if (pool.gpuFree[node * pool.gpusMax + gpu]! >= request.units) fitting.push(gpu);
    return fitting[Math.floor(this.random.of(request.task, GPU_DRAW).next() * fitting.length)]!;
  }
}

export const randomPlacement = definePolicy({
  point: 'placement',
  name: 'random',
  summary: 'Any node with room, and any of its GPUs with room for a share, each with the same chance.',
  source:
    'The baseline Random of Weng et al., "Beware of Fragmentation" (USENIX ATC 2023) and its simulator (kubernetes-scheduler-simulator, random_score.go).',
  helps: 'As a yardstick, and where a rule would make the same unlucky choice every time.',
  hurts: 'With gangs or shares: it leaves a little free everywhere and nowhere enough.',
  parameters: z.strictObject({}),
  create: (_, __, runtime): PlacementPolicy => new RandomPlacement(runtime),
});
