/**
 * What fails by itself: a clock for every node, GPU and rack and everything that may happen to it. Clocks run whatever
 * the policies do, on draws of their own (keyed by the place and the number of the failure), so two policy sets see
 * the same failures. The time to the next failure of a source begins when the last one is over; other clocks of the
 * same node go on meanwhile.
 *
 * A failure with a notice (spot, maintenance) closes the node at once. Those on it work on, so that whoever can be
 * done in time is; where the pool's tasks have checkpoints, they save their state as late as leaves time for it.
 */
import { Deterministic } from '../kernel/distribution/deterministic.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import type { OutageSpec } from '../model/failures.js';
import { nodesOf } from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import { saveAndLeave } from './interrupting.js';
import { areEmpty, bringBack, clearNodes, closeNode, slowNodes, tasksOn } from './outages.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/** One kind of failure of a pool. */
interface Source {
  readonly reason: string;
  readonly random: KeyedRandom;
  /** How many places of the pool it can strike: nodes, GPUs or racks. */
  places(): number;
  /** The nodes that it takes when it strikes the place; none where there is no such place. */
  nodesAt(place: number): readonly number[];
  /** When it strikes first, where that is not drawn, seconds from now. */
  firstInS?(place: number): number;
  /** Time until it strikes (again), and how long it lasts. */
  readonly until: Distribution;
  readonly lasts: Distribution;
  /** 0: without notice; Infinity: as long as those on the nodes want. */
  readonly noticeS: number;
  /** Factor on the time that work takes; Infinity: out of service. */
  readonly slowdown: number;
  /** Whether the nodes are not there meanwhile, and not paid for. */
  readonly isGone: boolean;
  /** Whether it need not wait for the end of the notice once nobody is on the nodes. */
  readonly whenEmpty: boolean;
  /** Whether it strikes nodes that nobody is on. */
  readonly whileIdle: boolean;
}

const Phase = { up: 0, noticed: 1, leaving: 2, struck: 3 } as const;

/** One source at one place. */
export class FailureClock {
  phase: number = Phase.up;
  /** Nodes that it holds. */
  nodes: readonly number[] = [];
  /** Failures so far. */
  count = 0;
  event = -1;

  constructor(
    readonly station: PoolState,
    readonly source: Source,
    readonly place: number,
    /** Subject of its events. */
    readonly subject: number,
  ) {}
}

/** The sources of one pool, and how many of their places have a clock. */
export interface PoolFailures {
  readonly station: PoolState;
  readonly sources: readonly Source[];
  readonly covered: number[];
  readonly slowFromStart: KeyedRandom;
  slowCovered: number;
}

/** Draws of one place come in pairs, until it strikes and how long it lasts; a draw key holds so many pairs. */
const PAIRS = 2 ** 19;
/** No source has more places. */
const PLACES = 2 ** 20;

/** Starts the clocks of all pools. */
export function startFailures(run: RunState, streams: StreamFactory): void {
  for (const station of run.pools) {
    if (station.spec.failures === null) continue;
    const sources = sourcesOf(run, station, streams);
    run.failures.set(station.index, {
      station,
      sources,
      covered: sources.map(() => 0),
      slowFromStart: streams.keyed(`failures/${station.spec.name}/slow`),
      slowCovered: 0,
    });
    coverNodes(run, station);
  }
}

/** Gives the pool's new nodes their clocks. */
export function coverNodes(run: RunState, station: PoolState): void {
  const failures = run.failures.get(station.index);
  if (failures === undefined) return;
  const { sources, covered, slowFromStart } = failures;
  for (const [index, source] of sources.entries())
    for (; covered[index]! < source.places(); covered[index]!++) {
      const place = covered[index]!;
      if (source.nodesAt(place).length === 0) continue;
      const clock = new FailureClock(station, source, place, run.clocks.length);
      run.clocks.push(clock);
      schedule(run, clock, source.firstInS?.(place) ?? draw(clock, source.until, 0));
    }
  const { stragglers } = station.spec.failures!;
  if (stragglers === null || stragglers.fraction === 0) return;
  for (; failures.slowCovered < station.pool.nodes; failures.slowCovered++)
    if (slowFromStart.at(failures.slowCovered, 0).next() < stragglers.fraction)
      slowNodes(run, station, [failures.slowCovered], stragglers.slowdown, false);
}

function sourcesOf(run: RunState, station: PoolState, streams: StreamFactory): Source[] {
  const { pool, spec } = station;
  const { table } = pool;
  const { node, gpu, rack, spot, stragglers, maintenance } = spec.failures!;
  const own = (reason: string) => ({
    reason,
    random: streams.keyed(`failures/${spec.name}/${reason}`),
    noticeS: 0,
    slowdown: Number.POSITIVE_INFINITY,
    isGone: false,
    whenEmpty: false,
    whileIdle: true,
  });
  const eachNode = { places: () => pool.nodes, nodesAt: (place: number) => [place] };
  const outage = ({ mtbf, repair, whileIdle }: OutageSpec) => ({ until: mtbf, lasts: repair, whileIdle });
  const sources: Source[] = [];
  if (node !== null) sources.push({ ...own('node-failed'), ...eachNode, ...outage(node) });
  if (gpu !== null)
    sources.push({
      ...own('gpu-failed'),
      ...outage(gpu),
      places: () => pool.nodes * table.gpusMax,
      nodesAt: (place) => {
        const at = Math.floor(place / table.gpusMax);
        return place % table.gpusMax < table.gpusOf(at) ? [at] : [];
      },
    });
  if (rack !== null)
    sources.push({
      ...own('rack-failed'),
      ...outage(rack),
      places: () => table.racks(),
      nodesAt: (place) => nodesOfRack(station, place),
    });
  if (spot !== null) {
    const { groups, noticeS, mtbf, back } = spot;
    sources.push({
      ...own('spot-taken'),
      places: () => pool.nodes,
      nodesAt: (at) => (groups === ANY_GROUP || ((groups >> table.group[at]!) & 1) === 1 ? [at] : []),
      until: mtbf,
      lasts: back,
      noticeS,
      isGone: true,
    });
  }
  if (stragglers !== null && stragglers.mtbf !== null)
    sources.push({
      ...own('slow'),
      ...eachNode,
      until: stragglers.mtbf,
      lasts: stragglers.lasts!,
      slowdown: stragglers.slowdown,
    });
  if (maintenance !== null)
    sources.push({
      ...own('maintenance'),
      ...eachNode,
      // The nodes there from the beginning take turns; a new one has its whole time before it.
      firstInS: (place) =>
        run.nowS === 0 ? (maintenance.everyS * (place + 1)) / nodesOf(spec) : maintenance.everyS,
      until: new Deterministic(maintenance.everyS),
      lasts: maintenance.lasts,
      noticeS: maintenance.drainS,
      whenEmpty: true,
    });
  return sources;
}

/** Those of the pool's nodes that are in a rack. */
export function nodesOfRack({ pool }: PoolState, rack: number): number[] {
  return Array.from({ length: pool.nodes }, (_, node) => node).filter(
    (node) => pool.table.rackOf(node) === rack,
  );
}

function draw({ source, place, count }: FailureClock, distribution: Distribution, which: 0 | 1): number {
  const address = source.random.at(place + PLACES * Math.floor(count / PAIRS), 2 * (count % PAIRS) + which);
  return distribution.sample(address);
}

function schedule(run: RunState, clock: FailureClock, inS: number): void {
  clock.event = -1;
  if (inS === Number.POSITIVE_INFINITY) return;
  run.background++;
  clock.event = run.events.schedule(run.nowS + inS, Event.failureClock, clock.subject);
}

export function onFailureClock(run: RunState, subject: number): void {
  const clock = run.clocks[subject]!;
  clock.event = -1;
  run.background--;
  run.calls.noteIdle();
  switch (clock.phase) {
    case Phase.up:
      strike(run, clock);
      break;
    case Phase.noticed:
      leave(run, clock);
      break;
    case Phase.leaving:
      begin(run, clock);
      break;
    default:
      end(run, clock);
  }
}

function strike(run: RunState, clock: FailureClock): void {
  const { station, source, place } = clock;
  clock.nodes = source.nodesAt(place);
  if (!source.whileIdle && areEmpty(run, station, clock.nodes)) {
    clock.count++;
    schedule(run, clock, draw(clock, source.until, 0));
    return;
  }
  if (source.slowdown < Number.POSITIVE_INFINITY) {
    slowNodes(run, station, clock.nodes, source.slowdown, false);
    clock.phase = Phase.struck;
    schedule(run, clock, draw(clock, source.lasts, 1));
    return;
  }
  for (const node of clock.nodes) closeNode(run, station, node);
  if (source.noticeS === 0 || (source.whenEmpty && areEmpty(run, station, clock.nodes))) {
    begin(run, clock);
    return;
  }
  const { checkpoint } = station.spec;
  const maySave = checkpoint !== null && checkpoint.costS <= source.noticeS;
  clock.phase = maySave ? Phase.noticed : Phase.leaving;
  schedule(run, clock, maySave ? source.noticeS - checkpoint.costS : source.noticeS);
  if (source.whenEmpty) station.drains.add(clock);
}

/** There is just time to save what those on the nodes have done. */
function leave(run: RunState, clock: FailureClock): void {
  const { station, source, nodes } = clock;
  clock.phase = Phase.leaving;
  for (const task of tasksOn(run, station, nodes)) saveAndLeave(run, station, task, source.reason);
  // Whoever had nothing to save has left at once; if that was everybody, it begins without waiting.
  if (clock.event === -1) schedule(run, clock, station.spec.checkpoint!.costS);
}

/** The nodes, closed before, are out of service. */
function begin(run: RunState, clock: FailureClock): void {
  const { station, source, nodes } = clock;
  station.drains.delete(clock);
  clearNodes(run, station, nodes, source.isGone, source.reason);
  clock.phase = Phase.struck;
  schedule(run, clock, draw(clock, source.lasts, 1));
}

function end(run: RunState, clock: FailureClock): void {
  const { station, source, nodes } = clock;
  if (source.slowdown < Number.POSITIVE_INFINITY) slowNodes(run, station, nodes, source.slowdown, true);
  else bringBack(run, station, nodes, source.isGone);
  clock.phase = Phase.up;
  clock.count++;
  schedule(run, clock, draw(clock, source.until, 0));
}

/** A task has left: where it was the last one on nodes that are waited for, there is nothing to wait for. */
export function noteEmptied(run: RunState, station: PoolState): void {
  for (const clock of station.drains) {
    if (!clock.nodes.every((node) => station.pool.heldAt(node) === 0)) continue;
    station.drains.delete(clock);
    if (clock.event !== -1) {
      run.events.cancel(clock.event);
      run.background--;
    }
    clock.phase = Phase.leaving;
    // As an event of its own: the task is still on its way out.
    schedule(run, clock, 0);
  }
}
