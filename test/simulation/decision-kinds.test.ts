/** Every kind of decision is in the record with the name of the policy that took it, its reason, place and time. */
import { expect, test } from 'vitest';
import type { DecisionKind } from '../../src/simulation/decisions.js';
import { observe, oneStage, type Row, type ScenarioObject } from './observe.js';

type Rows = Record<string, Row[]>;
type Case = readonly [DecisionKind, string, string, string, ScenarioObject, Rows];

const work = (workS: number, rest: object = {}) => ({ workflow: [{ stage: 's', work: workS, ...rest }] });
const at = (...atS: number[]): Row[] => atS.map((one) => ({ at: one }));
const w = (...atS: number[]): Rows => ({ w: at(...atS) });

const gpu = (workloads: Record<string, object>, policies: object, rest: object = {}): ScenarioObject =>
  oneStage({ pools: { p: { mode: 'exclusive' } }, workloads, policies, ...rest });

/** 3 s of work, always alike but for the policies. */
const plain = (policies: object): ScenarioObject => gpu({ w: work(3) }, policies);
const failing = (retry: object | string) => gpu({ w: work(3, { errorRate: 1 }) }, { retry });
const late = (policy: string, rest: object = {}) =>
  gpu(
    { w: { deadline: 2, fallback: [{ stage: 's', work: 1 }], ...work(3) } },
    { deadlines: { policy, ...rest } },
  );
const watermark = (rest: object) => ({ backpressure: { policy: 'watermark', high: 1, low: 0, ...rest } });
const remedy = (name: string) => watermark({ escalation: { remedy: name, after: 1 } });

const urgent = gpu(
  { w: work(3), v: { priority: 1, ...work(1) } },
  { ordering: 'priority', preemption: 'priority' },
);
const full = gpu({ w: work(3) }, {}, { stages: { s: { pool: 'p', queue: { capacity: 0 } } } });
const rollout = gpu(
  { w: { tenant: 't', ...work(3) } },
  { rollout: { policy: 'canary', variant: 'v', tenants: ['t'] } },
  { variants: { v: {} } },
);
const cheaper = gpu({ w: { fallback: [{ stage: 's', work: 1 }], ...work(3) } }, remedy('degrade'));

const lossy = gpu({ w: work(3) }, {}, { disturbances: [{ pool: 'p', nodes: 1, at: 1, for: 1 }] });

/** Two tasks that each hold the GPU that the other waits for: from 0 to 2 and 2 to 4 at work. */
const block = { capacity: 0, whenFull: 'block' };
const circle: ScenarioObject = {
  version: 1,
  name: 'circle',
  pools: { a: {}, b: {} },
  stages: { first: { pool: 'a' }, second: { pool: 'b', queue: block }, third: { pool: 'a', queue: block } },
  workloads: { w: { workflow: ['first', 'second', 'third'].map((stage) => ({ stage, work: 2 })) } },
};

const bucket = (policy: string) => plain({ admission: { policy, rate: 1 } });
const budget = plain({ admission: { policy: 'cost-budget', slots: 1, whenFull: 'queue' } });
const parked = { policy: 'dead-letter', reviewDelay: 1 };
const aimd = plain({
  concurrency: { policy: 'aimd', initialLimit: 2, minLimit: 1, maxLimit: 5, timeout: 1 },
});

/** Kind, who decides, why, where and when, in which run. */
const CASES: readonly Case[] = [
  ['admit', 'admission/token-bucket', 'admitted', '@0', bucket('token-bucket'), w(0)],
  ['refuse', 'admission/token-bucket', 'refused', '@0', bucket('token-bucket'), w(0, 0)],
  ['delay', 'admission/leaky-bucket', 'delayed', '@0', bucket('leaky-bucket'), w(0, 0)],
  ['hold', 'admission/cost-budget', 'no-slots', '@0', budget, w(0, 0)],
  [
    'refuse',
    'backpressure/watermark',
    'signal-on',
    's@1',
    plain(watermark({ refuseEntry: true })),
    w(0, 0, 1),
  ],
  ['refuse', 'engine', 'queue-full', 's@1', full, w(0, 1)],
  ['start', 'ordering/sjf', 'shortest-job', 's@3', plain({ ordering: 'sjf' }), w(0, 1)],
  ['preempt', 'preemption/priority', 'lower-priority', 's@1', urgent, { ...w(0), v: at(1) }],
  ['interrupt', 'engine', 'node-lost', 's@1', lossy, w(0)],
  ['node', 'engine', 'node-lost', 'p@1', lossy, w(0)],
  ['node', 'engine', 'back', 'p@2', lossy, w(0)],
  ['retry', 'retry/fixed', 'backs-off', '@3', failing('fixed'), w(0)],
  ['give-up', 'engine', 'no-more-tries', '@11', failing('fixed'), w(0)],
  ['give-up', 'retry/dead-letter', 'beyond-repair', '@3', failing({ ...parked, fixed: 0 }), w(0)],
  ['dead-letter', 'retry/dead-letter', 'reviewed', '@3', failing(parked), w(0)],
  [
    'hedge',
    'retry/hedge',
    'not-done-in-time',
    's@2',
    plain({ retry: { policy: 'hedge', after: 2, maxFraction: 1 } }),
    w(0),
  ],
  ['drop', 'deadlines/drop', 'deadline-passed', 's@2', late('drop'), w(0)],
  ['fallback', 'deadlines/fallback', 'deadline-near', 's@1', late('fallback', { slack: 1 }), w(0)],
  ['escalate', 'deadlines/escalate', 'deadline-passed', 's@2', late('escalate', { boost: 1 }), w(0)],
  ['signal', 'backpressure/watermark', 'on', 's@0', plain(watermark({})), w(0, 0)],
  ['signal', 'backpressure/watermark', 'off', 's@3', plain(watermark({})), w(0, 0)],
  ['scale', 'backpressure/watermark', 'out', 'p@1', plain(remedy('scale-out')), w(0, 0)],
  ['scale', 'backpressure/watermark', 'in', 'p@1', plain(remedy('scale-out')), w(0, 0)],
  ['refuse', 'backpressure/watermark', 'shed', 's@1', plain(remedy('shed')), w(0, 0)],
  ['fallback', 'backpressure/watermark', 'degraded', 's@1', cheaper, w(0, 0)],
  ['limit', 'concurrency/aimd', 'changed', 's@3', aimd, w(0)],
  ['canary', 'rollout/canary', 'by-tenant-name', '@0', rollout, w(0)],
  ['deadlock', 'engine', 'wait-for-cycle', 'first@4', circle, w(0, 0)],
];

test.each(CASES)('%s by %s: %s', (kind, policy, reason, where, scenario, rows) => {
  const { decisions } = observe(scenario, { rows, record: true });
  const told = decisions
    .filter((one) => one.kind === kind)
    .map((one) => `${one.policy} ${one.reason} ${one.place}@${one.atS}`);
  expect(told).toContain(`${policy} ${reason} ${where}`);
});
