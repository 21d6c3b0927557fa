/**
 * The shape of the interconnect: which numbered links lie between two places, and how long the first byte takes.
 *
 * - `single-node`: one node, its GPUs behind one fabric (NVLink, PCIe).
 * - `rack`: nodes, each with a network card (NIC), under one switch that never blocks.
 * - `rack-spine`: nodes in racks. A rack's switch reaches the spine through an uplink that carries what its nodes' NICs
 *   carry together, divided by the over-subscription; the spine never blocks.
 *
 * Every direction is a link of its own. Storage stands at the switch (`rack`) or at the spine (`rack-spine`) behind its
 * own link, in a `single-node` next to the node. Bandwidths are bytes/s of one node in one direction (all its GPUs or
 * all its cards together); a latency is that of the whole way of its kind, as it is measured.
 */

/** Bandwidth in one direction and latency of the way. */
export interface LinkSpec {
  readonly bytesPerS: number;
  readonly latencyS: number;
}

export interface NodeLinks {
  /** Between the GPUs of a node. */
  readonly inside: LinkSpec;
  /** From node to node; the latency is that between two nodes of one rack. */
  readonly nic: LinkSpec;
}

interface WithStorage {
  /** The latency is that between the storage and any node. */
  readonly storage?: LinkSpec;
}

interface WithNodes extends WithStorage, NodeLinks {
  readonly nodes: number;
}

export interface SingleNodeSpec extends WithStorage {
  readonly shape: 'single-node';
  readonly inside: LinkSpec;
}

export interface RackSpec extends WithNodes {
  readonly shape: 'rack';
}

export interface RackSpineSpec extends WithNodes {
  readonly shape: 'rack-spine';
  readonly nodesPerRack: number;
  /** 1 does not block; 4 means that a rack whose nodes all send out gets a quarter of its cards' bandwidth. */
  readonly oversubscription: number;
  /** What a way between racks takes on top of one within a rack. */
  readonly spineLatencyS: number;
}

export type TopologySpec = SingleNodeSpec | RackSpec | RackSpineSpec;

/** A direction of a piece of the interconnect; its number is its place in `Topology.links`. */
export interface Link {
  readonly name: string;
  readonly bytesPerS: number;
}

/** The way between two places. */
export interface Path {
  readonly links: readonly number[];
  readonly latencyS: number;
}

/** What links carry: as built (`Topology`) or as they are now (`Network`). */
export interface LinkRates {
  capacityBytesPerS(link: number): number;
}

/** A place: a node's number, or this. */
export const STORAGE = -1;

const NO_WAY: Path = { links: [], latencyS: 0 };

interface PlacedNode {
  readonly rack: number;
  readonly nicLatencyS: number;
  readonly insidePath: Path;
  readonly nicOut: readonly number[];
  readonly nicIn: readonly number[];
}

export class Topology implements LinkRates {
  private readonly built: Link[] = [];
  private readonly placed: PlacedNode[] = [];
  /** First of a rack's links (up, and down after it), by rack. */
  private readonly uplinks: number[] = [];
  private readonly storageOut: readonly number[];
  private readonly storageIn: readonly number[];

  constructor(readonly spec: TopologySpec) {
    this.storageOut = spec.storage ? [this.build('storage/out', spec.storage.bytesPerS)] : [];
    this.storageIn = spec.storage ? [this.build('storage/in', spec.storage.bytesPerS)] : [];
    const nodes = spec.shape === 'single-node' ? 1 : spec.nodes;
    for (let i = 0; i < nodes; i++) this.addNode();
  }

  /** All links by number. It grows with the nodes; a number once given stays. */
  get links(): readonly Link[] {
    return this.built;
  }

  get nodes(): number {
    return this.placed.length;
  }

  get hasStorage(): boolean {
    return this.spec.storage !== undefined;
  }

  /**
   * Adds a node and returns its number.
   * @param own where its links differ from those of the spec; uplinks go by the spec's NICs
   * @param inRack one that is there or the next; by default racks are filled one after the other
   */
  addNode(own: Partial<NodeLinks> = {}, inRack?: number): number {
    const { spec } = this;
    const node = this.placed.length;
    const inside = own.inside ?? spec.inside;
    const insideLink = this.build(`node-${node}/inside`, inside.bytesPerS);
    const insidePath = { links: [insideLink], latencyS: inside.latencyS };
    if (spec.shape === 'single-node') {
      if (node > 0) throw new RangeError('a single-node topology has one node');
      this.placed.push({ rack: 0, nicLatencyS: 0, insidePath, nicOut: [], nicIn: [] });
      return node;
    }
    const nic = own.nic ?? spec.nic;
    const nicOut = [this.build(`node-${node}/nic-out`, nic.bytesPerS)];
    const nicIn = [this.build(`node-${node}/nic-in`, nic.bytesPerS)];
    const rack = spec.shape === 'rack' ? 0 : (inRack ?? Math.floor(node / spec.nodesPerRack));
    if (spec.shape === 'rack-spine' && rack === this.uplinks.length) this.addUplink(spec, rack);
    if (rack > Math.max(0, this.uplinks.length - 1)) throw new RangeError(`there is no rack ${rack} yet`);
    this.placed.push({ rack, nicLatencyS: nic.latencyS, insidePath, nicOut, nicIn });
    return node;
  }

  /** Racks of a `rack-spine`; 0 in the other shapes. */
  get racks(): number {
    return this.uplinks.length;
  }

  rackOf(node: number): number {
    return this.placed[node]!.rack;
  }

  /** The way from one place to another; from a place to itself there is none to go. */
  path(from: number, to: number): Path {
    if (from === to) return NO_WAY;
    if (from === STORAGE)
      return this.storagePath([...this.storageOut, ...this.downTo(to), ...this.nicIn(to)]);
    if (to === STORAGE)
      return this.storagePath([...this.nicOut(from), ...this.upFrom(from), ...this.storageIn]);
    const a = this.placed[from]!;
    const b = this.placed[to]!;
    const latencyS = Math.max(a.nicLatencyS, b.nicLatencyS);
    if (a.rack === b.rack) return { links: [...a.nicOut, ...b.nicIn], latencyS };
    const links = [...a.nicOut, ...this.upFrom(from), ...this.downTo(to), ...b.nicIn];
    return { links, latencyS: latencyS + this.spineLatencyS() };
  }

  /** The way from GPU to GPU within a node. */
  insidePath(node: number): Path {
    return this.placed[node]!.insidePath;
  }

  /** The links by which a node talks to others: out and in; none in a `single-node`. */
  nicLinks(node: number): readonly number[] {
    return [...this.nicOut(node), ...this.nicIn(node)];
  }

  /** The links by which a node's rack talks to others: up and down; none where there is one rack. */
  uplinksOf(node: number): readonly number[] {
    return [...this.upFrom(node), ...this.downTo(node)];
  }

  capacityBytesPerS(link: number): number {
    return this.built[link]!.bytesPerS;
  }

  private build(name: string, bytesPerS: number): number {
    if (!(bytesPerS > 0 && bytesPerS < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`link ${name} cannot carry ${bytesPerS} bytes/s`);
    }
    return this.built.push({ name, bytesPerS }) - 1;
  }

  private addUplink(spec: RackSpineSpec, rack: number): void {
    const bytesPerS = (spec.nic.bytesPerS * spec.nodesPerRack) / spec.oversubscription;
    this.uplinks.push(this.build(`rack-${rack}/up`, bytesPerS));
    this.build(`rack-${rack}/down`, bytesPerS);
  }

  private storagePath(links: readonly number[]): Path {
    if (!this.spec.storage) throw new Error('this topology has no storage');
    return { links, latencyS: this.spec.storage.latencyS };
  }

  private spineLatencyS(): number {
    return this.spec.shape === 'rack-spine' ? this.spec.spineLatencyS : 0;
  }

  private nicOut(node: number): readonly number[] {
    return this.placed[node]!.nicOut;
  }

  private nicIn(node: number): readonly number[] {
    return this.placed[node]!.nicIn;
  }

  private upFrom(node: number): readonly number[] {
    const up = this.uplinks[this.rackOf(node)];
    return up === undefined ? [] : [up];
  }

  private downTo(node: number): readonly number[] {
    const up = this.uplinks[this.rackOf(node)];
    return up === undefined ? [] : [up + 1];
  }
}

/** What a single transfer gets on a path that it has for itself: the narrowest link; Infinity without links. */
export function narrowestBytesPerS(path: Path, rates: LinkRates): number {
  return path.links.reduce(
    (narrowest, link) => Math.min(narrowest, rates.capacityBytesPerS(link)),
    Number.POSITIVE_INFINITY,
  );
}
