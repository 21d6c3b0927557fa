/**
 * Schrage (1968), A proof of the optimality of the shortest remaining processing time discipline, Operations Research
 * 16: on one server, whatever arrives and however large it is, no order has fewer tasks in the system at any moment.
 * And Schrage & Miller (1966) say what the mean sojourn is with Poisson arrivals.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICIES } from '../../src/policies/registry.js';
import { compileObject } from '../../src/scenario/compile.js';
import { simulate } from '../../src/simulation/simulate.js';
import { observe, type Row } from '../simulation/observe.js';
import { PARAMETERS } from '../simulation/policy-parameters.js';
import { mg1 } from '../theory/mg1.js';
import { byMeanAndCv } from '../theory/service.js';
import { exponentialSizes, hyperexponentialSizes } from '../theory/sizes.js';
import { srptMeanSojournS } from '../theory/srpt.js';
import { exponential, oneStage } from '../validation/scenario.js';
import { interval } from '../validation/verdict.js';

const SRPT = { ordering: 'srpt', preemption: 'srpt' };

/** Every policy of a point, with parameters worth trying. */
const anyOf = (point: string): fc.Arbitrary<object> =>
  fc.oneof(
    ...POLICIES.filter((policy) => policy.point === point).map(({ name }) =>
      (PARAMETERS[`${point}/${name}`] ?? fc.constant({})).map((parameters) => ({
        policy: name,
        ...parameters,
      })),
    ),
  );

describe('at no moment has any other order fewer tasks in the system', () => {
  const ordering = anyOf('ordering');
  /** To cancel the victims leaves fewer as well, but by giving up work instead of doing it. */
  const preemption = anyOf('preemption').filter((use) => !('mode' in use && use.mode === 'abort'));
  const row: fc.Arbitrary<Row> = fc.record({
    at: fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.double({ min: 0, max: 12, noNaN: true })),
    work: fc.oneof(fc.constantFrom(0.5, 1, 2, 4), fc.double({ min: 0.01, max: 6, noNaN: true })),
    priority: fc.nat(3),
  });
  const ofTenant = (tenant: string) =>
    fc
      .array(row, { minLength: 1, maxLength: 8 })
      .map((list) => list.map((one) => ({ ...one, tenant })).sort((a, b) => a.at - b.at));
  /** By the names that the policies' parameters mention. */
  const workloads = fc.record({ w1: ofTenant('t1'), w2: ofTenant('t2'), w3: ofTenant('t1') });

  /** When the first, second, third, ... task left; nobody leaves otherwise than completed. */
  function completionsS(rows: Readonly<Record<string, readonly Row[]>>, policies: object): number[] {
    const { changes } = observe(
      {
        version: 1,
        name: 'one server',
        run: { drain: true },
        pools: { p1: {} },
        stages: { s1: { pool: 'p1' }, s2: { pool: 'p1' }, s3: { pool: 'p1' } },
        workloads: Object.fromEntries(
          Object.keys(rows).map((name) => [name, { workflow: [{ stage: 's1', work: 'trace' }] }]),
        ),
        policies,
      },
      { rows },
    );
    const timesS = changes.filter(({ to }) => to === 'completed').map(({ atS }) => atS);
    expect(timesS).toHaveLength(Object.values(rows).flat().length);
    return timesS;
  }

  test('whatever the order and the preemption', () => {
    fc.assert(
      fc.property(workloads, ordering, preemption, (rows, orderingUse, preemptionUse) => {
        const otherS = completionsS(rows, { ordering: orderingUse, preemption: preemptionUse });
        for (const [k, atS] of completionsS(rows, SRPT).entries())
          expect(atS, `completion ${k + 1}`).toBeLessThanOrEqual(otherS[k]! + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test('but without preemption SRPT can have more: it is not the order alone', () => {
    const rows = {
      w1: [
        { at: 0, work: 10 },
        { at: 1, work: 1 },
      ],
    };
    expect(completionsS(rows, { ordering: 'srpt' })).toEqual([10, 11]);
    expect(completionsS(rows, SRPT)).toEqual([2, 11]);
  });
});

describe('the mean sojourn is that of Schrage and Miller, within its 99% interval', () => {
  const TASKS = 15_000;
  const H2 = { probabilities: [0.9, 0.1], means: [0.5, 5.5] };
  test.each([
    { family: 'exponential', load: 0.8, work: exponential(1), sizes: exponentialSizes(1), cv: 1 },
    {
      family: 'hyperexponential',
      load: 0.6,
      work: { dist: 'hyperexponential', ...H2 },
      sizes: hyperexponentialSizes(H2.probabilities, H2.means),
      // E[S^2] is 2 (0.9 0.5^2 + 0.1 5.5^2), and the mean is 1.
      cv: Math.sqrt(2 * (0.9 * 0.25 + 0.1 * 30.25) - 1),
    },
  ])('$family sizes at load $load', ({ family, load, work, sizes, cv }) => {
    const name = `${family} ${load}`;
    const { system, policies, replications } = compileObject(
      oneStage({ name, tasks: TASKS, arrivalRateHz: load, servers: 1, work, policies: SRPT }),
    );
    const means = Array.from(
      { length: replications },
      (_, i) => simulate(system, policies, `${name}/${i}`, { warmupS: 0.1 * (TASKS / load) }).measures,
    ).map(({ total }) => total.latency_s.mean);
    const { mean, halfWidth } = interval(means);
    const exactS = srptMeanSojournS(load, sizes);
    expect(Math.abs(mean - exactS)).toBeLessThanOrEqual(halfWidth);
    expect(halfWidth / exactS).toBeLessThan(0.05);
    // First come, first served, and processor sharing.
    expect(mean + halfWidth).toBeLessThan(mg1(load, byMeanAndCv(1, cv)).meanSojournS);
    expect(mean + halfWidth).toBeLessThan(1 / (1 - load));
  });
});
