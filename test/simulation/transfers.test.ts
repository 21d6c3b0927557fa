/** Times derived by hand from bandwidths; 1 GB is 10^9 bytes. */
import { describe, expect, test } from 'vitest';
import { observe, type Row, type ScenarioObject } from './observe.js';
import { atTimes } from './own.js';

/** One task's way: when it began to run (fetching or working) and when it was done. */
const ends = (run: ReturnType<typeof observe>): Record<string, number> =>
  Object.fromEntries(run.changes.filter(({ to }) => to === 'completed').map(({ task, atS }) => [task, atS]));

const NETWORK = { topology: 'rack', nic: '2GB/s', nvlink: '20GB/s', storage: '3GB/s' };

const scenario = (given: object, steps: Record<string, readonly object[]>): ScenarioObject => ({
  version: 1,
  name: 'transfers',
  run: { drain: true },
  network: NETWORK,
  pools: { gpus: { mode: 'exclusive', nodes: 2, gpusPerNode: 1, cache: '100GB' } },
  datasets: { images: { size: '6GB' }, texts: { size: '4GB' } },
  stages: { train: { pool: 'gpus' } },
  workloads: Object.fromEntries(Object.entries(steps).map(([name, workflow]) => [name, { workflow }])),
  ...given,
});

const step = (data: unknown, work: number, more: object = {}) => ({ stage: 'train', data, work, ...more });
const at = (...times: number[]): readonly Row[] => times.map((time) => ({ at: time }));

describe('data that is not on the node', () => {
  test('travels first: a task of 10 s that needs 6 GB over a card of 2 GB/s takes 13 s', () => {
    const run = observe(scenario({}, { a: [step('images', 10)] }), { rows: { a: at(0) } });
    expect(ends(run)).toEqual({ 'a/0': 13 });
    const { phases, latency_s } = run.measures.total;
    expect(phases.transfer_s?.mean).toBeCloseTo(3, 9);
    expect(phases.work_s?.mean).toBeCloseTo(10, 9);
    expect(latency_s.mean).toBeCloseTo(13, 9);
    // GPUs are held meanwhile: 13 of 2 * 13 GPU-seconds.
    expect(run.measures.pools.gpus?.utilisation.busy).toBeCloseTo(0.5, 12);
  });

  test('is told apart from work in the record: 3 s of the task go by before its work begins', () => {
    const run = observe(scenario({}, { a: [step('images', 10)] }), { rows: { a: at(0) }, record: true });
    const states = run.decisions.filter(({ kind }) => kind === 'state');
    expect(states.map(({ reason, place, atS }) => [reason, place, atS])).toEqual([
      ['queued', '', 0],
      ['ready', 'train', 0],
      ['in-progress (transfer)', 'train', 0],
      ['in-progress', 'train', 3],
      ['completed', 'train', 13],
    ]);
  });

  test('shares the way out of the storage: 1.5 GB/s each until the smaller is there', () => {
    // Both move at 1.5 GB/s, limited by the storage's 3. texts is there after 4 / 1.5 s; images has 2 GB left, now
    // limited by its card's 2 GB/s: 4 / 1.5 + 2 / 2 = 3.6667 s.
    const run = observe(scenario({}, { a: [step('images', 10)], b: [step('texts', 10)] }), {
      rows: { a: at(0), b: at(0) },
    });
    expect(ends(run)['b/0']).toBeCloseTo(4 / 1.5 + 10, 9);
    expect(ends(run)['a/0']).toBeCloseTo(4 / 1.5 + 1 + 10, 9);
    const links = run.measures.links;
    expect(links['storage/out']?.carried_bytes).toBeCloseTo(10e9, 0);
    expect(links['node-0/nic-in']?.carried_bytes).toBeCloseTo(6e9, 0);
    expect(links['node-1/nic-in']?.carried_bytes).toBeCloseTo(4e9, 0);
    expect(links['node-0/nic-out']?.carried_bytes).toBe(0);
    // Full for 4 / 1.5 s, then at 2 of 3 for 1 s.
    const windowS = 4 / 1.5 + 1 + 10;
    expect(links['storage/out']?.utilisation).toBeCloseTo((4 / 1.5 + 2 / 3) / windowS, 9);
    expect(links['storage/out']?.peak_utilisation).toBe(1);
    expect(links['node-1/nic-in']?.peak_utilisation).toBeCloseTo(0.75, 12);
  });

  test('comes from a node of the rack that has it rather than from the storage', () => {
    // The first has it at 6 and keeps node 0 busy until 16; the second reads from there over the cards: 6 / 2 s.
    const run = observe(
      scenario({ network: { ...NETWORK, storage: '1GB/s' } }, { a: [step('images', 10)] }),
      {
        rows: { a: at(0, 10) },
      },
    );
    expect(ends(run)).toEqual({ 'a/0': 16, 'a/1': 23 });
    expect(run.measures.links['node-0/nic-out']?.carried_bytes).toBeCloseTo(6e9, 0);
    expect(run.measures.links['storage/out']?.carried_bytes).toBeCloseTo(6e9, 0);
  });

  test('is fetched once for all who wait for it on a node', () => {
    const pools = { gpus: { slotsPerGpu: 2, cache: '100GB' } };
    const run = observe(scenario({ pools }, { a: [step('images', 10)] }), { rows: { a: at(0, 1) } });
    expect(ends(run)).toEqual({ 'a/0': 13, 'a/1': 13 });
    expect(run.measures.data.images).toEqual({
      uses: 2,
      hits: 0,
      hit_fraction: 0,
      fetched_bytes: 6e9,
    });
  });

  test('a latency comes on top, once a transfer', () => {
    const storage = { bandwidth: '3GB/s', latency: '500ms' };
    const run = observe(scenario({ network: { ...NETWORK, storage } }, { a: [step('images', 10)] }), {
      rows: { a: at(0) },
    });
    expect(ends(run)).toEqual({ 'a/0': 13.5 });
  });

  test('from a node that has a replica of its own, nothing travels', () => {
    const datasets = { images: { size: '6GB', replicas: ['gpus/0', 'gpus/1'] } };
    const run = observe(scenario({ datasets }, { a: [step('images', 10)] }), { rows: { a: at(0, 0) } });
    expect(ends(run)).toEqual({ 'a/0': 10, 'a/1': 10 });
    expect(run.measures.data.images?.hit_fraction).toBe(1);
    expect(run.measures.total.phases.transfer_s?.max).toBe(0);
  });
});

describe('caches', () => {
  const one = (cache: string) => ({ pools: { gpus: { mode: 'exclusive', cache } } });
  const uses = { i: [step('images', 1)], t: [step('texts', 1)] };
  // In turn on one node: images, texts, images.
  const rows = { i: at(0, 200), t: at(100) };

  test('with room for both, the third use is a hit', () => {
    const run = observe(scenario(one('10GB'), uses), { rows });
    expect(ends(run)).toEqual({ 'i/0': 4, 't/0': 103, 'i/1': 201 });
    expect(run.measures.data.images).toEqual({ uses: 2, hits: 1, hit_fraction: 0.5, fetched_bytes: 6e9 });
  });

  test('with room for one of them, what was used longest ago has gone', () => {
    const run = observe(scenario(one('9GB'), uses), { rows });
    expect(ends(run)).toEqual({ 'i/0': 4, 't/0': 103, 'i/1': 204 });
    expect(run.measures.data.images).toEqual({ uses: 2, hits: 0, hit_fraction: 0, fetched_bytes: 12e9 });
  });

  test('without a cache everything travels every time', () => {
    const pools = { gpus: { mode: 'exclusive' } };
    const run = observe(scenario({ pools }, { i: [step('images', 1)] }), { rows: { i: at(0, 100) } });
    expect(ends(run)).toEqual({ 'i/0': 4, 'i/1': 104 });
  });

  test('what is in use stays: a newcomer that does not fit beside it is streamed', () => {
    // images in use from 3 to 53 on the node; texts comes at 10 and does not fit; at 100 images is still there.
    const pools = { gpus: { slotsPerGpu: 2, cache: '9GB' } };
    const steps = { i: [step('images', 50)], t: [step('texts', 1)] };
    const run = observe(scenario({ pools }, steps), { rows: { i: at(0, 100), t: at(10, 200) } });
    expect(ends(run)).toEqual({ 'i/0': 53, 't/0': 13, 'i/1': 150, 't/1': 203 });
  });
});

describe('a task that leaves while its data travels', () => {
  const patient = (timeout: number, more: object = {}) => ({
    ...scenario({}, {}),
    workloads: {
      a: { timeout, workflow: [step('images', 10)], ...more },
      b: { workflow: [step('texts', 10)] },
    },
  });

  test('gives its share of the links back', () => {
    // Both at 1.5 GB/s until 2, then texts alone has 1 GB left at its card's 2 GB/s.
    const run = observe(patient(2), { rows: { a: at(0), b: at(0) } });
    expect(ends(run)['b/0']).toBeCloseTo(2.5 + 10, 9);
    expect(run.measures.links['node-0/nic-in']?.carried_bytes).toBeCloseTo(3e9, 0);
    expect(run.measures.data.images?.fetched_bytes).toBe(0);
    // Its two GPU-seconds came to nothing.
    expect(run.measures.pools.gpus?.wasted_gpu_hours).toBeCloseTo(2 / 3600, 12);
  });

  test('one that is preempted has done nothing yet and fetches again', () => {
    const run = observe(
      {
        ...scenario({ pools: { gpus: { mode: 'exclusive', cache: '9GB' } } }, { low: [step('images', 10)] }),
        workloads: {
          low: { workflow: [step('images', 10)] },
          high: { priority: 1, workflow: [{ stage: 'train', work: 5 }] },
        },
        policies: { preemption: 'priority', ordering: 'priority' },
      },
      { rows: { low: at(0), high: at(2) } },
    );
    expect(ends(run)).toEqual({ 'high/0': 7, 'low/0': 20 });
    expect(run.measures.total.phases.transfer_s?.max).toBeCloseTo(5, 9);
  });
});

describe('what a task brings along', () => {
  const steps = [
    { stage: 'prefill', work: 1 },
    { stage: 'decode', work: 2, transfer: { perPromptToken: '1MB', size: '1GB' } },
  ];
  const split = {
    version: 1,
    name: 'split',
    run: { drain: true },
    network: { topology: 'rack', nic: '2GB/s' },
    pools: { p: {}, d: {} },
    stages: { prefill: { pool: 'p' }, decode: { pool: 'd' } },
    workloads: { a: { promptTokens: 3000, workflow: steps } },
  };

  test('goes from the node where it was to the one where it is: 4 GB at 2 GB/s', () => {
    const run = observe(split, { rows: { a: at(0) } });
    expect(ends(run)).toEqual({ 'a/0': 5 });
    expect(run.measures.links['node-0/nic-out']?.carried_bytes).toBeCloseTo(4e9, 0);
    expect(run.measures.links['node-1/nic-in']?.carried_bytes).toBeCloseTo(4e9, 0);
  });

  test('on the same node there is nothing to move', () => {
    const stages = { prefill: { pool: 'p' }, decode: { pool: 'p' } };
    expect(ends(observe({ ...split, stages }, { rows: { a: at(0) } }))).toEqual({ 'a/0': 3 });
  });

  test('two at once share the card', () => {
    const run = observe(
      { ...split, pools: { p: { slotsPerGpu: 2 }, d: { slotsPerGpu: 2 } } },
      { rows: { a: at(0, 0) } },
    );
    expect(ends(run)).toEqual({ 'a/0': 7, 'a/1': 7 });
  });
});

describe('a gang over several nodes', () => {
  // A fifth of its time inside at 20 GB/s; across nodes at 2 GB/s that part takes ten times as long: 0.8 + 0.2 * 10.
  const gang = (gpus: number) => ({ stage: 'train', work: 10, gpus, communication: 0.2 });
  const pools = { gpus: { mode: 'exclusive', nodes: 2, gpusPerNode: 2, spanNodes: true } };

  test('takes 2.8 times as long across nodes as within one', () => {
    expect(ends(observe(scenario({ pools }, { a: [gang(2)] }), { rows: { a: at(0) } }))).toEqual({
      'a/0': 10,
    });
    const wide = ends(observe(scenario({ pools }, { a: [gang(4)] }), { rows: { a: at(0) } }));
    expect(wide['a/0']).toBeCloseTo(28, 9);
  });

  test('over racks the uplink sets the pace: each of 2 has half of 2 GB/s', () => {
    // 4 nodes, 2 to a rack, uplink 2 * 2 / 2 = 2 GB/s, shared by 2 members: 1 GB/s. 0.8 + 0.2 * 20 = 4.8.
    const network = { ...NETWORK, topology: 'rack-spine', nodesPerRack: 2, oversubscription: 2 };
    const large = { gpus: { ...pools.gpus, nodes: 4 } };
    const run = observe(scenario({ network, pools: large }, { a: [gang(8)] }), { rows: { a: at(0) } });
    expect(ends(run)['a/0']).toBeCloseTo(48, 9);
  });

  test('slows down when its links do, and recovers with them', () => {
    // Cards at half: 0.8 + 0.2 * 20 = 4.8. From 7 to 19 s: 7 / 2.8 = 2.5 s of work done, 12 / 4.8 = 2.5 more, the
    // last 5 take 14.
    const disturbances = [{ link: 'node-*/nic-*', at: 7, for: 12, factor: 0.5 }];
    const run = observe(scenario({ pools, disturbances }, { a: [gang(4)] }), { rows: { a: at(0) } });
    expect(ends(run)['a/0']).toBeCloseTo(7 + 12 + 14, 9);
    expect(run.measures.stages.train?.service_s.mean).toBeCloseTo(33, 1);
  });
});

test('a link that degrades slows the transfers that cross it at once', () => {
  // 2 GB in the first second, then 0.2 GB/s for 10 s: 2 GB more, the last 2 GB in 1 s.
  const disturbances = [{ link: 'node-0/nic-in', at: 1, for: 10, factor: 0.1 }];
  const run = observe(scenario({ disturbances }, { a: [step('images', 10)] }), { rows: { a: at(0) } });
  expect(ends(run)['a/0']).toBeCloseTo(12 + 10, 9);
});

test('what was carried before the end of the warm-up is not measured', () => {
  const run = observe(scenario({}, { a: [step('images', 10)] }), { rows: { a: at(0) }, warmupS: 1 });
  expect(run.measures.links['storage/out']?.carried_bytes).toBeCloseTo(4e9, 0);
  expect(run.measures.links['storage/out']?.utilisation).toBeCloseTo((2 * (2 / 3)) / 12, 9);
});

test('a node that comes has an empty cache; one that comes back has lost what it had', () => {
  // Node 0: 6 s from the storage and 4 s of work, to 10; the second task to 14. The third on the new node at 11: 3 s from
  // node 0, to 18, which keeps the node that is to go at 15 until then. At 29 node 0 again, to 33; at 30.5 the node that
  // is back: 3 s from node 0 and 4 s.
  const run = observe(
    scenario(
      {
        network: { ...NETWORK, storage: '1GB/s' },
        pools: { gpus: { mode: 'exclusive', cache: '100GB' } },
      },
      { a: [step('images', 4)] },
    ),
    {
      rows: { a: at(0, 1, 2, 29, 30.5) },
      own: [atTimes([11, 15, 30], (runtime) => runtime.scale(0, runtime.nowS() === 15 ? -1 : 1))],
    },
  );
  expect(ends(run)).toEqual({ 'a/0': 10, 'a/1': 14, 'a/2': 18, 'a/3': 33, 'a/4': 37.5 });
});

test('where the only node that has the data is out of service, its tasks wait until it is back', () => {
  // Node 1 is away from 0 to 20; 6 GB over its card take until 23.
  const datasets = { images: { size: '6GB', replicas: 'gpus/1' } };
  let isBack = false;
  const run = observe(
    scenario({ datasets }, { a: [step('images', 10)], tick: [{ delay: 0 }, { stage: 'train', work: 1 }] }),
    {
      rows: { a: at(1), tick: at(0, 20) },
      onChange: ({ task, to, atS }, { state }) => {
        if (task !== 'tick/0' && task !== 'tick/1') return;
        const { pool } = state.pools[0]!;
        if (atS === 0 && pool.isOpen(1)) pool.close(1);
        else if (atS === 20 && !isBack && to === 'in-progress') {
          pool.open(1);
          isBack = true;
        } else return;
        state.interconnect!.noteNodes(pool);
      },
    },
  );
  expect(ends(run)['a/0']).toBe(33);
});

describe('checkpoints that go to the storage over the same links', () => {
  /** One GPU of 2 GB/s; a state of 6 GB; the important task comes at 4 and takes 5 s. */
  const preempted = (preemption: object, more: object = {}) =>
    observe(
      {
        ...scenario(
          {
            pools: {
              gpus: { mode: 'exclusive', cache: '100GB', checkpoint: { every: 0, size: '6GB' }, ...more },
            },
            policies: { ordering: 'priority', preemption: { policy: 'priority', ...preemption } },
          },
          { low: [step([], 10)], high: [step([], 5)] },
        ),
        workloads: {
          low: { workflow: [{ stage: 'train', work: 10 }] },
          high: { priority: 1, workflow: [{ stage: 'train', work: 5 }] },
        },
      },
      { rows: { low: at(0), high: at(4) } },
    );

  test('a victim that has its progress safe goes on after its state has come back: 9, 3 s of loading, 6 s more', () => {
    const run = preempted({});
    expect(ends(run)).toEqual({ 'high/0': 9, 'low/0': 18 });
    expect(run.measures.links['storage/out']?.carried_bytes).toBeCloseTo(6e9, 0);
  });

  test('a victim that saves first keeps its GPU until its state is there: 4 to 7, the other to 12, back to 15, then 6 s', () => {
    const run = preempted({ checkpointOnPreempt: true });
    expect(ends(run)).toEqual({ 'high/0': 12, 'low/0': 21 });
    const { links } = run.measures;
    expect([links['storage/in']?.carried_bytes, links['storage/out']?.carried_bytes]).toEqual([6e9, 6e9]);
  });

  test('two that are loaded at once share the storage’s way: 6 GB each at 1.5 GB/s', () => {
    // Both nodes are lost at 4 and back at 5, with all progress safe; then each loads for 4 s and works for 6 more.
    const run = observe(
      scenario(
        {
          pools: { gpus: { mode: 'exclusive', nodes: 2, checkpoint: { every: 1, size: '6GB' } } },
          disturbances: [{ pool: 'gpus', nodes: 2, at: 4, for: 1 }],
        },
        { a: [{ stage: 'train', work: 10 }], b: [{ stage: 'train', work: 10 }] },
      ),
      { rows: { a: at(0), b: at(0) } },
    );
    expect(ends(run)['a/0']).toBeCloseTo(5 + 4 + 6, 9);
    expect(ends(run)['b/0']).toBeCloseTo(5 + 4 + 6, 9);
    expect(run.measures.total.interruptions).toBe(2);
  });

  test('a task that is lost while it loads begins to load again', () => {
    // Lost at 4, back at 5; lost again at 6 in the midst of loading, back at 7: 3 s of loading from there.
    const run = observe(
      scenario(
        {
          pools: { gpus: { mode: 'exclusive', checkpoint: { every: 1, size: '6GB' } } },
          disturbances: [
            { pool: 'gpus', nodes: 1, at: 4, for: 1 },
            { pool: 'gpus', nodes: 1, at: 6, for: 1 },
          ],
        },
        { a: [{ stage: 'train', work: 10 }] },
      ),
      { rows: { a: at(0) } },
    );
    expect(ends(run)).toEqual({ 'a/0': 16 });
  });
});
