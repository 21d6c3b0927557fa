import { describe, expect, test } from 'vitest';
import { DataPlacement, type DataSet, NOWHERE } from '../../../src/model/network/data-placement.js';
import { Network } from '../../../src/model/network/network.js';
import { STORAGE, Topology } from '../../../src/model/network/topology.js';

const weights: DataSet = { name: 'weights', bytes: 140, inStorage: true, onNodes: [] };
const corpus: DataSet = { name: 'corpus', bytes: 60, inStorage: false, onNodes: [5] };
const shards: DataSet = { name: 'shards', bytes: 100, inStorage: true, onNodes: [] };
const [WEIGHTS, CORPUS, SHARDS] = [0, 1, 2];

/** Six nodes, two a rack, with room for 200 bytes each. */
function placed(): { placement: DataPlacement; topology: Topology; network: Network } {
  const topology = new Topology({
    shape: 'rack-spine',
    nodes: 6,
    nodesPerRack: 2,
    oversubscription: 1,
    spineLatencyS: 0,
    inside: { bytesPerS: 1000, latencyS: 0 },
    nic: { bytesPerS: 100, latencyS: 0 },
    storage: { bytesPerS: 1000, latencyS: 0 },
  });
  const network = new Network();
  network.addLinks(topology.links);
  const caches = Array.from({ length: 6 }, () => 200);
  return {
    placement: new DataPlacement([weights, corpus, shards], caches, topology, network),
    topology,
    network,
  };
}

describe('the nearest source', () => {
  test('is the node itself, then its rack, then another node, then the storage, however wide that is', () => {
    const { placement } = placed();
    const from = (): number => placement.locate(WEIGHTS, 0).source;
    expect(placement.locate(WEIGHTS, 0)).toEqual({ missingBytes: 140, source: STORAGE });
    placement.put(WEIGHTS, 4);
    expect(from()).toBe(4);
    placement.put(WEIGHTS, 2);
    expect(from()).toBe(2);
    placement.put(WEIGHTS, 1);
    expect(from()).toBe(1);
    placement.put(WEIGHTS, 0);
    expect(placement.locate(WEIGHTS, 0)).toEqual({ missingBytes: 0, source: 0 });
  });

  test('outside the rack is the one with the widest path, as the links are now', () => {
    const { placement, topology, network } = placed();
    placement.put(WEIGHTS, 2);
    placement.put(WEIGHTS, 4);
    const out = topology.links.findIndex(({ name }) => name === 'node-2/nic-out');
    network.setCapacity(out, 50, 0);
    expect(placement.locate(WEIGHTS, 0).source).toBe(4);
    network.setCapacity(out, 100, 1);
    expect(placement.locate(WEIGHTS, 0).source).toBe(2);
  });

  test('is never a node that is away; what nobody has comes from nowhere', () => {
    const { placement } = placed();
    expect(placement.locate(CORPUS, 0)).toEqual({ missingBytes: 60, source: 5 });
    placement.setPresent(5, false);
    expect(placement.locate(CORPUS, 0)).toEqual({ missingBytes: 60, source: NOWHERE });
    placement.setPresent(5, true);
    expect(placement.locate(CORPUS, 0).source).toBe(5);
  });
});

describe('copies', () => {
  test('go by LRU in each node apart, and looking for one is no use of it', () => {
    const { placement } = placed();
    placement.put(SHARDS, 0);
    placement.put(CORPUS, 0);
    placement.put(WEIGHTS, 1);
    placement.locate(SHARDS, 0);
    expect(placement.put(WEIGHTS, 0)).toBe(true);
    // 160 + 140 > 200: the shards go, the corpus with its 60 may stay beside the weights.
    expect([SHARDS, CORPUS, WEIGHTS].map((set) => placement.has(set, 0))).toEqual([false, true, true]);
    expect([placement.cachedBytes(0), placement.cachedBytes(1)]).toEqual([200, 140]);
    placement.touch(CORPUS, 0);
    placement.put(SHARDS, 0);
    expect([SHARDS, CORPUS, WEIGHTS].map((set) => placement.has(set, 0))).toEqual([true, true, false]);
  });

  test('in use keep their place; what does not fit beside them is streamed and stays missing', () => {
    const { placement } = placed();
    placement.put(WEIGHTS, 0);
    expect(placement.pin(WEIGHTS, 0)).toBe(true);
    expect(placement.put(SHARDS, 0)).toBe(false);
    expect(placement.locate(SHARDS, 0).missingBytes).toBe(100);
    expect([placement.evict(WEIGHTS, 0), placement.unpin(WEIGHTS, 0), placement.evict(WEIGHTS, 0)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(placement.locate(WEIGHTS, 0).source).toBe(STORAGE);
  });

  test('a given replica takes no room in the cache, and no clearing removes it', () => {
    const { placement } = placed();
    expect([placement.put(CORPUS, 5), placement.cachedBytes(5), placement.pin(CORPUS, 5)]).toEqual([
      true,
      0,
      false,
    ]);
    placement.put(WEIGHTS, 5);
    placement.clear(5);
    expect([placement.has(CORPUS, 5), placement.has(WEIGHTS, 5), placement.cachedBytes(5)]).toEqual([
      true,
      false,
      0,
    ]);
  });

  test('a node that is added later begins empty', () => {
    const { placement, topology, network } = placed();
    expect(topology.addNode()).toBe(6);
    network.addLinks(topology.links);
    placement.addNode(150);
    expect(placement.locate(CORPUS, 6)).toEqual({ missingBytes: 60, source: 5 });
    placement.put(CORPUS, 6);
    expect(placement.locate(CORPUS, 6).missingBytes).toBe(0);
  });
});
