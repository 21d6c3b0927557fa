import { describe, expect, test } from 'vitest';
import { Fleet } from '../../../src/model/network/fleet.js';
import { isNamed, linksNamed } from '../../../src/model/network/link-names.js';
import { measuredLinks } from '../../../src/model/network/measured-links.js';
import type { NetworkSpec } from '../../../src/model/network/spec.js';

const link = { bytesPerS: 100, latencyS: 0 };

const spec = (nodesPerRack: number): NetworkSpec => ({
  topology: {
    shape: 'rack-spine',
    nodes: 0,
    nodesPerRack,
    oversubscription: 1,
    spineLatencyS: 0,
    inside: link,
    nic: link,
    storage: link,
  },
  pools: [
    { links: {}, cacheBytes: 0, nodesPerMachine: 1 },
    { links: { nic: { bytesPerS: 7, latencyS: 0 } }, cacheBytes: 0, nodesPerMachine: 1 },
  ],
  dataSets: [],
});

describe('nodes of several pools in one topology', () => {
  const fleet = new Fleet(spec(2), [3, 2]);
  const rackOf = (pool: number, node: number) => fleet.topology.rackOf(fleet.nodeOf(pool, node));

  test('are numbered pool by pool, and a pool opens a rack', () => {
    expect([0, 1, 2].map((node) => fleet.nodeOf(0, node))).toEqual([0, 1, 2]);
    expect([0, 1].map((node) => fleet.nodeOf(1, node))).toEqual([3, 4]);
    expect([0, 1, 2].map((node) => rackOf(0, node))).toEqual([0, 0, 1]);
    expect([0, 1].map((node) => rackOf(1, node))).toEqual([2, 2]);
  });

  test('have the cards of their pool', () => {
    const widths = [0, 3].map((node) => fleet.topology.links[fleet.topology.nicLinks(node)[0]!]!.bytesPerS);
    expect(widths).toEqual([100, 7]);
  });

  test('those added later fill the racks of their pool, then open another', () => {
    expect([fleet.addNode(0), fleet.addNode(0)]).toEqual([5, 6]);
    expect([rackOf(0, 3), rackOf(0, 4)]).toEqual([1, 3]);
    expect(fleet.nodesOf(0)).toBe(5);
    expect(fleet.topology.racks).toBe(4);
  });
});

test('a pattern is matched as the regular expression that it stands for', () => {
  const names = [
    'storage/out',
    'node-3/nic-in',
    'node-13/nic-in',
    'rack-1/up',
    'rack-11/up',
    'aba',
    'ab',
    'a',
  ];
  const patterns = [
    '*',
    'node-3/*',
    '*/nic-*',
    'rack-1/up',
    'rack-1*/up',
    '*1*1*',
    'ab*ba',
    'a*a',
    'a*b*a',
    '**',
    'x',
  ];
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.split('*').join('.*')}$`);
    for (const name of names)
      expect([name, pattern, isNamed(name, pattern)]).toEqual([name, pattern, expression.test(name)]);
  }
});

test('links by name', () => {
  const { topology } = new Fleet(spec(2), [1, 1]);
  const named = (pattern: string) => linksNamed(topology, pattern).map((at) => topology.links[at]!.name);
  expect(named('node-1/*')).toEqual(['node-1/inside', 'node-1/nic-out', 'node-1/nic-in']);
  expect(named('*/up')).toEqual(['rack-0/up', 'rack-1/up']);
  expect(named('node-2/inside')).toEqual([]);
});

test('every link between nodes is measured, or all of a kind together where there are more than 64', () => {
  const rows = (nodes: number) => measuredLinks(new Fleet(spec(32), [nodes, 1]).topology);
  expect(rows(1).map(({ name }) => name)).toEqual([
    'storage/out',
    'storage/in',
    'node-0/nic-out',
    'node-1/nic-out',
    'node-0/nic-in',
    'node-1/nic-in',
    'rack-0/up',
    'rack-1/up',
    'rack-0/down',
    'rack-1/down',
  ]);
  expect(rows(63)).toHaveLength(2 + 2 * 64 + 2 * 3);
  const many = rows(64);
  expect(many.map(({ name }) => name).filter((name) => name.includes('nic'))).toEqual([
    '*/nic-out',
    '*/nic-in',
  ]);
  expect(many.find(({ name }) => name === '*/nic-in')?.links).toHaveLength(65);
});
