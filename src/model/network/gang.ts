/**
 * What it costs a gang to span nodes.
 *
 * A synchronous gang (data-, tensor- or pipeline-parallel) goes on when its slowest message has come, so the narrowest
 * link among its members sets the pace for all.
 */
import type { LinkRates, Topology } from './topology.js';

/**
 * The bandwidth in one direction that each node of a gang can count on, bytes/s: the least of what its links give when
 * all members talk at once. Within one node that is the node's own fabric. Across nodes it is the narrowest NIC, and
 * across racks also the narrowest uplink, of which each member in that rack has an equal part.
 * @param nodes the gang's nodes, each once
 */
export function slowestLinkBytesPerS(topology: Topology, rates: LinkRates, nodes: readonly number[]): number {
  const first = nodes[0]!;
  if (nodes.length === 1) return narrowest(topology.insidePath(first).links, rates);
  const membersInRack = new Map<number, number>();
  for (const node of nodes) {
    const rack = topology.rackOf(node);
    membersInRack.set(rack, (membersInRack.get(rack) ?? 0) + 1);
  }
  const spansRacks = membersInRack.size > 1;
  return nodes.reduce((slowest, node) => {
    const nic = narrowest(topology.nicLinks(node), rates);
    if (!spansRacks) return Math.min(slowest, nic);
    const members = membersInRack.get(topology.rackOf(node))!;
    return Math.min(slowest, nic, narrowest(topology.uplinksOf(node), rates) / members);
  }, Number.POSITIVE_INFINITY);
}

/**
 * How many times as long a gang takes over a slower link. Of a unit of time at the inside bandwidth, 1 - f is
 * computation and f communication of f * inside bytes; at the slowest bandwidth these bytes take f * inside / slowest,
 * and the computation takes what it took. Never below 1: a faster link does not speed up what was measured inside;
 * Infinity over a link that is down. Communication that overlaps computation is hidden time and not part of f.
 */
export function gangSlowdown(
  communicationFraction: number,
  insideBytesPerS: number,
  slowestBytesPerS: number,
): number {
  if (!(communicationFraction >= 0 && communicationFraction <= 1)) {
    throw new RangeError(`a communication fraction of ${communicationFraction}`);
  }
  if (communicationFraction === 0) return 1;
  const communication = communicationFraction * (insideBytesPerS / slowestBytesPerS);
  return Math.max(1, 1 - communicationFraction + communication);
}

function narrowest(links: readonly number[], rates: LinkRates): number {
  return links.reduce(
    (least, link) => Math.min(least, rates.capacityBytesPerS(link)),
    Number.POSITIVE_INFINITY,
  );
}
