/** What holds of every run with an interconnect, whatever moves and whoever is stopped on the way. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { N } from '../../src/model/task-table.js';
import { PHASE } from '../../src/simulation/recorder.js';
import type { Run } from '../../src/simulation/simulate.js';
import { observe, type ScenarioObject } from './observe.js';

const gb = (n: number) => n * 1e9;

const data = fc.constantFrom(
  undefined,
  'images',
  'shards',
  { dataset: 'shards', skew: 1.2 },
  ['images', 'texts'],
  ['texts', 'shards', 'texts'],
);

const step = fc.record({
  stage: fc.constantFrom('train', 'serve'),
  data,
  work: fc.constantFrom(0.5, 2, { dist: 'exponential', mean: 2 }),
  gpus: fc.integer({ min: 1, max: 4 }),
  communication: fc.constantFrom(undefined, 0, 0.3),
  transfer: fc.constantFrom(undefined, undefined, { size: gb(3) }),
  errorRate: fc.constantFrom(0, 0, 0.2),
});

const workload = fc.record(
  {
    arrival: fc.constantFrom(
      { process: 'poisson', rate: 0.6 },
      { process: 'deterministic', interval: 2, batch: 2 },
      { process: 'closed', users: 3, think: 1 },
    ),
    priority: fc.nat(2),
    timeout: fc.constantFrom(4, 9),
    workflow: fc.array(step, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['arrival', 'priority', 'workflow'] },
);

const scenario: fc.Arbitrary<ScenarioObject> = fc
  .record({
    topology: fc.constantFrom('rack', 'rack-spine'),
    latency: fc.constantFrom(0, 0.25),
    cache: fc.constantFrom(undefined, gb(5), gb(11), gb(100)),
    trainNodes: fc.integer({ min: 2, max: 4 }),
    serving: fc.constantFrom({ slotsPerGpu: 4 }, { mode: 'shared', nodes: 2 }),
    workloads: fc.tuple(workload, workload),
    placement: fc.constantFrom('locality-aware', 'spread', 'first-fit'),
    preemption: fc.constantFrom(
      'none',
      'priority',
      {
        policy: 'priority',
        mode: 'resume',
        checkpointOnPreempt: true,
        checkpointCost: 0.5,
        resumeCost: 0.25,
      },
      { policy: 'priority', mode: 'restart' },
      { policy: 'priority', mode: 'restart-task' },
      { policy: 'priority', mode: 'abort' },
    ),
    retry: fc.constantFrom('none', 'exponential', { policy: 'hedge', after: 3 }),
    disturbed: fc.boolean(),
  })
  .map(({ topology, latency, cache, trainNodes, serving, workloads, disturbed, ...policies }) => ({
    version: 1,
    name: 'random',
    run: { duration: 20, drain: true },
    network: {
      topology,
      nvlink: '20GB/s',
      nic: { bandwidth: '4GB/s', latency },
      storage: '5GB/s',
      ...(topology === 'rack' ? {} : { nodesPerRack: 2, oversubscription: 2, spineLatency: 0.125 }),
    },
    datasets: {
      images: { size: '6GB', replicas: ['storage', 'train/1'] },
      texts: { size: '1GB', replicas: 'serve/0' },
      shards: { size: '2GB', count: 5 },
    },
    pools: {
      train: { mode: 'exclusive', nodes: trainNodes, gpusPerNode: 2, spanNodes: true, cache },
      serve: { ...serving, cache },
    },
    stages: { train: { pool: 'train' }, serve: { pool: 'serve' } },
    workloads: Object.fromEntries(
      workloads.map(({ workflow, ...rest }, index) => [
        `w${index}`,
        {
          ...rest,
          workflow: workflow.map(({ gpus, communication, transfer, ...common }, at) => ({
            ...common,
            ...(common.stage === 'train' ? { gpus, communication } : {}),
            ...(at > 0 ? { transfer } : {}),
          })),
        },
      ]),
    ),
    disturbances: disturbed
      ? [
          { link: 'node-*', at: 5, for: 6, factor: 0.25 },
          { link: 'storage/out', at: 8, for: 100, factor: 0.1 },
        ]
      : [],
    policies,
  }));

const RUNS = { numRuns: 40 };

function checkNow({ state }: Run): void {
  const net = state.interconnect!;
  // What is due at this instant ends before rates are found anew.
  if (net.network.nextS() > state.nowS)
    for (const link of net.topology.links.keys()) {
      expect(net.network.linkLoadBytesPerS(link)).toBeLessThanOrEqual(
        net.network.capacityBytesPerS(link) * (1 + 1e-9),
      );
    }
  // Who waits for data is in the phase for it, and the other way round; every fetch has somebody who waits.
  const fetching = [...net.byTask.entries()].filter(([, { open }]) => open.size > 0).map(([task]) => task);
  const inPhase: number[] = [];
  state.tasks.forEach((task) => {
    if (state.tasks.n[task + N.phase] === PHASE.transfer) inPhase.push(task);
  });
  expect(fetching.toSorted((a, b) => a - b)).toEqual(inPhase);
  for (const fetch of net.fetches.values()) expect(fetch.waiting.length).toBeGreaterThan(0);
  expect(net.network.flows).toBe(net.fetches.size);
}

test('no link carries more than it can, and every transfer has somebody who waits for it', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), (given, seed) => {
      const { run } = observe(given, { seed: String(seed), between: checkNow });
      const { interconnect, tasks } = run.state;
      expect(tasks.size).toBe(0);
      expect(interconnect!.byTask.size).toBe(0);
      expect(interconnect!.network.flows).toBe(0);
      // Nothing stays pinned: everything can be dropped.
      for (let node = 0; node < interconnect!.topology.nodes; node++) {
        for (const dataSet of interconnect!.familyOf.keys()) interconnect!.data.evict(dataSet, node);
        expect(interconnect!.data.cachedBytes(node)).toBe(0);
      }
    }),
    RUNS,
  );
});

test('what the nodes have taken in is what was fetched and brought along, where nobody breaks off', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), (given, seed) => {
      const patient = Object.fromEntries(
        Object.entries(given.workloads).map(
          ([name, { timeout: _, ...rest }]: [string, { timeout?: unknown }]) => [name, rest],
        ),
      );
      const policies = { placement: 'locality-aware' };
      const seen = new Set<object>();
      let broughtBytes = 0;
      const { measures } = observe(
        { ...given, workloads: patient, policies },
        {
          seed: String(seed),
          between: ({ state }) => {
            for (const fetch of state.interconnect!.fetches.values())
              if (fetch.dataSet === -1 && !seen.has(fetch)) {
                seen.add(fetch);
                broughtBytes += gb(3);
              }
          },
        },
      );
      const { links, data: sets } = measures;
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const cameIn = sum(
        Object.entries(links).map(([name, { carried_bytes }]) =>
          name.endsWith('/nic-in') ? carried_bytes : 0,
        ),
      );
      const wentOut = sum(
        Object.entries(links).map(([name, { carried_bytes }]) =>
          /nic-out$|^storage\/out/.test(name) ? carried_bytes : 0,
        ),
      );
      const fetched = sum(Object.values(sets).map(({ fetched_bytes }) => fetched_bytes));
      expect(Math.abs(cameIn - fetched - broughtBytes)).toBeLessThan(1 + 1e-9 * cameIn);
      expect(Math.abs(cameIn - wentOut)).toBeLessThan(1 + 1e-9 * cameIn);
      for (const { utilisation, peak_utilisation } of Object.values(links))
        expect(utilisation).toBeLessThanOrEqual(peak_utilisation + 1e-9);
    }),
    RUNS,
  );
});

test('the same seed gives the same bytes', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), (given, seed) => {
      const once = observe(given, { seed: String(seed) });
      const again = observe(given, { seed: String(seed) });
      expect(JSON.stringify(again.measures)).toBe(JSON.stringify(once.measures));
      expect(again.changes).toEqual(once.changes);
    }),
    { numRuns: 40 },
  );
});
