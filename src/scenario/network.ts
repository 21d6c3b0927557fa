/** The network, the data sets and what steps ask of both, to the engine's. */
import { pow } from '../kernel/math.js';
import { Fleet } from '../model/network/fleet.js';
import { measuredLinks } from '../model/network/measured-links.js';
import type { DataSetFamily, NetworkSpec, StepNetworkSpec } from '../model/network/spec.js';
import type { LinkSpec, NodeLinks, Topology, TopologySpec } from '../model/network/topology.js';
import { nodesIn } from './pool-nodes.js';
import { type DataSetEntry, hasOwnWay, type LinkEntry, type NetworkEntry } from './schema/network.js';
import type { PoolEntry } from './schema/pool.js';
import type { StepEntry } from './schema/workload.js';
import type { Scenario } from './schema.js';
import { kvBytesOf, servingOf } from './serving.js';

export function networkOf(scenario: Scenario): NetworkSpec | null {
  const { network, pools, datasets } = scenario;
  if (network === undefined) return null;
  const poolNames = Object.keys(pools);
  return {
    topology: topologyOf(network),
    pools: Object.values(pools).map((pool) => ({
      links: ownLinksOf(pool),
      cacheBytes: pool.cache ?? 0,
      nodesPerMachine: servingOf(pool)?.replicasPerMachine ?? 1,
    })),
    dataSets: Object.entries(datasets).map(([name, entry]) => familyOf(name, entry, poolNames)),
  };
}

const linkOf = ({ bandwidth, latency }: LinkEntry): LinkSpec => ({ bytesPerS: bandwidth, latencyS: latency });

/** Where nothing goes by it, any link will do. */
const UNUSED: LinkSpec = { bytesPerS: 1, latencyS: 0 };

function topologyOf(network: NetworkEntry): TopologySpec {
  const storage = network.storage === undefined ? {} : { storage: linkOf(network.storage) };
  const inside = network.nvlink === undefined ? UNUSED : linkOf(network.nvlink);
  if (network.topology === 'single-node') return { shape: 'single-node', inside, ...storage };
  const nic = linkOf(network.nic!);
  if (network.topology === 'rack') return { shape: 'rack', nodes: 0, inside, nic, ...storage };
  const nodesPerRack = network.nodesPerRack!;
  return {
    shape: 'rack-spine',
    nodes: 0,
    nodesPerRack,
    oversubscription:
      network.rackUplink === undefined
        ? (network.oversubscription ?? 1)
        : (nic.bytesPerS * nodesPerRack) / network.rackUplink,
    spineLatencyS: network.spineLatency ?? 0,
    inside,
    nic,
    ...storage,
  };
}

function ownLinksOf({ nvlink, nic }: PoolEntry): Partial<NodeLinks> {
  return {
    ...(nvlink === undefined ? {} : { inside: linkOf(nvlink) }),
    ...(nic === undefined ? {} : { nic: linkOf(nic) }),
  };
}

function familyOf(name: string, entry: DataSetEntry, poolNames: readonly string[]): DataSetFamily {
  const { size, count, replicas } = entry;
  const places = replicas.flatMap((replica) => {
    const place = placeOf(replica);
    return place === null ? [] : [{ pool: poolNames.indexOf(place.pool), node: place.node }];
  });
  return { name, members: count, bytes: size, inStorage: replicas.includes('storage'), onNodes: places };
}

/** `gpus/3`; null for text of another form. Names of pools have no stroke. */
export function placeOf(replica: string): { readonly pool: string; readonly node: number } | null {
  const match = /^([^/]+)\/(\d{1,7})$/.exec(replica);
  return match === null ? null : { pool: match[1]!, node: Number(match[2]) };
}

/** What a step asks of the interconnect; null where the scenario has none, or it asks nothing. */
export function stepNetworkOf(step: StepEntry, scenario: Scenario): StepNetworkSpec | null {
  const { network, datasets } = scenario;
  const { data, communication } = step;
  if (network === undefined) return null;
  const transfer = carriedOf(step, scenario);
  if (data === undefined && transfer === undefined && communication === undefined) return null;
  const families = Object.keys(datasets);
  return {
    data: (data ?? []).map(({ dataset, skew }) => ({
      family: families.indexOf(dataset),
      cumulative: zipf(datasets[dataset]!.count, skew),
    })),
    carriedBytes: transfer?.size ?? 0,
    carriedBytesPerPromptToken: transfer?.perPromptToken ?? 0,
    communicationFraction: communication ?? 0,
  };
}

/** What comes along by the network; to a decode pool that is the prompt's KV, where nothing else is said. */
function carriedOf(
  { transfer, stage }: StepEntry,
  { stages, pools }: Scenario,
): { size?: number | undefined; perPromptToken?: number | undefined } | undefined {
  if (transfer !== undefined) return hasOwnWay(transfer) ? undefined : transfer;
  const name = stage === undefined ? undefined : stages[stage]?.pool;
  const pool = name === undefined ? undefined : pools[name];
  if (pool?.serving?.role !== 'decode') return undefined;
  const perPromptToken = kvBytesOf(pool, pool.serving);
  return Number.isNaN(perPromptToken) ? undefined : { perPromptToken };
}

/** Shares of 1 to `count` in proportion to k^-skew, added up; the last is exactly 1. */
function zipf(count: number, skew: number): number[] {
  const weights = Array.from({ length: count }, (_, i) => pow(i + 1, -skew));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight, i) => {
    sum += weight;
    return i === count - 1 ? 1 : sum / total;
  });
}

/** As the run begins. */
export function builtTopology(scenario: Scenario): Topology | null {
  const spec = networkOf(scenario);
  if (spec === null) return null;
  const nodes = Object.values(scenario.pools).map(nodesIn);
  return new Fleet(spec, nodes).topology;
}

/** Names of the links that a run measures. */
export function measuredLinkNames(scenario: Scenario): string[] {
  const topology = builtTopology(scenario);
  return topology === null ? [] : measuredLinks(topology).map(({ name }) => name);
}
