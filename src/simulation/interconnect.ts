/**
 * The interconnect in a run: its links and what is under way on them, what lies where, and who waits for what. One
 * event stands for the next thing that happens on it. The functions that move tasks are in `transfers.ts`.
 */
import type { EventList } from '../kernel/event-list.js';
import type { DataMeasures, LinkMeasures } from '../metrics/measures.js';
import { DataPlacement, type DataSet, NOWHERE } from '../model/network/data-placement.js';
import { Fleet } from '../model/network/fleet.js';
import { gangSlowdown, slowestLinkBytesPerS } from '../model/network/gang.js';
import { type MeasuredLink, measuredLinks } from '../model/network/measured-links.js';
import { Network } from '../model/network/network.js';
import type { NetworkSpec } from '../model/network/spec.js';
import type { Topology } from '../model/network/topology.js';
import type { Pool } from '../model/pool.js';
import { F, N, NONE, type TaskTable } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import type { PoolState } from './stations.js';
import type { StepState } from './step-state.js';

/** Something on its way to a node. */
export interface Fetch {
  readonly id: number;
  /** Number of the data set; NONE for what one task brings along. */
  readonly dataSet: number;
  readonly node: number;
  /** Tasks that wait for it: those on one node share the fetch of a data set. */
  readonly waiting: number[];
  /** Nobody who is in service has it: it begins when somebody comes back. */
  isStranded: boolean;
}

/** What one task has to do with the interconnect while it has its place on a pool. */
export interface TaskFetches {
  readonly open: Set<Fetch>;
  /** Copies that it keeps in their caches: data set and node. */
  readonly pinned: { readonly dataSet: number; readonly node: number }[];
}

/** Of one family of data sets, in the measured window. */
interface DataCounts {
  uses: number;
  hits: number;
  fetchedBytes: number;
}

export class Interconnect {
  readonly topology: Topology;
  readonly network = new Network();
  readonly data: DataPlacement;
  /** Of each family: the number of its first member. */
  readonly firstMember: readonly number[];
  /** Of each data set: its family. */
  readonly familyOf: readonly number[];
  readonly counts: readonly DataCounts[];
  /** Fetches by number, and those of data sets by place. */
  readonly fetches = new Map<number, Fetch>();
  private readonly fetchesByNode = new Map<number, Fetch[]>();
  readonly byTask = new Map<number, TaskFetches>();
  private readonly fleet: Fleet;
  private started = 0;
  private event = NONE;
  private eventAtS = Number.POSITIVE_INFINITY;
  private readonly rows: readonly MeasuredLink[];
  /** When measuring began, and what each link had carried by then. */
  private readonly before = new Map<number, { readonly busyS: number; readonly bytes: number }>();
  private steps: readonly StepState[] = [];

  constructor(
    readonly spec: NetworkSpec,
    private readonly events: EventList,
    private readonly pools: readonly PoolState[],
    private readonly tasks: TaskTable,
  ) {
    this.fleet = new Fleet(
      spec,
      pools.map(({ pool }) => pool.nodes),
    );
    this.topology = this.fleet.topology;
    this.network.addLinks(this.topology.links);
    const members = spec.dataSets.map(({ members }) => members);
    this.firstMember = members.map((_, family) => members.slice(0, family).reduce((sum, n) => sum + n, 0));
    this.familyOf = members.flatMap((count, family) => Array.from({ length: count }, () => family));
    this.counts = spec.dataSets.map(() => ({ uses: 0, hits: 0, fetchedBytes: 0 }));
    // Where several have a data set, a newcomer goes to the one where it would get most.
    const parts = { capacityBytesPerS: (link: number) => this.network.partForOneMoreBytesPerS(link) };
    this.data = new DataPlacement(this.dataSets(), this.cacheBytesByNode(), this.topology, parts);
    this.rows = measuredLinks(this.topology);
    for (const { pool } of pools)
      pool.table.localBytes = (task, node) => this.localBytes(task, this.nodeOf(pool, node));
  }

  /** The steps that tasks refer to. */
  serve(steps: readonly StepState[]): void {
    this.steps = steps;
  }

  /** The interconnect's number of a pool's node. */
  nodeOf(pool: Pool, node: number): number {
    return this.fleet.nodeOf(pool.index, node);
  }

  nodesOf(pool: Pool, task: number): number[] {
    const nodes: number[] = [];
    pool.forEachNodeOf(task, (node) => nodes.push(this.nodeOf(pool, node)));
    return nodes;
  }

  /** Sees to it that there is an event when something happens next. Cheap where nothing has changed. */
  scheduleNext(): void {
    const nextS = this.network.nextS();
    if (nextS === this.eventAtS) return;
    if (this.event !== NONE) this.events.cancel(this.event);
    this.eventAtS = nextS;
    this.event = nextS === Number.POSITIVE_INFINITY ? NONE : this.events.schedule(nextS, Event.networkDue, 0);
  }

  /** The event has come. */
  noteEvent(): void {
    this.event = NONE;
    this.eventAtS = Number.POSITIVE_INFINITY;
  }

  /**
   * To be called when nodes of a pool may have come or gone. A node out of service serves nobody; one that comes back
   * without anybody on it has lost what was in its cache.
   */
  noteNodes(pool: Pool): void {
    const { data, topology } = this;
    for (let node = 0; node < pool.nodes; node++) {
      if (node === this.fleet.nodesOf(pool.index)) this.addNode(pool.index);
      const at = this.nodeOf(pool, node);
      const isPresent = this.isSome(pool, node, (one) => pool.isOpen(one));
      if (data.isPresent(at) === isPresent) continue;
      if (isPresent && !this.isSome(pool, node, (one) => pool.heldAt(one) > 0)) data.clear(at);
      data.setPresent(at, isPresent);
    }
    this.network.addLinks(topology.links);
    for (const fetch of this.fetches.values()) if (fetch.isStranded) this.begin(fetch);
  }

  /** Of the pool's nodes that are the same machine. */
  private isSome(pool: Pool, node: number, holds: (node: number) => boolean): boolean {
    for (let one = node; one >= 0 && this.fleet.isOneMachine(pool.index, one, node); one--)
      if (holds(one)) return true;
    for (let one = node + 1; one < pool.nodes && this.fleet.isOneMachine(pool.index, one, node); one++)
      if (holds(one)) return true;
    return false;
  }

  private addNode(pool: number): void {
    const before = this.topology.nodes;
    this.fleet.addNode(pool);
    if (this.topology.nodes === before) return;
    this.data.addNode(this.spec.pools[pool]!.cacheBytes);
  }

  /** Starts fetching a data set to a node, or finds the fetch that is under way already. */
  fetch(dataSet: number, node: number): Fetch {
    const under = this.fetchesByNode.get(node)?.find((fetch) => fetch.dataSet === dataSet);
    if (under !== undefined) return under;
    const fetch = this.open(dataSet, node);
    const here = this.fetchesByNode.get(node);
    if (here === undefined) this.fetchesByNode.set(node, [fetch]);
    else here.push(fetch);
    this.begin(fetch);
    return fetch;
  }

  /** Starts moving what one task brings along. */
  carry(from: number, to: number, bytes: number): Fetch {
    const fetch = this.open(NONE, to);
    this.network.start(fetch.id, this.topology.path(from, to), bytes, this.events.nowS);
    return fetch;
  }

  /** Nobody waits for it any more: what has moved is lost. */
  cancel(fetch: Fetch): void {
    this.close(fetch);
    if (!fetch.isStranded) this.network.cancel(fetch.id, this.events.nowS);
  }

  /** It has come, or is not wanted any more. */
  close(fetch: Fetch): void {
    this.fetches.delete(fetch.id);
    const here = this.fetchesByNode.get(fetch.node);
    const at = here?.indexOf(fetch) ?? -1;
    if (here === undefined || at < 0) return;
    here.splice(at, 1);
    if (here.length === 0) this.fetchesByNode.delete(fetch.node);
  }

  private open(dataSet: number, node: number): Fetch {
    const fetch: Fetch = { id: this.started++, dataSet, node, waiting: [], isStranded: false };
    this.fetches.set(fetch.id, fetch);
    return fetch;
  }

  private begin(fetch: Fetch): void {
    const { missingBytes, source } = this.data.locate(fetch.dataSet, fetch.node);
    fetch.isStranded = source === NOWHERE;
    if (fetch.isStranded) return;
    this.network.start(fetch.id, this.topology.path(source, fetch.node), missingBytes, this.events.nowS);
  }

  /** How many times as long a gang takes where it is. One GPU has nobody to communicate with. */
  gangSlowdownOf(pool: Pool, task: number, communicationFraction: number): number {
    if (this.tasks.n[task + N.gpus]! <= pool.unitsPerGpu) return 1;
    const { topology, network } = this;
    const nodes = this.nodesOf(pool, task);
    const insideBytesPerS = nodes.reduce(
      (least, node) => Math.min(least, topology.capacityBytesPerS(topology.insidePath(node).links[0]!)),
      Number.POSITIVE_INFINITY,
    );
    return gangSlowdown(
      communicationFraction,
      insideBytesPerS,
      slowestLinkBytesPerS(topology, network, nodes),
    );
  }

  /** What the task's present step takes along from where it was, bytes. */
  carriedBytes(task: number): number {
    const { network } = this.steps[this.tasks.n[task + N.step]!]!;
    if (network === null) return 0;
    const { work } = this.steps[this.tasks.n[task + N.step]!]!;
    const promptTokens =
      work.kind === 'request' ? this.tasks.stepPromptTokens(task) : this.tasks.promptTokens(task);
    return network.carriedBytes + network.carriedBytesPerPromptToken * promptTokens;
  }

  /** Number of the data set that the task reads at its present step, of the family in this place of the step's list. */
  dataSetOf(task: number, place: number): number {
    const step = this.steps[this.tasks.n[task + N.step]!]!;
    const { family, cumulative } = step.network!.data[place]!;
    if (cumulative.length === 1) return this.firstMember[family]!;
    const draw = step.dataDraws[place]!.at(this.tasks.f[task + F.serial]!, 0).next();
    return this.firstMember[family]! + memberAt(cumulative, draw);
  }

  private localBytes(task: number, node: number): number {
    const { network } = this.steps[this.tasks.n[task + N.step]!]!;
    if (network === null) return 0;
    let bytes = this.tasks.n[task + N.cameFrom] === node ? this.carriedBytes(task) : 0;
    for (let place = 0; place < network.data.length; place++) {
      const dataSet = this.dataSetOf(task, place);
      if (this.data.has(dataSet, node)) bytes += this.data.dataSets[dataSet]!.bytes;
    }
    return bytes;
  }

  private dataSets(): DataSet[] {
    return this.spec.dataSets.flatMap(({ name, members, bytes, inStorage, onNodes }) => {
      const nodes = onNodes.map(({ pool, node }) => this.fleet.nodeOf(pool, node));
      return Array.from({ length: members }, (_, member) => ({
        name: members === 1 ? name : `${name}-${member + 1}`,
        bytes,
        inStorage,
        onNodes: nodes,
      }));
    });
  }

  private cacheBytesByNode(): number[] {
    const bytes: number[] = [];
    for (const { pool } of this.pools)
      for (let node = 0; node < pool.nodes; node++)
        bytes[this.nodeOf(pool, node)] = this.spec.pools[pool.index]!.cacheBytes;
    return bytes;
  }

  /** The warm-up is over: what is measured is measured from now on. */
  measureFrom(nowS: number): void {
    this.network.forgetPeaks(nowS);
    for (const link of this.topology.links.keys()) this.before.set(link, this.carriedBy(link, nowS));
    for (const counts of this.counts) Object.assign(counts, { uses: 0, hits: 0, fetchedBytes: 0 });
  }

  private carriedBy(link: number, nowS: number): { busyS: number; bytes: number } {
    return { busyS: this.network.busyS(link, nowS), bytes: this.network.bytesCarried(link, nowS) };
  }

  linkMeasures(nowS: number, windowS: number): { [name: string]: LinkMeasures } {
    return Object.fromEntries(
      this.rows.map(({ name, links }) => {
        let busyS = 0;
        let bytes = 0;
        let peak = 0;
        for (const link of links) {
          const carried = this.carriedBy(link, nowS);
          const before = this.before.get(link);
          busyS += carried.busyS - (before?.busyS ?? 0);
          bytes += carried.bytes - (before?.bytes ?? 0);
          peak = Math.max(peak, this.network.peakShare(link));
        }
        const utilisation = windowS > 0 ? Math.min(1, busyS / (windowS * links.length)) : 0;
        return [name, { utilisation, peak_utilisation: Math.min(1, peak), carried_bytes: bytes }];
      }),
    );
  }

  dataMeasures(): { [name: string]: DataMeasures } {
    return Object.fromEntries(
      this.spec.dataSets.map(({ name }, family) => {
        const { uses, hits, fetchedBytes } = this.counts[family]!;
        return [
          name,
          { uses, hits, hit_fraction: uses === 0 ? 0 : hits / uses, fetched_bytes: fetchedBytes },
        ];
      }),
    );
  }
}

/** Place of the first sum above the draw. */
function memberAt(cumulative: readonly number[], draw: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (draw < cumulative[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
