import { expect, test } from 'vitest';
import { LANE_ALL } from '../../../src/policies/points.js';
import { stageWip } from '../../../src/policies/wip/stage.js';
import { make } from '../make.js';

const SYSTEM = { tasks: [{}, {}, {}], stages: ['model', 'tools', 'review'] };

test('each stage has its own limit, and a stage without one never stops', () => {
  const wip = make(stageWip, { limits: { model: 2, tools: 1 } }, SYSTEM);
  wip.started(0, 0);
  wip.started(0, 1);
  expect([0, 1, 2].map((stage) => wip.mayStart(1, stage))).toEqual([true, false, true]);
  wip.started(1, 0);
  expect(wip.mayStart(2, 0)).toBe(false);
  wip.stopped(0, 0);
  expect(wip.mayStart(2, 0)).toBe(true);
});

test('`limit` is for the stages that `limits` does not name', () => {
  const wip = make(stageWip, { limits: { model: 2 }, limit: 1 }, SYSTEM);
  for (const stage of [0, 1, 2]) wip.started(0, stage);
  expect([0, 1, 2].map((stage) => wip.mayStart(1, stage))).toEqual([true, false, false]);
});

test('it is held at a stage, and all tasks are alike to it', () => {
  const wip = make(stageWip, { limit: 1 }, SYSTEM);
  expect([wip.holds, wip.lanes]).toEqual(['stage', LANE_ALL]);
});

test('stages are named to the scenario with their place', () => {
  expect(stageWip.references?.(stageWip.parameters.parse({ limits: { model: 2 } }))).toEqual([
    { kind: 'stage', name: 'model', path: ['limits', 'model'] },
  ]);
});

test('without any limit, or with a limit of 0, the schema refuses', () => {
  expect(stageWip.parameters.safeParse({}).success).toBe(false);
  expect(stageWip.parameters.safeParse({ limit: 0 }).success).toBe(false);
});
