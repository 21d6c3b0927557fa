import { describe, expect, test } from 'vitest';
import { observe, type ScenarioObject, times } from './observe.js';

const calling = (service: object, more: object = {}): ScenarioObject => ({
  version: 1,
  name: 'calls',
  services: { tool: { latency: 2, ...service } },
  stages: { t: { service: 'tool' } },
  workloads: { w: { workflow: [{ stage: 't' }] } },
  ...more,
});
const three = { w: [{ at: 0 }, { at: 0 }, { at: 0 }] };

test('calls beyond the concurrency wait inside: the caller sees it as latency, not as our queue', () => {
  const run = observe(calling({ concurrency: 1 }), { rows: three });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@0']);
  expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@4', 'w/2@6']);
  const { latency_s, mean_busy, utilisation, mean_waiting, calls, errors } = run.measures.services.tool!;
  expect([latency_s.mean, latency_s.max, calls, errors]).toEqual([4, 6, 3, 0]);
  // Two wait for 2 s and one for 2 s more, in 6 s.
  expect([mean_busy, utilisation, mean_waiting]).toEqual([1, 1, 1]);
  expect(run.measures.stages.t!.wait_s.max).toBe(0);
});

test('without a concurrency nobody waits', () => {
  const run = observe(calling({}), { rows: three });
  expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@2', 'w/2@2']);
});

test('a concurrency limit of ours makes them wait with us instead', () => {
  const run = observe(
    calling({ concurrency: 1 }, { policies: { concurrency: { policy: 'fixed', limit: 1 } } }),
    {
      rows: three,
    },
  );
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@2', 'w/2@4']);
  expect(run.measures.services.tool!.latency_s.max).toBe(2);
  expect(run.measures.stages.t!.wait_s.max).toBe(4);
});

test('one who gives up inside makes the others move up', () => {
  const run = observe(
    calling(
      { concurrency: 1 },
      {
        workloads: { w: { workflow: [{ stage: 't' }] }, hasty: { timeout: 1, workflow: [{ stage: 't' }] } },
      },
    ),
    { rows: { w: [{ at: 0 }, { at: 0.5 }], hasty: [{ at: 0.25 }, { at: 3 }] } },
  );
  expect(times(run, 'timed-out')).toEqual(['hasty/0@1.25', 'hasty/1@4']);
  expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@4']);
});

describe('disturbances', () => {
  const during = (effect: object, at = 3, length: number | string = 10) => ({
    disturbances: [{ service: 'tool', at, for: length, ...effect }],
  });

  test('a slowdown is for the calls that begin meanwhile', () => {
    const run = observe(calling({ concurrency: 1 }, during({ slowdown: 3 })), { rows: three });
    // The second began at 2, before it; the third at 4.
    expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@4', 'w/2@10']);
  });

  test('two slowdowns at once multiply, and each ends by itself', () => {
    const run = observe(
      calling(
        {},
        {
          disturbances: [
            { service: 'tool', at: 1, for: 4, slowdown: 2 },
            { service: 'tool', at: 3, for: 4, slowdown: 5 },
          ],
        },
      ),
      { rows: { w: [0, 2, 4, 6, 8].map((at) => ({ at })) } },
    );
    expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@6', 'w/4@10', 'w/3@16', 'w/2@24']);
  });

  test('errors are for the calls that end meanwhile', () => {
    const run = observe(calling({}, during({ errorRate: 1 })), {
      rows: { w: [0, 2, 10, 12].map((at) => ({ at })) },
    });
    expect(times(run, 'completed')).toEqual(['w/0@2', 'w/3@14']);
    expect(times(run, 'dead-lettered')).toEqual(['w/1@4', 'w/2@12']);
    expect(run.measures.services.tool).toMatchObject({ calls: 4, errors: 2, error_fraction: 0.5 });
  });

  test('an outage lets nobody in; who is inside is served', () => {
    const run = observe(calling({ concurrency: 2 }, during({ concurrency: 0 }, 1, 4)), { rows: three });
    expect(times(run, 'completed')).toEqual(['w/0@2', 'w/1@2', 'w/2@7']);
  });

  test('an outage without end leaves its calls in the system: the run ends all the same', () => {
    const run = observe(calling({ concurrency: 1 }, during({ concurrency: 0 }, 1, 'inf')), { rows: three });
    expect(times(run, 'completed')).toEqual(['w/0@2']);
    expect(run.run.state.tasks.size).toBe(2);
  });
});
