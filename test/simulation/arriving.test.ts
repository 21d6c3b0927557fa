import { describe, expect, test } from 'vitest';
import { observe, oneStage, times } from './observe.js';

const work = (seconds: number) => [{ stage: 's', work: seconds }];

test('a closed loop: each user thinks 3 s after the end of the last task', () => {
  const run = observe(
    oneStage({
      run: { tasks: 6 },
      workloads: { w: { arrival: { process: 'closed', users: 2, think: 3 }, workflow: work(1) } },
    }),
  );
  const arrivals = run.changes.filter(({ from }) => from === 'queued').map(({ atS }) => atS);
  expect(arrivals).toEqual([3, 3, 7, 8, 11, 12]);
  // Number = user + 2 × cycle.
  expect(times(run, 'completed')).toEqual(['w/0@4', 'w/1@5', 'w/2@8', 'w/3@9', 'w/4@12', 'w/5@13']);
});

test('in a closed loop each user has one task in the system at most', () => {
  let most = 0;
  observe(
    oneStage({
      run: { tasks: 500 },
      workloads: {
        w: {
          arrival: { process: 'closed', users: 7, think: { dist: 'exponential', mean: 1 } },
          workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
        },
      },
    }),
    {
      between: ({ state }) => {
        most = Math.max(most, state.tasks.size);
      },
    },
  );
  expect(most).toBe(7);
});

describe('batches', () => {
  const batch = (size: number, more: object) =>
    oneStage({
      run: { tasks: 2 * size },
      workloads: {
        w: { arrival: { process: 'deterministic', interval: 10, batch: size }, workflow: work(1) },
      },
      ...more,
    });

  test('come together and are served one after the other', () => {
    expect(times(observe(batch(3, {})), 'completed')).toEqual([
      'w/0@11',
      'w/1@12',
      'w/2@13',
      'w/3@21',
      'w/4@22',
      'w/5@23',
    ]);
  });

  test('find the servers and the queue place by place: of 4, two are served, one waits, one is refused', () => {
    const run = observe(
      batch(4, { pools: { p: { gpusPerNode: 2 } }, stages: { s: { pool: 'p', queue: { capacity: 1 } } } }),
    );
    expect(times(run, 'rejected')).toEqual(['w/3@10', 'w/7@20']);
  });

  test('find the admission policy’s queue place by place too', () => {
    const run = observe(
      batch(4, {
        pools: { p: { gpusPerNode: 2 } },
        policies: { admission: { policy: 'bounded-queue', capacity: 1 } },
      }),
    );
    expect(times(run, 'rejected')).toEqual(['w/3@10', 'w/7@20']);
  });
});

test('a trace is replayed row by row', () => {
  const rows = [
    { at: 0, work: 3, gpus: 1, priority: 4, tenant: 'x' },
    { at: 0, work: 1, gpus: 2, priority: 1, tenant: 'y' },
    { at: 2.5, work: 0.5, gpus: 3, priority: 2, tenant: 'x' },
  ];
  const seen: unknown[] = [];
  const run = observe(
    oneStage({
      pools: { p: { mode: 'exclusive', gpusPerNode: 8 } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    }),
    {
      rows: { w: rows },
      onChange: ({ task, to, arrivalS, workS }, { state: { tasks, spec } }) => {
        if (to !== 'in-progress') return;
        tasks.forEach((row) => {
          if (task !== `w/${tasks.serial(row)}`) return;
          const tenant = spec.tenantNames[tasks.tenant(row)];
          seen.push({
            at: arrivalS,
            work: workS,
            gpus: tasks.gpus(row),
            priority: tasks.priority(row),
            tenant,
          });
        });
      },
    },
  );
  expect(seen).toEqual(rows);
  expect(times(run, 'completed')).toEqual(['w/1@1', 'w/0@3', 'w/2@3']);
  expect(run.measures.tenants.x).toMatchObject({ arrived: 2, completed: 2 });
  expect(run.measures.tenants.y).toMatchObject({ arrived: 1, completed: 1 });
  expect(run.measures.pools.p!.busy_gpu_hours * 3600).toBeCloseTo(3 + 2 + 1.5, 9);
});

test('tenants share a workload by their weights', () => {
  const run = observe(
    oneStage({
      run: { tasks: 20_000 },
      pools: { p: { gpusPerNode: 10 } },
      workloads: {
        w: { tenants: { big: 3, small: 1 }, arrival: { process: 'poisson', rate: 5 }, workflow: work(1) },
      },
    }),
  );
  // Binomial: six standard errors of 20 000 at 3/4 are 0.0184.
  expect(Math.abs(run.measures.tenants.big!.arrived / 20_000 - 0.75)).toBeLessThan(0.0184);
});
