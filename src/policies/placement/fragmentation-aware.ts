/**
 * Fragmentation gradient descent (FGD): the node, and for a share the GPU, where taking the task makes the part of the free
 * GPUs grow least that a task drawn from the mix of requests could not use. The mix is learnt from the requests that have
 * come to the pool so far: it is looked at anew whenever their number has grown by a quarter. Where it is known beforehand,
 * from the trace, that is what the authors' simulator does.
 */
import { z } from 'zod';
import { exp } from '../../kernel/math.js';
import { Fragmentation } from '../../model/fragmentation.js';
import { fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { SCORE_MAX, ScoredPlacement, scoredParameters } from './scored.js';

/** By how much the number of requests grows from one look at the mix to the next. */
const GROWTH = 1.25;

const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/** Scores of the nodes of a pool for one kind of request, with the state of each node for which they hold. */
interface Scores {
  readonly score: Float64Array;
  readonly gpu: Int32Array;
  readonly revision: Float64Array;
}

class FragmentationAware implements PlacementPolicy {
  private readonly placement: ScoredPlacement;
  private mixAt = 0;
  private fragmentation = new Fragmentation([], 1);
  /** Of the pool itself; what it might be is looked at afresh. */
  private pool: NodeView | null = null;
  private readonly scores = new Map<string, Scores>();
  private present: Scores | null = null;
  private gpu = -1;

  constructor(
    private readonly view: SystemView,
    private readonly source: 'arrived' | 'trace',
    private readonly popularity: number,
    private readonly levels: number,
    ties: 'random' | 'lowest',
    runtime: PolicyRuntime,
  ) {
    this.placement = new ScoredPlacement(
      (pool, request, units, node) => this.scoreOf(pool, request, units, node),
      levels,
      ties,
      runtime,
    );
  }

  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number {
    this.lookAtMix(pool, request.task);
    this.present = pool.isLive ? this.scoresFor(pool, request) : null;
    const pairs = this.placement.place(pool, request, into);
    if (pairs > 0 && request.isShare) {
      this.evaluate(pool, request, request.units, into[0]!);
      request.gpu = this.gpu;
    }
    return pairs;
  }

  private lookAtMix(pool: NodeView, task: number): void {
    const arrived = pool.mix;
    if (arrived === null || arrived.total < this.mixAt) return;
    const known =
      this.source === 'trace' ? this.view.tracedDemand(this.view.poolOf(this.view.tasks.stage(task))) : null;
    const mix = known ?? arrived;
    this.mixAt = known === null ? Math.max(mix.total + 1, mix.total * GROWTH) : Number.POSITIVE_INFINITY;
    this.fragmentation = new Fragmentation(mix.typical(this.popularity), pool.unitsPerGpu);
    this.scores.clear();
  }

  private scoresFor(pool: NodeView, request: PlacementRequestView): Scores {
    if (this.pool !== pool) this.scores.clear();
    this.pool = pool;
    const key = `${request.units}/${request.cpus}`;
    let scores = this.scores.get(key);
    if (scores === undefined || scores.score.length < pool.nodes) {
      scores = {
        score: new Float64Array(pool.nodes),
        gpu: new Int32Array(pool.nodes),
        revision: new Float64Array(pool.nodes).fill(-1),
      };
      this.scores.set(key, scores);
    }
    return scores;
  }

  private scoreOf(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
    const { present } = this;
    if (present === null || units !== request.units) return this.evaluate(pool, request, units, node);
    const revision = pool.revision[node]!;
    if (present.revision[node] !== revision) {
      present.score[node] = this.evaluate(pool, request, units, node);
      present.revision[node] = revision;
    }
    return present.score[node]!;
  }

  /** The score of the node, and the GPU for a share. */
  private evaluate(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
    const { fragmentation } = this;
    const before = fragmentation.of(pool, node);
    const scoreAfter = (gpu: number): number => {
      const grown = fragmentation.after(pool, node, units, request.cpus, gpu) - before;
      return sigmoid(-grown / pool.unitsPerGpu) * SCORE_MAX;
    };
    this.gpu = -1;
    if (!request.isShare) return scoreAfter(-1);
    let best = -1;
    let bestLevel = -1;
    for (let gpu = 0; gpu < pool.gpusOf(node); gpu++) {
      if (pool.gpuFree[node * pool.gpusMax + gpu]! < units) continue;
      const score = scoreAfter(gpu);
      const level = Math.trunc((score * this.levels) / SCORE_MAX);
      if (level <= bestLevel) continue;
      best = score;
      bestLevel = level;
      this.gpu = gpu;
    }
    return best;
  }
}

export const fragmentationAware = definePolicy({
  point: 'placement',
  name: 'fragmentation-aware',
  summary:
    'The node, and the GPU for a share, where the part of the free GPUs grows least that a task like those that came so far could not use.',
  source:
    'Fragmentation gradient descent (FGD) of Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent" (USENIX ATC 2023); kubernetes-scheduler-simulator, fgd_score.go.',
  helps: 'With shares, gangs and CPUs in many sizes on a full pool: most of what is free can be used.',
  hurts: 'Where the mix changes: it keeps room for requests of before.',
  parameters: z.strictObject({
    mix: z
      .enum(['arrived', 'trace'])
      .default('arrived')
      .describe(
        '`arrived`: learnt from the requests so far. `trace`: known from the beginning, from all rows of the traces replayed; without any, learnt.',
      ),
    popularity: fraction()
      .refine((share) => share > 0, { error: 'expected a fraction above 0' })
      .default(0.95)
      .describe('The most frequent kinds of requests that make up this share stand for all.'),
    ...scoredParameters,
  }),
  create: ({ mix, popularity, levels, ties }, view, runtime): PlacementPolicy =>
    new FragmentationAware(view, mix, popularity, levels, ties, runtime),
});
