import { describe, expect, test } from 'vitest';
import { observe, oneStage, type Row, times } from './observe.js';

const pool = (given: object, step: object, policies: object = {}) =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...given } },
    workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace', ...step }] } },
    policies,
  });

const completed = (scenario: ReturnType<typeof pool>, rows: readonly Row[]) =>
  times(observe(scenario, { rows: { w: rows } }), 'completed');

const TWO_KINDS = { groups: { old: { gpusPerNode: 2 }, new: { gpusPerNode: 2, speed: 2 } }, spanNodes: true };

describe('nodes of different hardware', () => {
  test('a task runs at the speed of the node it is on', () => {
    const rows = [0, 0].map((at) => ({ at, work: 10, gpus: 2 }));
    expect(completed(pool(TWO_KINDS, {}), rows)).toEqual(['w/1@5', 'w/0@10']);
  });

  test('a gang over both kinds goes as fast as the slower', () => {
    expect(completed(pool(TWO_KINDS, {}), [{ at: 0, work: 10, gpus: 4 }])).toEqual(['w/0@10']);
  });

  test('a step may gain more or less on a kind than others do', () => {
    const rows = [0, 0].map((at) => ({ at, work: 10, gpus: 2 }));
    expect(completed(pool(TWO_KINDS, { throughput: { new: 2.5 } }), rows)).toEqual(['w/1@2', 'w/0@10']);
  });

  test('a step that names its hardware waits for it beside free GPUs', () => {
    const rows = [0, 0].map((at) => ({ at, work: 10, gpus: 2 }));
    expect(completed(pool(TWO_KINDS, { hardware: 'new' }), rows)).toEqual(['w/0@5', 'w/1@10']);
  });

  test('a preempted task goes on at the speed of where it is then', () => {
    // The first has the old node, 10 s of work. At 4 a gang for both nodes stops it, with 6 s left, and runs to 8.
    // Then somebody else has the old node first, and the 6 s take 3 on the new one.
    const rows: Row[] = [
      { at: 0, work: 10, gpus: 2, priority: 1 },
      { at: 4, work: 4, gpus: 4, priority: 9 },
      { at: 5, work: 20, gpus: 2, priority: 5 },
    ];
    const policies = { ordering: 'priority', preemption: 'priority' };
    expect(completed(pool(TWO_KINDS, {}, policies), rows)).toEqual(['w/1@8', 'w/0@11', 'w/2@28']);
  });
});

describe('where the parts of a gang may be', () => {
  const NODES = { nodes: 4, gpusPerNode: 2, nodesPerRack: 2, spanNodes: true };
  // One GPU of each node is taken for 10 s (a second one per node makes them stay apart).
  const taken: Row[] = [0, 0, 0, 0].map((at) => ({ at, work: 10, gpus: 1 }));
  const start = (within: string) => {
    const scenario = oneStage({
      pools: { p: { mode: 'exclusive', ...NODES } },
      workloads: {
        one: { workflow: [{ stage: 's', work: 'trace', gpus: 1, cpus: 1 }] },
        gang: { workflow: [{ stage: 's', work: 'trace', gpus: 2, within }] },
      },
    });
    // A CPU for each keeps the first four apart.
    const pools = { p: { ...scenario.pools.p, cpus: 1 } };
    const run = observe({ ...scenario, pools }, { rows: { one: taken, gang: [{ at: 1, work: 1 }] } });
    return times(run, 'in-progress').filter((line) => line.startsWith('gang'))[0];
  };

  test.each([
    ['auto', 'a gang that fits on a node waits for one', 'gang/0@10'],
    ['node', 'the same', 'gang/0@10'],
    ['rack', 'two free GPUs of one rack will do', 'gang/0@1'],
    ['pool', 'two free GPUs anywhere will do', 'gang/0@1'],
  ])('%s: %s', (within, _, expected) => {
    expect(start(within)).toBe(expected);
  });
});

describe('slices of GPUs', () => {
  const sliced = (rows: readonly (Row & { share: number })[]) => {
    const workloads = Object.fromEntries(
      rows.map(({ share }, index) => [
        `w${index}`,
        { workflow: [{ stage: 's', work: 'trace', gpus: share }] },
      ]),
    );
    const scenario = oneStage({
      pools: { p: { mode: 'exclusive', gpusPerNode: 2, slicesPerGpu: 4 } },
      workloads,
    });
    return times(
      observe(scenario, { rows: Object.fromEntries(rows.map((row, index) => [`w${index}`, [row]])) }),
      'in-progress',
    );
  };

  test('shares of one GPU go beside each other, and a whole GPU needs one that nobody is on', () => {
    expect(
      sliced([
        { at: 0, work: 10, share: 0.5 },
        { at: 0, work: 20, share: 0.5 },
        { at: 1, work: 5, share: 1 },
        { at: 2, work: 5, share: 0.25 },
      ]),
    ).toEqual(['w0/0@0', 'w1/0@0', 'w2/0@1', 'w3/0@6']);
  });

  test('free slices of two GPUs are no room for one share', () => {
    expect(
      sliced([
        { at: 0, work: 10, share: 0.75 },
        { at: 0, work: 10, share: 0.75 },
        { at: 1, work: 5, share: 0.5 },
      ]),
    ).toEqual(['w0/0@0', 'w1/0@0', 'w2/0@10']);
  });
});
