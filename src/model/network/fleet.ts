/**
 * The nodes of all pools in one topology. Nodes are numbered pool by pool in the order of the scenario, those that a
 * run adds after all others. A pool's first node opens a rack, so pools share no rack, and the n-th node of a pool is
 * in the rack where the pool itself has it.
 */
import type { NetworkSpec } from './spec.js';
import { Topology } from './topology.js';

export class Fleet {
  readonly topology: Topology;
  /** By pool: the topology's numbers of its nodes and of its racks. */
  private readonly nodes: number[][];
  private readonly racks: number[][];
  private readonly nodesPerRack: number;

  constructor(
    private readonly spec: NetworkSpec,
    nodesByPool: readonly number[],
  ) {
    const { topology } = spec;
    this.topology = new Topology(topology);
    this.nodesPerRack = topology.shape === 'rack-spine' ? topology.nodesPerRack : Number.POSITIVE_INFINITY;
    this.nodes = nodesByPool.map(() => []);
    this.racks = nodesByPool.map(() => []);
    for (const [pool, count] of nodesByPool.entries()) for (let i = 0; i < count; i++) this.addNode(pool);
  }

  /** Adds the pool's next node and returns its number in the topology. */
  addNode(pool: number): number {
    const own = this.nodes[pool]!;
    const { nodesPerMachine } = this.spec.pools[pool]!;
    const isOnNew = own.length % nodesPerMachine === 0;
    const node =
      this.spec.topology.shape === 'single-node'
        ? 0
        : isOnNew
          ? this.place(pool, own.length / nodesPerMachine)
          : own.at(-1)!;
    own.push(node);
    return node;
  }

  /** Nodes that the pool has had so far. */
  nodesOf(pool: number): number {
    return this.nodes[pool]!.length;
  }

  /** Whether two nodes of a pool are one of the topology. */
  isOneMachine(pool: number, a: number, b: number): boolean {
    const { nodesPerMachine } = this.spec.pools[pool]!;
    return Math.floor(a / nodesPerMachine) === Math.floor(b / nodesPerMachine);
  }

  /** The topology's number of a pool's node. */
  nodeOf(pool: number, node: number): number {
    return this.nodes[pool]![node]!;
  }

  private place(pool: number, node: number): number {
    const { topology } = this;
    if (this.nodesPerRack === Number.POSITIVE_INFINITY) return topology.addNode(this.spec.pools[pool]!.links);
    const racks = this.racks[pool]!;
    const rack = Math.floor(node / this.nodesPerRack);
    if (rack === racks.length) racks.push(topology.racks);
    return topology.addNode(this.spec.pools[pool]!.links, racks[rack]!);
  }
}
