import { describe, expect, test } from 'vitest';
import { Network } from '../../../src/model/network/network.js';
import {
  narrowestBytesPerS,
  type Path,
  type RackSpineSpec,
  STORAGE,
  Topology,
} from '../../../src/model/network/topology.js';

const inside = { bytesPerS: 3600, latencyS: 0.001 };
const nic = { bytesPerS: 400, latencyS: 0.01 };
const storage = { bytesPerS: 100, latencyS: 0.5 };

/** Two nodes a rack whose uplink carries 2 * 400 / 4 = 200. */
const rackSpine: RackSpineSpec = {
  shape: 'rack-spine',
  nodes: 3,
  nodesPerRack: 2,
  oversubscription: 4,
  spineLatencyS: 0.02,
  inside,
  nic,
  storage,
};

const named = (topology: Topology, path: Path): string[] =>
  path.links.map((link) => topology.links[link]!.name);

describe('paths', () => {
  test('single-node: storage reaches the node over its own link, each direction apart', () => {
    const topology = new Topology({ shape: 'single-node', inside, storage });
    expect(topology.links.map(({ name }) => name)).toEqual(['storage/out', 'storage/in', 'node-0/inside']);
    expect(named(topology, topology.path(STORAGE, 0))).toEqual(['storage/out']);
    expect(named(topology, topology.path(0, STORAGE))).toEqual(['storage/in']);
    expect(topology.path(STORAGE, 0).latencyS).toBe(0.5);
    expect(named(topology, topology.insidePath(0))).toEqual(['node-0/inside']);
    expect(() => topology.addNode()).toThrow(/one node/);
  });

  test('rack: out of one card and into the other', () => {
    const topology = new Topology({ shape: 'rack', nodes: 3, inside, nic, storage });
    expect(named(topology, topology.path(2, 0))).toEqual(['node-2/nic-out', 'node-0/nic-in']);
    expect(topology.path(2, 0).latencyS).toBe(0.01);
    expect(named(topology, topology.path(STORAGE, 1))).toEqual(['storage/out', 'node-1/nic-in']);
    expect(named(topology, topology.path(1, STORAGE))).toEqual(['node-1/nic-out', 'storage/in']);
    expect([topology.rackOf(0), topology.rackOf(2), topology.uplinksOf(2)]).toEqual([0, 0, []]);
  });

  test('rack-spine: through the uplinks between racks only', () => {
    const topology = new Topology(rackSpine);
    expect(named(topology, topology.path(0, 1))).toEqual(['node-0/nic-out', 'node-1/nic-in']);
    const across = topology.path(0, 2);
    expect(named(topology, across)).toEqual(['node-0/nic-out', 'rack-0/up', 'rack-1/down', 'node-2/nic-in']);
    expect(across.latencyS).toBeCloseTo(0.03, 12);
    expect(named(topology, topology.path(STORAGE, 2))).toEqual([
      'storage/out',
      'rack-1/down',
      'node-2/nic-in',
    ]);
    expect(named(topology, topology.path(2, STORAGE))).toEqual(['node-2/nic-out', 'rack-1/up', 'storage/in']);
  });

  test('the same place is no way at all', () => {
    const topology = new Topology(rackSpine);
    expect(topology.path(1, 1)).toEqual({ links: [], latencyS: 0 });
    expect(narrowestBytesPerS(topology.path(1, 1), topology)).toBe(Number.POSITIVE_INFINITY);
  });

  test('without storage nobody can go there', () => {
    const topology = new Topology({ shape: 'rack', nodes: 2, inside, nic });
    expect([topology.hasStorage, topology.links.length]).toEqual([false, 6]);
    expect(() => topology.path(STORAGE, 0)).toThrow(/no storage/);
  });
});

test('over-subscription: one transfer between racks gets the uplink, two share it, and within a rack nobody notices', () => {
  const topology = new Topology({ ...rackSpine, nodes: 4 });
  expect(narrowestBytesPerS(topology.path(0, 2), topology)).toBe(200);
  expect(narrowestBytesPerS(topology.path(0, 1), topology)).toBe(400);
  const network = new Network();
  network.addLinks(topology.links);
  const start = (id: number, from: number, to: number): void =>
    network.start(id, { ...topology.path(from, to), latencyS: 0 }, 1000, 0);
  start(1, 0, 2);
  start(2, 1, 3);
  start(3, 3, 2);
  network.nextS();
  // 1 and 2 share the uplink of rack 0: 100 each. 3 goes into node 2 beside flow 1: 400 - 100 are left for it.
  expect([1, 2, 3].map((id) => network.rate(id))).toEqual([100, 100, 300]);
});

test('nodes added later fill the last rack, then open another; numbers that were given stay', () => {
  const topology = new Topology(rackSpine);
  const before = [...topology.links];
  const network = new Network();
  network.addLinks(topology.links);
  expect([topology.addNode(), topology.rackOf(3), topology.addNode(), topology.rackOf(4)]).toEqual([
    3, 1, 4, 2,
  ]);
  expect(topology.links.slice(0, before.length)).toEqual(before);
  network.addLinks(topology.links);
  network.start(1, { ...topology.path(4, 0), latencyS: 0 }, 400, 0);
  expect([network.nextS(), topology.nodes]).toEqual([2, 5]);
});

test('a node may have links of its own; the slower card sets the latency', () => {
  const topology = new Topology({ shape: 'rack', nodes: 1, inside, nic });
  const slow = topology.addNode({ nic: { bytesPerS: 50, latencyS: 0.2 } });
  const path = topology.path(slow, 0);
  expect([path.latencyS, narrowestBytesPerS(path, topology)]).toEqual([0.2, 50]);
  expect(narrowestBytesPerS(topology.insidePath(slow), topology)).toBe(3600);
});

test('a link that carries nothing is refused by name', () => {
  expect(() => new Topology({ shape: 'rack', nodes: 1, inside, nic: { bytesPerS: 0, latencyS: 0 } })).toThrow(
    /node-0\/nic-out cannot carry 0/,
  );
});
