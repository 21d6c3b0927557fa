/**
 * How much of what is free on a node is of no use to a task drawn from a mix of requests: F of Weng et al., "Beware of
 * Fragmentation" (USENIX ATC 2023, section 3.2). A task that does not fit on the node can use nothing there; one that
 * fits can use the GPUs that have room for it; one without GPUs uses none. In units (GPUs, or slices of them), expected
 * over the mix. Data plane: a node costs about as many steps as the mix has kinds.
 */
import type { DemandKind } from './demand-mix.js';
import { WITHIN } from './placement-request.js';
import { ANY_GROUP } from './task-table.js';

/** What is free on the nodes of a pool. */
export interface FreeOfNodes {
  readonly isSliced: boolean;
  readonly unitsPerGpu: number;
  readonly gpusMax: number;
  readonly free: { readonly [node: number]: number };
  readonly gpuFree: { readonly [gpu: number]: number };
  readonly cpusFree: { readonly [node: number]: number };
  readonly group: { readonly [node: number]: number };
  gpusOf(node: number): number;
}

export class Fragmentation {
  private readonly share: Float64Array;
  /** Position in `needs` of what each kind needs of one GPU; -1: it needs none. */
  private readonly needOf: Int32Array;
  private readonly gpusOf: Int32Array;
  private readonly cpus: Float64Array;
  private readonly groups: Int32Array;
  /** Distinct numbers of units that kinds need of one GPU. */
  private readonly needs: readonly number[];
  // Of the node at hand, by need: GPUs with room for it, and what is free on those without.
  private readonly fitting: Int32Array;
  private readonly below: Float64Array;
  private gpus: Int32Array = new Int32Array(1);

  constructor(
    kinds: readonly DemandKind[],
    private readonly unitsPerGpu: number,
  ) {
    const total = kinds.reduce((sum, { count }) => sum + count, 0);
    const perGpu = kinds.map(({ units }) => Math.min(units, unitsPerGpu));
    this.needs = [...new Set(perGpu)].filter((need) => need > 0).sort((a, b) => a - b);
    this.share = Float64Array.from(kinds, ({ count }) => count / total);
    this.needOf = Int32Array.from(perGpu, (need) => this.needs.indexOf(need));
    // A gang that takes whatever is free somewhere can use any GPU.
    this.gpusOf = Int32Array.from(kinds, ({ units, within }) =>
      within === WITHIN.rack || within === WITHIN.pool ? 1 : Math.ceil(units / unitsPerGpu),
    );
    this.cpus = Float64Array.from(kinds, ({ cpus }) => cpus);
    this.groups = Int32Array.from(kinds, ({ groups }) => groups);
    this.fitting = new Int32Array(this.needs.length);
    this.below = new Float64Array(this.needs.length);
  }

  /** Of what is free on the node. */
  of(pool: FreeOfNodes, node: number): number {
    const count = pool.gpusOf(node);
    return this.expected(this.read(pool, node, count), count, pool.cpusFree[node]!, pool.group[node]!);
  }

  /**
   * Of what would be free on the node if some units, and CPUs, were taken.
   * @param gpu the GPU of which a share is taken; -1: whole GPUs are taken
   */
  after(pool: FreeOfNodes, node: number, units: number, cpus: number, gpu: number): number {
    const count = pool.gpusOf(node);
    const gpus = this.read(pool, node, count);
    if (gpu >= 0) gpus[gpu]! -= units;
    else {
      let missing = units;
      for (let one = 0; missing > 0 && one < count; one++) {
        if (gpus[one] !== this.unitsPerGpu) continue;
        gpus[one] = 0;
        missing -= this.unitsPerGpu;
      }
    }
    return this.expected(gpus, count, pool.cpusFree[node]! - cpus, pool.group[node]!);
  }

  /** Free units of each GPU of the node. */
  private read(pool: FreeOfNodes, node: number, count: number): Int32Array {
    if (this.gpus.length < count) this.gpus = new Int32Array(count);
    const { gpus } = this;
    if (pool.isSliced)
      for (let gpu = 0; gpu < count; gpu++) gpus[gpu] = pool.gpuFree[node * pool.gpusMax + gpu]!;
    else for (let gpu = 0; gpu < count; gpu++) gpus[gpu] = gpu < pool.free[node]! ? this.unitsPerGpu : 0;
    return gpus;
  }

  private expected(gpus: Int32Array, count: number, cpusFree: number, group: number): number {
    const { needs, fitting, below, share, needOf } = this;
    let total = 0;
    for (let gpu = 0; gpu < count; gpu++) total += gpus[gpu]!;
    if (total === 0) return 0;
    for (let need = 0; need < needs.length; need++) {
      const units = needs[need]!;
      let fits = 0;
      let rest = 0;
      for (let gpu = 0; gpu < count; gpu++) {
        const free = gpus[gpu]!;
        if (free >= units) fits++;
        else rest += free;
      }
      fitting[need] = fits;
      below[need] = rest;
    }
    let sum = 0;
    for (let kind = 0; kind < share.length; kind++) {
      const need = needOf[kind]!;
      const groups = this.groups[kind]!;
      const fits =
        need >= 0 &&
        (groups === ANY_GROUP || ((groups >> group) & 1) === 1) &&
        this.cpus[kind]! <= cpusFree &&
        fitting[need]! >= Math.min(this.gpusOf[kind]!, count);
      sum += share[kind]! * (fits ? below[need]! : total);
    }
    return sum;
  }
}
