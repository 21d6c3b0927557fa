import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gangSlowdown, slowestLinkBytesPerS } from '../../../src/model/network/gang.js';
import { Network } from '../../../src/model/network/network.js';
import { Topology } from '../../../src/model/network/topology.js';

// Four nodes a rack; an uplink carries 4 * 400 / 4 = 400.
const topology = new Topology({
  shape: 'rack-spine',
  nodes: 8,
  nodesPerRack: 4,
  oversubscription: 4,
  spineLatencyS: 0,
  inside: { bytesPerS: 3600, latencyS: 0 },
  nic: { bytesPerS: 400, latencyS: 0 },
});

describe('the slowest link among the members', () => {
  test('is the fabric within a node, the card within a rack', () => {
    expect(slowestLinkBytesPerS(topology, topology, [3])).toBe(3600);
    expect(slowestLinkBytesPerS(topology, topology, [0, 1, 2, 3])).toBe(400);
  });

  test('across racks is the part of the uplink that a member has in the rack with most members', () => {
    expect(slowestLinkBytesPerS(topology, topology, [0, 4])).toBe(400);
    expect(slowestLinkBytesPerS(topology, topology, [0, 4, 5])).toBe(200);
    // All of both racks: a quarter of the cards' bandwidth, as the over-subscription says.
    expect(slowestLinkBytesPerS(topology, topology, [0, 1, 2, 3, 4, 5, 6, 7])).toBe(100);
  });

  test('is told by links as they are now', () => {
    const network = new Network();
    network.addLinks(topology.links);
    const nicIn = topology.links.findIndex(({ name }) => name === 'node-2/nic-in');
    network.setCapacity(nicIn, 25, 0);
    expect(slowestLinkBytesPerS(topology, network, [0, 1, 2])).toBe(25);
    expect(slowestLinkBytesPerS(topology, network, [0, 1, 3])).toBe(400);
  });
});

describe('slow-down', () => {
  test('a task that talks a tenth of its time takes 1.8 times as long over links a ninth as wide', () => {
    // 0.9 of computation as before, and 0.1 of communication nine times over: 0.9 + 0.9.
    expect(gangSlowdown(0.1, 3600, 400)).toBeCloseTo(1.8, 12);
  });

  test('a task that only talks takes as much longer as the link is narrower; one that never talks notices nothing', () => {
    expect([gangSlowdown(1, 3600, 400), gangSlowdown(0, 3600, 400), gangSlowdown(0, 3600, 0)]).toEqual([
      9, 1, 1,
    ]);
    expect(gangSlowdown(0.5, 3600, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test('is never below 1 and never more than the ratio of the bandwidths', () => {
    const bandwidth = fc.double({ min: 1, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), bandwidth, bandwidth, (f, fast, slow) => {
        const slowdown = gangSlowdown(f, fast, slow);
        expect(slowdown).toBeGreaterThanOrEqual(1);
        expect(slowdown).toBeLessThanOrEqual(Math.max(1, fast / slow) * (1 + 1e-12));
      }),
    );
  });

  test('refuses a fraction that is none', () => {
    expect(() => gangSlowdown(1.5, 1, 1)).toThrow(RangeError);
    expect(() => gangSlowdown(Number.NaN, 1, 1)).toThrow(RangeError);
  });
});
