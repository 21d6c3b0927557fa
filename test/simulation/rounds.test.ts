import { describe, expect, test } from 'vitest';
import { observe, oneStage, type Row, times } from './observe.js';

const pool = (given: object, policies: object = {}) =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...given } },
    workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    policies,
  });

const starts = (scenario: ReturnType<typeof pool>, rows: readonly Row[]) =>
  times(observe(scenario, { rows: { w: rows } }), 'in-progress');

describe('scheduling in rounds', () => {
  test('tasks start at multiples of the interval only', () => {
    const rows = [1, 10, 11].map((at) => ({ at, work: 3, gpus: 1 }));
    expect(starts(pool({ gpusPerNode: 4, schedulingInterval: '10s' }), rows)).toEqual([
      'w/0@10',
      'w/1@10',
      'w/2@20',
    ]);
  });

  test('all that comes at one time is there before anybody starts: the shortest is first', () => {
    const rows = [5, 3, 1].map((work) => ({ at: 7, work, gpus: 1 }));
    const sjf = { ordering: 'sjf' };
    expect(starts(pool({}, sjf), rows)).toEqual(['w/0@7', 'w/2@12', 'w/1@13']);
    expect(starts(pool({ schedulingInterval: '1s' }, sjf), rows)).toEqual(['w/2@7', 'w/1@8', 'w/0@11']);
  });

  test('all that ends at one time is free before anybody is placed: the tightest node is known', () => {
    // Node 0 has one of two GPUs free, node 1 none until 5; at 5 a task of node 0 and one of node 1 end, and one comes.
    const rows: Row[] = [
      { at: 0, work: 5, gpus: 2 },
      { at: 0, work: 5, gpus: 1 },
      { at: 0, work: 20, gpus: 1 },
      { at: 5, work: 9, gpus: 1 },
      { at: 6, work: 1, gpus: 2 },
    ];
    expect(
      starts(pool({ nodes: 2, gpusPerNode: 2, schedulingInterval: '1s' }, { placement: 'best-fit' }), rows),
    ).toEqual(['w/0@0', 'w/1@0', 'w/2@0', 'w/3@5', 'w/4@6']);
  });
});
