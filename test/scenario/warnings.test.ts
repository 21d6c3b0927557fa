import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { parseSource } from '../../src/scenario/source.js';
import { meanVisits } from '../../src/scenario/warnings.js';
import { changed, RIGHT } from './mistakes.js';

/** A run that is long enough to say nothing about. */
const LONG = changed('duration: 1h', 'duration: 100h');
const warnings = (text: string) => [...compileScenario(parseSource(text, 'test.yaml')).warnings];

test('an ordinary scenario gives none', () => {
  expect(warnings(LONG)).toEqual([]);
});

describe('offered load', () => {
  test('is rate times visits times work times units over speed', () => {
    // 1/min times 4 GPUs for 2 min is 8 GPUs of 16 busy; at 2.5/min it would take 20.
    expect(warnings(changed('rate: 1/min', 'rate: 2/min', LONG))).toEqual([]);
    expect(warnings(changed('rate: 1/min', 'rate: 2.5/min', LONG))).toEqual([
      'pool gpus is offered more than it can do: the load is 1.25 of what it has (16 GPUs); queues will grow as long as tasks arrive, unless they are refused or give up',
    ]);
    expect(
      warnings(changed('nodes: 2', 'speed: 2, nodes: 2', changed('rate: 1/min', 'rate: 2.5/min', LONG))),
    ).toEqual([]);
  });

  test('counts every visit of a loop', () => {
    // 0.1/s times 2 s is 0.2 of 4 slots; with 21 visits in the mean it is 4.2.
    const loop = changed(
      '{stage: search}',
      '{delay: 1s, next: [{to: plan, probability: 20/21}, {to: end}]}',
      LONG,
    );
    expect(warnings(loop.replace('20/21', String(20 / 21)))).toEqual([
      'pool lanes is offered more than it can do: the load is 1.05 of what it has (4 slots); queues will grow as long as tasks arrive, unless they are refused or give up',
      'stage search is in no workflow',
    ]);
  });

  test('of a shared pool beyond what its places get done at best', () => {
    // 0.1/s times 2 s is 0.2 s of work a second.
    const text = (limit: number) =>
      changed(
        'slotsPerGpu: 4',
        `mode: shared, sharing: {curve: {1: 0.1, 4: 0.3}, maxConcurrency: ${limit}}`,
        LONG,
      );
    expect(warnings(text(4))).toEqual([]);
    expect(warnings(text(1))).toEqual([
      'pool lanes is offered more than it can do: the load is 2.00 of what it has (0.1 seconds of work a second at best); queues will grow as long as tasks arrive, unless they are refused or give up',
    ]);
  });

  test('of a service with bounded concurrency', () => {
    const text = changed('latency: 300ms', 'latency: 20s, concurrency: 1', LONG);
    expect(warnings(text)).toEqual([
      'service search is offered more than it can do: the load is 2.00 of what it has (1 calls at a time); queues will grow as long as tasks arrive, unless they are refused or give up',
    ]);
  });
});

test('mean visits of a loop with way out p are 1/p', () => {
  const step = {
    name: 'a',
    stage: 0,
    work: { kind: 'service' },
    units: 1,
    unitsPerTraced: 1,
    cpus: 0,
    hostBytes: 0,
    groups: -1,
    tracedGroups: null,
    within: 0,
    throughput: null,
    network: null,
    errorFraction: 0,
    idempotent: true,
  } as const;
  const [visits] = meanVisits([
    {
      ...step,
      branches: [
        { to: 0, cumulative: 0.9 },
        { to: -1, cumulative: 1 },
      ],
    },
  ]);
  expect(visits).toBeCloseTo(10, 6);
});

test('a run with few tasks', () => {
  expect(warnings(RIGHT)).toEqual([
    'workload jobs sends only about 60 tasks in the measured time of a run: its p99 says little; make `run.duration` longer',
  ]);
});

test('parts that nothing uses', () => {
  expect(warnings(changed('  lanes:', '  spare: {}\n  lanes:', LONG))).toEqual([
    'pool spare has no stage, so nothing uses it',
  ]);
  expect(warnings(changed('work: 2s', 'work: 2s, next: end', LONG))).toEqual([
    'step search of workload chat is never reached',
  ]);
});

test('a policy that goes by what no workload has', () => {
  const told = (policies: string) =>
    warnings(`${LONG}policies: {${policies}}\n`).map((warning) =>
      warning.replace(/: no workload.* has/, ': without'),
    );
  expect(told('deadlines: [{policy: fallback, at: jobs}]')).toEqual(
    expect.arrayContaining([
      'policies.deadlines[0] (fallback) can do nothing: without a `deadline`',
      'policies.deadlines[0] (fallback) can do nothing: without a `fallback` path',
    ]),
  );
  expect(told('preemption: {policy: priority, mode: swap}')).toEqual([
    'policies.preemption (priority) can do nothing: without `memory`',
  ]);
  expect(told('preemption: priority')).toEqual([]);
});

test('a policy that never decides', () => {
  expect(warnings(`${LONG}policies: {ordering: [lifo, {policy: edf, at: plan}]}\n`)).toEqual([
    'policies.ordering[1] (edf) is never in force: those before it cover every place',
  ]);
  const rollout = 'rollout: {policy: canary, variant: tight, share: 10%}';
  expect(
    warnings(`${LONG}policies: {${rollout}}\nvariants: {tight: {wip: {policy: global, limit: 3}}}\n`),
  ).toEqual([]);
});
