/**
 * The nodes of one pool and what is free on each: units (GPUs, slots of GPUs or slices of them), and, where nodes
 * state them, CPUs and host memory. Answers where a request would fit; changes nothing by itself. Data plane.
 */
import type { DemandMix } from './demand-mix.js';
import { NodeIndex } from './node-index.js';
import type { PlacementRequest } from './placement-request.js';
import type { NodeGroupSpec, PoolSpec } from './system.js';
import { ANY_GROUP } from './task-table.js';

/** What decides besides free units whether a node takes a task, and what it has of the task's: a replica's memory. */
export interface NodeGate {
  admits(node: number, task: number): boolean;
  /** Tokens of KV memory that nobody uses or is about to. */
  freeTokens(node: number): number;
  /** Tokens of what the task reads that the node has in its cache. */
  localTokens(task: number, node: number): number;
  /** A gate that also hears of tasks that come and go only in thought. */
  supposing(): NodeGate;
  /** In thought a task has left the node (1) or taken a place there (-1). */
  suppose(node: number, task: number, sign: 1 | -1): void;
}

/** Above so many units a node, looking at nodes one by one is no slower than the index. */
const INDEX_UNITS_MAX = 256;

export class NodeTable {
  nodes = 0;
  /** Units of the largest node. */
  readonly perNode: number;
  /** Slots, places or slices of one GPU; 1 where GPUs are whole. */
  readonly unitsPerGpu: number;
  /** Whether tasks may hold a part of a certain GPU. */
  readonly isSliced: boolean;
  readonly nodesPerRack: number;
  totalFree = 0;
  /** Free units of each node. */
  free = new Int32Array(0);
  /** Units of each node; 0 while it is out of service. */
  capacity = new Int32Array(0);
  /** Kind of hardware: index of the pool's group. */
  group = new Int32Array(0);
  /** Grows whenever what is free on the node changes. */
  revision = new Float64Array(0);
  /** Whether this is the pool itself, not a copy to try things on. */
  readonly isLive: boolean;
  cpusFree = new Float64Array(0);
  hostBytesFree = new Float64Array(0);
  /** Free units of each GPU, only where GPUs are sliced; those of a node begin at `node * gpusMax`. */
  gpuFree = new Int32Array(0);
  readonly gpusMax: number;
  /** Whether some group states CPUs or host memory, so that they may be short. */
  readonly hasHostLimits: boolean;
  readonly groups: readonly NodeGroupSpec[];
  /** Bytes of what the task needs that are on the node already; set where there is an interconnect. */
  localBytes: (task: number, node: number) => number = () => 0;
  /** What its tasks have asked for so far; null where nobody wants to know. */
  mix: DemandMix | null = null;
  /**
   * Tasks on each node by size of request: 0 for a part of a GPU, else the number of GPUs, up to `gpusMax`; those of a
   * node begin at `node * (gpusMax + 1)`. Only in mode exclusive.
   */
  private held = new Int32Array(0);
  readonly countsHeld: boolean;
  /** Null where nodes are looked at one by one. */
  private index: NodeIndex | null = null;
  private readonly indexed: boolean;
  /** Null where free units are all that counts. */
  gate: NodeGate | null = null;

  constructor(
    private readonly spec: PoolSpec,
    /** False for a copy. */
    indexed = true,
  ) {
    this.groups = spec.groups;
    this.isLive = indexed;
    this.isSliced = spec.mode === 'exclusive' && spec.slicesPerGpu > 1;
    this.unitsPerGpu = spec.mode === 'exclusive' ? spec.slicesPerGpu : spec.slotsPerGpu;
    this.gpusMax = spec.groups.reduce((most, { gpusPerNode }) => Math.max(most, gpusPerNode), 0);
    this.perNode = Math.round(this.gpusMax * this.unitsPerGpu);
    this.nodesPerRack = spec.nodesPerRack;
    this.hasHostLimits = spec.groups.some(
      ({ cpus, hostMemoryBytes }) =>
        cpus < Number.POSITIVE_INFINITY || hostMemoryBytes < Number.POSITIVE_INFINITY,
    );
    this.countsHeld = spec.mode === 'exclusive' && (spec.groups.length > 1 || spec.groups[0]!.nodes > 1);
    this.indexed = indexed && !this.isSliced && spec.serving === null && this.perNode <= INDEX_UNITS_MAX;
  }

  /** A copy to try things on, without an index. */
  copy(): NodeTable {
    const copy = new NodeTable(this.spec, false);
    copy.nodes = this.nodes;
    copy.totalFree = this.totalFree;
    copy.free = this.free.slice();
    copy.capacity = this.capacity.slice();
    copy.group = this.group;
    copy.revision = this.revision.slice();
    copy.cpusFree = this.cpusFree.slice();
    copy.hostBytesFree = this.hostBytesFree.slice();
    copy.gpuFree = this.gpuFree.slice();
    copy.gate = this.gate === null ? null : this.gate.supposing();
    copy.localBytes = this.localBytes;
    copy.held = this.held;
    copy.mix = this.mix;
    return copy;
  }

  /** Adds an empty node in service; returns its number. */
  add(group: number): number {
    if (this.nodes === this.free.length) this.grow();
    const node = this.nodes++;
    const { gpusPerNode, cpus, hostMemoryBytes } = this.groups[group]!;
    const units = Math.round(gpusPerNode * this.unitsPerGpu);
    this.group[node] = group;
    this.capacity[node] = units;
    this.free[node] = units;
    this.totalFree += units;
    this.cpusFree[node] = cpus;
    this.hostBytesFree[node] = hostMemoryBytes;
    if (this.isSliced)
      this.gpuFree.fill(this.unitsPerGpu, node * this.gpusMax, node * this.gpusMax + gpusPerNode);
    if (this.indexed) {
      if (this.index === null || this.index.capacity < this.nodes) this.reindex();
      else this.index.add(node, units);
    }
    return node;
  }

  private grow(): void {
    const size = Math.max(1, 2 * this.nodes);
    const grown = <A extends Int32Array | Float64Array>(old: A, into: A): A => {
      into.set(old);
      return into;
    };
    this.free = grown(this.free, new Int32Array(size));
    this.capacity = grown(this.capacity, new Int32Array(size));
    this.group = grown(this.group, new Int32Array(size));
    if (this.countsHeld) this.held = grown(this.held, new Int32Array(size * (this.gpusMax + 1)));
    this.revision = grown(this.revision, new Float64Array(size));
    this.cpusFree = grown(this.cpusFree, new Float64Array(size));
    this.hostBytesFree = grown(this.hostBytesFree, new Float64Array(size));
    if (this.isSliced) this.gpuFree = grown(this.gpuFree, new Int32Array(size * this.gpusMax));
  }

  private reindex(): void {
    this.index = new NodeIndex(this.free.length, this.perNode);
    for (let node = 0; node < this.nodes; node++) this.index.add(node, this.free[node]!);
  }

  /** Changes the free units of a node; the caller has seen to it that they are there. */
  change(node: number, units: number): void {
    const before = this.free[node]!;
    this.free[node] = before + units;
    this.revision[node]!++;
    this.totalFree += units;
    this.index?.move(node, before, before + units);
  }

  /** A task that asked for so many units has come to the node (or gone). */
  noteHeld(node: number, units: number, sign: 1 | -1): void {
    if (this.countsHeld) this.held[node * (this.gpusMax + 1) + this.sizeOf(units)]! += sign;
  }

  private sizeOf(units: number): number {
    return units < this.unitsPerGpu ? 0 : Math.min(this.gpusMax, Math.floor(units / this.unitsPerGpu));
  }

  /** Tasks on the node whose request is of the same size as this one: a part of a GPU, or as many GPUs. */
  heldAlike(node: number, units: number): number {
    return this.countsHeld ? this.held[node * (this.gpusMax + 1) + this.sizeOf(units)]! : 0;
  }

  /** Sizes of requests that tasks on the node have. */
  sizesHeld(node: number): number {
    if (!this.countsHeld) return 0;
    let sizes = 0;
    const from = node * (this.gpusMax + 1);
    for (let size = 0; size <= this.gpusMax; size++) if (this.held[from + size]! > 0) sizes++;
    return sizes;
  }

  /** Keeps of what is free only what is free in the other table as well. */
  intersect(other: NodeTable): void {
    this.totalFree = 0;
    for (let node = 0; node < this.nodes; node++) {
      this.free[node] = Math.min(this.free[node]!, other.free[node]!);
      if (this.hasHostLimits) {
        this.cpusFree[node] = Math.min(this.cpusFree[node]!, other.cpusFree[node]!);
        this.hostBytesFree[node] = Math.min(this.hostBytesFree[node]!, other.hostBytesFree[node]!);
      }
      if (this.isSliced) this.intersectGpus(node, other);
      this.totalFree += this.free[node]!;
    }
  }

  private intersectGpus(node: number, other: NodeTable): void {
    let units = 0;
    const from = node * this.gpusMax;
    for (let gpu = from; gpu < from + this.gpusOf(node); gpu++) {
      this.gpuFree[gpu] = Math.min(this.gpuFree[gpu]!, other.gpuFree[gpu]!);
      units += this.gpuFree[gpu]!;
    }
    this.free[node] = Math.min(this.free[node]!, units);
  }

  racks(): number {
    return this.nodesPerRack === Number.POSITIVE_INFINITY ? 1 : Math.ceil(this.nodes / this.nodesPerRack);
  }

  rackOf(node: number): number {
    return this.nodesPerRack === Number.POSITIVE_INFINITY ? 0 : Math.floor(node / this.nodesPerRack);
  }

  /** Whether the kind of the node, its CPUs and its host memory would do, whatever GPUs are free. */
  suits(node: number, request: PlacementRequest): boolean {
    return (
      (request.groups === ANY_GROUP || ((request.groups >> this.group[node]!) & 1) === 1) &&
      this.capacity[node]! > 0 &&
      (!this.hasHostLimits ||
        (request.cpus <= this.cpusFree[node]! && request.hostBytes <= this.hostBytesFree[node]!))
    );
  }

  /** Whether so many units would fit on the node. */
  hasRoom(node: number, request: PlacementRequest, units: number): boolean {
    if (!this.suits(node, request) || this.free[node]! < units) return false;
    if (this.gate !== null && !this.gate.admits(node, request.task)) return false;
    if (!this.isSliced) return true;
    return request.isShare
      ? this.tightestGpu(node, units) >= 0
      : this.wholeGpus(node) * this.unitsPerGpu >= units;
  }

  /** Tokens of KV memory that are free on the node; Infinity where nodes have none to fill. */
  freeTokens(node: number): number {
    return this.gate === null ? Number.POSITIVE_INFINITY : this.gate.freeTokens(node);
  }

  /** Tokens of what the task reads that the node has at hand. */
  localTokens(task: number, node: number): number {
    return this.gate === null ? 0 : this.gate.localTokens(task, node);
  }

  /** Whether nobody is on the node. */
  isWhole(node: number): boolean {
    return this.capacity[node]! > 0 && this.free[node] === this.capacity[node];
  }

  gpusOf(node: number): number {
    return this.groups[this.group[node]!]!.gpusPerNode;
  }

  /** GPUs of a node with sliced GPUs that nobody uses. */
  wholeGpus(node: number): number {
    const from = node * this.gpusMax;
    let whole = 0;
    for (let gpu = this.gpusOf(node) - 1; gpu >= 0; gpu--)
      if (this.gpuFree[from + gpu] === this.unitsPerGpu) whole++;
    return whole;
  }

  /** The GPU of the node with the fewest free units of at least so many, the lowest-numbered of equals; -1: none. */
  tightestGpu(node: number, units: number): number {
    const from = node * this.gpusMax;
    let best = -1;
    for (let gpu = this.gpusOf(node) - 1; gpu >= 0; gpu--) {
      const free = this.gpuFree[from + gpu]!;
      if (free >= units && (best < 0 || free <= this.gpuFree[from + best]!)) best = gpu;
    }
    return best;
  }

  /** Whether the index alone can answer about a request. */
  private isPlain({ groups }: PlacementRequest): boolean {
    return this.index !== null && groups === ANY_GROUP && !this.hasHostLimits;
  }

  /** The lowest-numbered node in [from, to) with room for so many units; -1 where there is none. */
  firstWithRoom(request: PlacementRequest, units: number, from = 0, to = this.nodes): number {
    if (this.isPlain(request) && units > 0) return this.index!.first(units, from, to);
    for (let node = from; node < to; node++) if (this.hasRoom(node, request, units)) return node;
    return -1;
  }

  /** The node in [from, to) with the fewest free units that has room, the lowest-numbered of equals; -1: none. */
  tightest(request: PlacementRequest, units: number, from = 0, to = this.nodes): number {
    if (this.isPlain(request) && units > 0) return this.index!.tightest(units, from, to);
    let best = -1;
    for (let node = from; node < to; node++)
      if ((best < 0 || this.free[node]! < this.free[best]!) && this.hasRoom(node, request, units))
        best = node;
    return best;
  }

  /** The node in [from, to) with the most free units that has room, the lowest-numbered of equals; -1: none. */
  roomiest(request: PlacementRequest, units: number, from = 0, to = this.nodes): number {
    if (this.isPlain(request) && units > 0) return this.index!.roomiest(units, from, to);
    let best = -1;
    for (let node = from; node < to; node++)
      if ((best < 0 || this.free[node]! > this.free[best]!) && this.hasRoom(node, request, units))
        best = node;
    return best;
  }

  /** The lowest-numbered node in [from, to) that nobody is on and that suits; -1: none. */
  firstWhole(request: PlacementRequest, from = 0, to = this.nodes): number {
    if (this.isPlain(request) && this.groups.length === 1) return this.index!.first(this.perNode, from, to);
    for (let node = from; node < to; node++) if (this.isWhole(node) && this.suits(node, request)) return node;
    return -1;
  }
}
