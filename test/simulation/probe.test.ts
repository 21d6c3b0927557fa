import { test, expect } from 'vitest';
import { observe, oneStage, times, twoStages } from './observe.js';
const excl = { p: { mode: 'exclusive', gpusPerNode: 1 } };
test('1 abort double', () => {
  const r = observe(oneStage({ pools: { p: { mode: 'exclusive' } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } }, policies: { preemption: { policy: 'priority', mode: 'abort' } } }), { rows: { w: [{ at: 0, work: 10, priority: 0 }, { at: 4, work: 5, priority: 1 }] } });
  expect(r.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(4, 9);
});
test('2 hybrid task', () => {
  const r = observe(twoStages({ workloads: { w: { workflow: [{ stage: 'a', work: 'trace' }, { stage: 'b', work: 1 }] } }, policies: { wip: { policy: 'hybrid', global: 5, holds: 'task' } } }), { rows: { w: [{ at: 0, work: 10 }] } });
  expect(times(r, 'completed')).toEqual(['w/0@11']);
});
test('3 retry into full', () => {
  const r = observe(oneStage({ stages: { s: { pool: 'p', queue: { capacity: 1 } } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 1 }] } }, policies: { retry: { policy: 'fixed', delay: 1 } } }), { rows: { w: [{ at: 0, work: 2 }, { at: 0.5, work: 2 }, { at: 2.5, work: 2 }] } });
  console.log(r.changes.map(c => `${c.task} ${c.to} ${c.atS}`).join('\n'));
});
test('4 second stage full', () => {
  const r = observe(twoStages({ stages: { a: { pool: 'pa' }, b: { pool: 'pb', queue: { capacity: 0 } } }, workloads: { w: { workflow: [{ stage: 'a', work: 1 }, { stage: 'b', work: 10 }] } } }), { rows: { w: [{ at: 0 }, { at: 0 }] } });
  expect(times(r, 'rejected')).toEqual(['w/1@2']);
});
test('5 capacity while paused', () => {
  const r = observe(twoStages({ stages: { a: { pool: 'pa', queue: { capacity: 1 } }, b: { pool: 'pb' } }, workloads: { w: { workflow: [{ stage: 'a', work: 0.1 }, { stage: 'b', work: 100 }] } }, policies: { backpressure: { policy: 'watermark', high: 2, low: 1, at: 'b' } } }), { rows: { w: Array.from({ length: 10 }, (_, i) => ({ at: i })) } });
  expect(r.measures.stages.a!.max_queue_length).toBeLessThanOrEqual(1);
});
test('6 batch', () => {
  const r = observe(oneStage({ run: { tasks: 4 }, pools: { p: { gpusPerNode: 2 } }, stages: { s: { pool: 'p', queue: { capacity: 1 } } }, workloads: { w: { arrival: { process: 'deterministic', interval: 1, batch: 4 }, workflow: [{ stage: 's', work: 10 }] } } }));
  expect(r.measures.total.rejected).toBe(1);
});
test('8 door head leaves', () => {
  const r = observe({ version: 1, name: 'x', pools: { a: { nodes: 2 }, b: { mode: 'exclusive', gpusPerNode: 2 } }, stages: { a: { pool: 'a' }, b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } } },
    workloads: { x: { workflow: [{ stage: 'b', work: 100, gpus: 1 }] }, y: { timeout: 10, workflow: [{ stage: 'a', work: 1 }, { stage: 'b', work: 100, gpus: 2 }] }, z: { workflow: [{ stage: 'a', work: 2 }, { stage: 'b', work: 1, gpus: 1 }] } } }, { rows: { x: [{ at: 0 }], y: [{ at: 0 }], z: [{ at: 0 }] } });
  expect(times(r, 'completed')).toEqual(['z/0@11', 'x/0@100']);
});
test('8b door of a shared pool', () => {
  const r = observe({ version: 1, name: 'x', pools: { a: {}, b: {} }, stages: { a: { pool: 'a' }, t: { pool: 'b' }, b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } } },
    workloads: { x: { workflow: [{ stage: 't', work: 5 }] }, y: { workflow: [{ stage: 'a', work: 1 }, { stage: 'b', work: 1 }] } } }, { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } });
  expect(times(r, 'completed')).toEqual(['x/0@5', 'y/0@6']);
});
test('9 wake by stage-held limit', () => {
  const r = observe(twoStages({ workloads: { x: { workflow: [{ stage: 'a', work: 5 }] }, y: { workflow: [{ stage: 'b', work: 1 }] } }, policies: { wip: { policy: 'hybrid', global: 1 } } }), { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } });
  expect(times(r, 'completed')).toEqual(['x/0@5', 'y/0@6']);
});
test('10 tasks drain false', () => {
  const r = observe(oneStage({ run: { tasks: 3, drain: false }, workloads: { w: { arrival: { process: 'deterministic', interval: 1 }, workflow: [{ stage: 's', work: 10 }] } } }));
  expect(r.endS).toBe(3);
});
test('10b tasks drain 5', () => {
  const r = observe(oneStage({ run: { tasks: 3, drain: 5 }, workloads: { w: { arrival: { process: 'deterministic', interval: 1 }, workflow: [{ stage: 's', work: 10 }] } } }));
  expect(r.endS).toBe(8);
});
test('11 outage without end', () => {
  const r = observe({ version: 1, name: 'x', services: { t: { latency: 1, concurrency: 1 } }, stages: { s: { service: 't' } }, disturbances: [{ service: 't', at: 0.5, for: 'inf', concurrency: 0 }], workloads: { w: { workflow: [{ stage: 's' }] } } }, { rows: { w: [{ at: 1 }] } });
  expect(r.run.state.tasks.size).toBe(1);
});
test('12 conwip reentrant', () => {
  const r = observe(twoStages({ workloads: { w: { workflow: [{ stage: 'a', work: 1 }, { stage: 'b', work: 1 }, { stage: 'a', work: 1 }] } }, policies: { wip: { policy: 'global', limit: 1 } } }), { rows: { w: [{ at: 0 }, { at: 0 }] } });
  expect(times(r, 'completed')).toEqual(['w/0@3', 'w/1@6']);
});
test('7 livelock', () => {
  const r = observe(oneStage({ pools: { p: { mode: 'exclusive', gpusPerNode: 2 } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } }, policies: { preemption: { policy: 'priority', checkpointOnPreempt: true, checkpointCost: 1, resumeCost: 2 } } }),
   { rows: { w: [{ at: 0, work: 10, gpus: 1, priority: 0 }, { at: 0, work: 10, gpus: 1, priority: 0 }, { at: 1, work: 1, gpus: 1, priority: 5 }, { at: 4, work: 1, gpus: 2, priority: 9 }] } });
  console.log(r.changes.map(c => `${c.task} ${c.to} ${c.atS}`).join('\n'));
});
