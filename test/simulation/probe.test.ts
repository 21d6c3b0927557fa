import { test, expect } from 'vitest';
import { observe, oneStage, times, twoStages } from './observe.js';
test('stale node: delay', () => {
  const r = observe(oneStage({ run: { duration: 50, drain: 30 }, workloads: { w: { workflow: [{ stage: 's', work: 1 }, { delay: 100 }] } } }), { rows: { w: [{ at: 0 }] } });
  expect(r.run.state.tasks.size).toBe(1);
});
test('stale node: waits elsewhere', () => {
  const r = observe(twoStages({ run: { duration: 50, drain: 30 }, workloads: { w: { workflow: [{ stage: 'a', work: 1 }, { stage: 'b', work: 100 }] } } }), { rows: { w: [{ at: 0 }, { at: 0 }] } });
  expect(r.run.state.tasks.size).toBe(2);
});
test('duration longer than the trace', () => {
  const r = observe(oneStage({ run: { duration: 50 }, workloads: { w: { workflow: [{ stage: 's', work: 10 }] } } }), { rows: { w: [{ at: 0 }] } });
  expect(r.endS).toBe(50);
});
test('self backpressure', () => {
  const r = observe(oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 1 }, { stage: 's', work: 1 }] } }, policies: { backpressure: { policy: 'watermark', high: 2, low: 1 } } }), { rows: { w: [{ at: 0 }, { at: 0 }, { at: 0 }] } });
  expect(r.measures.total.completed).toBe(3);
});
test('limit raised while the task blocks', () => {
  const r = observe({ version: 1, name: 'x', services: { t: { latency: 1 } }, pools: { b: {} }, stages: { a: { service: 't' }, b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } } },
    workloads: { w: { workflow: [{ stage: 'a' }, { stage: 'b', work: 100 }] }, v: { workflow: [{ stage: 'a' }] } },
    policies: { concurrency: { policy: 'aimd', initialLimit: 2, minLimit: 1, maxLimit: 9, timeout: 5, window: { size: 1, min: 0.1, max: 0.1 }, at: 'a' } } }, { rows: { w: [{ at: 0 }, { at: 0 }, { at: 0.5 }, { at: 0.5 }, { at: 0.5 }, { at: 0.5 }] , v: [{ at: 3 }] } });
  console.log(r.changes.map(c => `${c.task} ${c.to} ${c.atS}`).join('\n'), r.measures.limits);
});
test('restart and overhead', () => {
  const r = observe(oneStage({ pools: { p: { mode: 'exclusive' } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } }, policies: { ordering: 'priority', preemption: { policy: 'priority', mode: 'restart', checkpointInterval: 3, checkpointCost: 1 } } }), { rows: { w: [{ at: 0, work: 10, priority: 0 }, { at: 4.5, work: 1, priority: 1 }] } });
  expect(r.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(4.5, 9);
});
test('error after preemption wastes once', () => {
  const r = observe(oneStage({ pools: { p: { mode: 'exclusive' } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 1 }] } }, policies: { ordering: 'priority', preemption: { policy: 'priority', checkpointInterval: 'inf' } } }), { rows: { w: [{ at: 0, work: 10, priority: 0 }, { at: 4, work: 1, priority: 1 }] } });
  expect(r.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(15, 9);
});
test('arrival from outside at a full blocking queue', () => {
  const r = observe(oneStage({ stages: { s: { pool: 'p', queue: { capacity: 1, whenFull: 'block' } } }, workloads: { w: { workflow: [{ stage: 's', work: 10 }] } } }), { rows: { w: [0, 0, 0, 0].map(at => ({ at })) } });
  expect(r.measures.stages.s!.max_queue_length).toBe(1);
});
test('ageing keeps its age over a preemption', () => {
  const r = observe(oneStage({ pools: { p: { mode: 'exclusive' } }, workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } }, policies: { ordering: { policy: 'ageing', interval: 10 }, preemption: 'priority' } }), { rows: { w: [{ at: 0, work: 10, priority: 0 }, { at: 4, work: 5, priority: 1 }, { at: 3, work: 5, priority: 0 }].sort((a, b) => a.at - b.at) } });
  console.log(times(r, 'completed'));
});
