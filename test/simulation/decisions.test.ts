/** The decision record: what is in it, in which order, and that it changes nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyPoint } from '../../src/policies/definition.js';
import { POLICIES } from '../../src/policies/registry.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import type { Decision } from '../../src/simulation/decisions.js';
import { type Observed, observe, oneStage, twoStages } from './observe.js';
import { policiesWith, smallSystem } from './small-scenario.js';

const EFFORT = Number(process.env.WIPSIM_TEST_FACTOR ?? 1);

const bytes = ({ measures, series, latency, deadlocks }: Observed): string =>
  JSON.stringify([measures, series, latency.map((histogram) => histogram.curve()), deadlocks]);

/** The changes of state as the record tells them; the arrival, of which no listener hears, left out. */
function expectEveryChange({ changes, decisions }: Observed): void {
  const told = decisions.filter(({ kind }) => kind === 'state');
  const arrived = new Set<string | null>();
  const later = told.filter(({ task, reason }) => {
    if (reason !== 'queued' || arrived.has(task)) return true;
    arrived.add(task);
    return false;
  });
  expect(later.map(({ task, reason, atS }) => [task, reason.replace(/ \(transfer\)$/, ''), atS])).toEqual(
    changes.map(({ task, to, atS }) => [task, to, atS]),
  );
}

function expectWellFormed(decisions: readonly Decision[], places: ReadonlySet<string>): void {
  let lastS = 0;
  for (const { atS, kind, task, place, policy, reason, numbers } of decisions) {
    expect(atS).toBeGreaterThanOrEqual(lastS);
    lastS = atS;
    expect(places).toContain(place);
    if (task === null) expect(['signal', 'limit', 'scale', 'deadlock']).toContain(kind);
    expect(policy).toMatch(/^(engine|[a-z]+\/[a-z0-9-]+)$/);
    if (kind !== 'state') expect(reason).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const [name, value] of Object.entries(numbers))
      expect([name, Number.isFinite(value)]).toEqual([name, true]);
  }
}

describe('in any scenario the record has every change of state, and changes nothing', () => {
  test.each(POLICIES.map(({ point, name }) => [point, name] as const))('under %s/%s', (point, name) => {
    fc.assert(
      fc.property(
        smallSystem,
        policiesWith({ [point]: name } as Record<PolicyPoint, string>),
        (system, policies) => {
          const scenario = { ...system, policies };
          try {
            const recorded = observe(scenario, { record: true });
            expect(bytes(recorded)).toBe(bytes(observe(scenario)));
            expectEveryChange(recorded);
            const { stages, pools } = recorded.run.state.spec;
            expectWellFormed(
              recorded.decisions,
              new Set(['', ...[...stages, ...pools].map((one) => one.name)]),
            );
          } catch (error) {
            fc.pre(!(error instanceof ScenarioError));
            throw error;
          }
        },
      ),
      { numRuns: 4 * EFFORT },
    );
  });
});

test('the node is told of a task that has one, and of no gang on several', () => {
  const { decisions } = observe(
    {
      version: 1,
      name: 'gangs',
      run: { drain: true },
      pools: { gpus: { mode: 'exclusive', nodes: 2, gpusPerNode: 2, spanNodes: true } },
      stages: { train: { pool: 'gpus' } },
      workloads: {
        wide: { workflow: [{ stage: 'train', gpus: 4, work: 1 }] },
        narrow: { workflow: [{ stage: 'train', gpus: 2, work: 1 }] },
      },
    },
    { rows: { wide: [{ at: 0 }], narrow: [{ at: 5 }] }, record: true },
  );
  const starts = decisions.filter(({ kind }) => kind === 'start');
  expect(starts.map(({ task, numbers }) => [task, numbers.node, numbers.units])).toEqual([
    ['wide/0', undefined, 4],
    ['narrow/0', 0, 2],
  ]);
});

test('a gate is told with its stage, not with the one that the task comes from', () => {
  const scenario = twoStages({
    workloads: {
      w: {
        workflow: [
          { stage: 'a', work: 1 },
          { stage: 'b', work: 1 },
        ],
      },
    },
    policies: { admission: { policy: 'circuit-breaker', stage: 'b' } },
  });
  const { decisions } = observe(scenario, { rows: { w: [{ at: 0 }] }, record: true });
  expect(decisions.filter(({ kind }) => kind === 'admit').map(({ place, atS }) => [place, atS])).toEqual([
    ['b', 1],
  ]);
});

test('a decision stands before what follows from it', () => {
  const { decisions } = observe(
    oneStage({
      workloads: { w: { deadline: 2, workflow: [{ stage: 's', work: 3 }] } },
      policies: { deadlines: 'drop' },
    }),
    { rows: { w: [{ at: 0 }] }, record: true },
  );
  expect(decisions.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
    'state queued',
    'state ready',
    'start next-in-order',
    'state in-progress',
    'drop deadline-passed',
    'state cancelled',
  ]);
});
