import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { parseSource } from '../../src/scenario/source.js';
import { mistakes } from './mistakes.js';

const RIGHT = `version: 1
name: network
run: {tasks: 10}
network: {topology: rack-spine, nvlink: 3600GB/s, nic: {bandwidth: 50GB/s, latency: 5ms}, nodesPerRack: 2, rackUplink: 25GB/s, storage: 10GB/s}
datasets:
  images: {size: 150GB, replicas: [storage, gpus/1]}
  shards: {size: 1GB, count: 3}
pools:
  gpus: {mode: exclusive, nodes: 2, cache: 2TB, nic: 100GB/s}
  slots: {}
services: {search: {latency: 1s}}
stages: {train: {pool: gpus}, serve: {pool: slots}, search: {service: search}}
workloads:
  jobs:
    arrival: {process: poisson, rate: 1/min}
    workflow:
      - {stage: train, work: 1s, data: [images, {dataset: shards, skew: 1}], communication: 20%}
      - {stage: serve, work: 1s, transfer: {size: 2GB, perPromptToken: 320KiB}}
      - {stage: search}
disturbances:
  - {link: node-*/nic-in, at: 1m, for: inf, factor: 0.5}
  - {service: search, at: 1m, for: 1m, slowdown: 2}
slos:
  - {metric: links.storage/out.utilisation, name: storage, atMost: 80%}
  - {metric: data.images.fetched_bytes, name: fetched, atMost: 1PB}
  - {metric: workloads.jobs.phases.transfer_s.p99, name: wait, atMost: 1m}
`.replace('1PB', '1000TB');

const changed = (from: string, to: string, text = RIGHT): string => {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return text.replace(from, to);
};
const system = (text: string) => compileScenario(parseSource(text, 'network.yaml')).system;

describe('a right scenario', () => {
  test('has no problems', () => {
    expect(mistakes(RIGHT)).toEqual([]);
  });

  test('becomes what the engine takes', () => {
    const { network, pools, workloads, disturbances } = system(RIGHT);
    expect(network?.topology).toEqual({
      shape: 'rack-spine',
      nodes: 0,
      nodesPerRack: 2,
      // 2 * 50 / 25.
      oversubscription: 4,
      spineLatencyS: 0,
      inside: { bytesPerS: 3.6e12, latencyS: 0 },
      nic: { bytesPerS: 5e10, latencyS: 0.005 },
      storage: { bytesPerS: 1e10, latencyS: 0 },
    });
    expect(network?.pools).toEqual([
      { links: { nic: { bytesPerS: 1e11, latencyS: 0 } }, cacheBytes: 2e12, nodesPerMachine: 1 },
      { links: {}, cacheBytes: 0, nodesPerMachine: 1 },
    ]);
    expect(network?.dataSets).toEqual([
      { name: 'images', members: 1, bytes: 1.5e11, inStorage: true, onNodes: [{ pool: 0, node: 1 }] },
      { name: 'shards', members: 3, bytes: 1e9, inStorage: true, onNodes: [] },
    ]);
    expect(disturbances).toContainEqual({
      kind: 'links',
      onset: { kind: 'at', atS: 60 },
      forS: Number.POSITIVE_INFINITY,
      links: 'node-*/nic-in',
      factor: 0.5,
    });
    // The racks of the network are those of the pools.
    expect(pools.map(({ nodesPerRack }) => nodesPerRack)).toEqual([2, 2]);
    const [train, serve, search] = workloads[0]!.steps;
    expect(train?.network?.data[0]).toEqual({ family: 0, cumulative: [1] });
    // 1, 1/2 and 1/3 of 11/6.
    expect(train?.network?.data[1]?.cumulative[0]).toBeCloseTo(6 / 11, 12);
    expect(train?.network?.data[1]?.cumulative[1]).toBeCloseTo(9 / 11, 12);
    expect(train?.network).toMatchObject({ communicationFraction: 0.2, carriedBytes: 0 });
    expect(serve?.network).toMatchObject({ carriedBytes: 2e9, carriedBytesPerPromptToken: 327_680 });
    expect(search?.network).toBeNull();
  });

  test('another link is another scenario', () => {
    const hash = (text: string) => compileScenario(parseSource(text, 'network.yaml')).hash;
    expect(hash(changed('storage: 10GB/s', 'storage: 11GB/s'))).not.toBe(hash(RIGHT));
    expect(hash(changed('count: 3', 'count: 4'))).not.toBe(hash(RIGHT));
    expect(hash(changed('communication: 20%', 'communication: 21%'))).not.toBe(hash(RIGHT));
  });
});

describe('mistakes', () => {
  const cases: readonly (readonly [what: string, text: string, told: string | RegExp])[] = [
    [
      'a data set that is not there',
      changed('data: [images,', 'data: [image,'),
      /unknown data set `image` -> images/,
    ],
    [
      'one in a map',
      changed('dataset: shards, skew', 'dataset: shard, skew'),
      /unknown data set `shard` -> shards/,
    ],
    ['a pool that is not there', changed('gpus/1', 'gpu/1'), /unknown pool `gpu` -> gpus/],
    [
      'a node that is not there',
      changed('gpus/1', 'gpus/2'),
      /pool `gpus` has no node 2: its nodes are 0 to 1/,
    ],
    ['a place that is none', changed('gpus/1', 'everywhere'), /unknown place `everywhere`/],
    ['no storage', changed(', storage: 10GB/s', ''), /lies in the storage, but the network has no `storage`/],
    ['no card', changed('nic: {bandwidth: 50GB/s, latency: 5ms}, ', ''), /topology rack-spine needs `nic`/],
    ['racks without a size', changed('nodesPerRack: 2, ', ''), /topology rack-spine needs `nodesPerRack`/],
    ['an uplink without racks', changed('rack-spine', 'rack'), /`nodesPerRack` needs topology rack-spine/],
    [
      'two uplinks',
      changed('rackUplink: 25GB/s', 'rackUplink: 25GB/s, oversubscription: 4'),
      /either `oversubscription` or `rackUplink`/,
    ],
    [
      'other racks',
      changed('nodes: 2, cache', 'nodes: 2, nodesPerRack: 4, cache'),
      /has 2 nodes in a rack, the pool 4/,
    ],
    [
      'a link that is not there',
      changed('node-*/nic-in', 'node-0/nicin'),
      /unknown link `node-0\/nicin` -> node-0\/nic-in/,
    ],
    ['links that are not there', changed('node-*/nic-in', 'rack-7/*'), /no link is called like `rack-7\/\*`/],
    ['no fabric', changed('nvlink: 3600GB/s, ', ''), /give the network its `nvlink`/],
    [
      'gangs in slots',
      changed('transfer: {size: 2GB, perPromptToken: 320KiB}', 'communication: 10%'),
      /is in mode slots/,
    ],
    [
      'data of a service',
      changed('{stage: search}', '{stage: search, data: images}'),
      /is a service’s, which has no data/,
    ],
    [
      'a first step that brings something along',
      changed('communication: 20%', 'transfer: {size: 1GB}'),
      /the first step has nothing to bring along/,
    ],
    [
      'an empty transfer',
      changed('{size: 2GB, perPromptToken: 320KiB}', '{}'),
      /expected `size`, `perPromptToken` or both/,
    ],
    ['a link that carries nothing', changed('factor: 0.5', 'factor: 0'), /expected a number above 0, got 0/],
    [
      'a measure of no link',
      changed('links.storage/out', 'links.storage/on'),
      /`links` has no `storage\/on`/,
    ],
  ];
  test.each(cases)('%s', (_, text, told) => {
    expect(mistakes(text).join('\n')).toMatch(told);
  });

  test('everything that needs a network says so', () => {
    const text = RIGHT.split('\n')
      .filter(
        (line) =>
          !line.startsWith('network:') && !line.includes('metric: links') && !line.includes('metric: data'),
      )
      .join('\n');
    const told = mistakes(text).filter((line) => line.includes('needs a `network`'));
    expect(told.map((line) => /`(\w+)` needs/.exec(line)?.[1])).toEqual([
      'datasets',
      'cache',
      'nic',
      'data',
      'communication',
      'transfer',
      'link',
    ]);
  });

  test('one node is one node', () => {
    const text = `version: 1
name: one
run: {tasks: 1}
network: {topology: single-node, storage: 1GB/s}
pools: {gpus: {nodes: 2}}
stages: {s: {pool: gpus}}
workloads: {w: {arrival: {process: poisson, rate: 1/s}, workflow: [{stage: s, work: 1s}]}}
`;
    expect(mistakes(text).join()).toMatch(/topology single-node is for one node, but the pools have 2/);
    expect(mistakes(changed('nodes: 2', 'nodes: 1', text))).toEqual([]);
    expect(
      mistakes(changed('topology: single-node', 'topology: single-node, nic: 1GB/s', text)).join(),
    ).toMatch(/a single node has nobody to send to/);
  });
});
