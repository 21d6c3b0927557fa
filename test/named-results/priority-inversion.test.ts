/**
 * Priority inversion: a task waits while one of lower priority is served. It appears wherever service is not
 * interrupted, whatever the order of the queue, and goes with preemption.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileObject } from '../../src/scenario/compile.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { mg1 } from '../theory/mg1.js';
import { deterministic, exponential, type Service } from '../theory/service.js';
import { prioritised } from '../validation/scenario.js';
import { interval } from '../validation/verdict.js';
import { meanInversionsS } from './inversion.js';

interface Class {
  readonly arrivalRateHz: number;
  readonly work: object | number;
  readonly service: Service;
}

const URGENT: Class = { arrivalRateHz: 0.1, work: 1, service: deterministic(1) };
const LOW: Class = {
  arrivalRateHz: 0.06,
  work: { dist: 'exponential', mean: 4 },
  service: exponential(4),
};
const medium = (arrivalRateHz: number): Class => ({ arrivalRateHz, work: 1, service: deterministic(1) });

const REPLICATIONS = 10;

/** The 99% interval of the mean inversion of an urgent task, on one server. */
function inversionS(classes: readonly Class[], policies: object) {
  const compiled = compileObject(
    prioritised({ name: 'inversion', tasks: 12_000, servers: 1, classes, policies }),
  );
  const values = Array.from(
    { length: REPLICATIONS },
    (_, i) => meanInversionsS(compiled, `${compiled.seed}/${i}`).get(classes.length)!,
  );
  return interval(values);
}

/** Mean work left in service, of one class, that an arrival finds. */
const residualS = ({ arrivalRateHz, service }: Class): number => (arrivalRateHz * service.secondS2) / 2;

const expectWithin = (measured: { mean: number; halfWidth: number }, exactS: number): void => {
  expect(Math.abs(measured.mean - exactS)).toBeLessThanOrEqual(measured.halfWidth);
  expect(measured.halfWidth / exactS).toBeLessThan(0.2);
};

describe.each([0.1, 0.4])('one server, medium tasks keep coming at %s Hz', (mediumHz) => {
  const classes = [URGENT, medium(mediumHz), LOW];

  test('by priority: what is left of the lower task in service, as Poisson arrivals find it', () => {
    const exactS = residualS(classes[1]!) + residualS(LOW);
    expectWithin(inversionS(classes, { ordering: 'priority' }), exactS);
  });

  test('first come, first served: the lower ones in the queue as well', () => {
    // An arrival finds of each class, by Little, arrival rate x mean wait tasks waiting, and they all go first.
    const totalHz = classes.reduce((sum, { arrivalRateHz }) => sum + arrivalRateHz, 0);
    const mean = (of: (service: Service) => number): number =>
      classes.reduce((sum, { arrivalRateHz, service }) => sum + (arrivalRateHz / totalHz) * of(service), 0);
    const { meanWaitS } = mg1(totalHz, {
      meanS: mean(({ meanS }) => meanS),
      secondS2: mean(({ secondS2 }) => secondS2),
    });
    const exactS = [classes[1]!, LOW].reduce(
      (sum, one) => sum + residualS(one) + one.arrivalRateHz * meanWaitS * one.service.meanS,
      0,
    );
    expectWithin(inversionS(classes, { ordering: 'fifo' }), exactS);
  });

  test('with preemption: none at all', () => {
    const { mean, halfWidth } = inversionS(classes, { ordering: 'priority', preemption: 'priority' });
    expect([mean, halfWidth]).toEqual([0, 0]);
  });
});

describe('the shipped scenario', () => {
  const inversions = async (variant?: string) => {
    const path = join(import.meta.dirname, '../../scenarios/priority-inversion.yaml');
    const { compiled } = await loadScenario(path, { variant });
    return Array.from({ length: 3 }, (_, i) => meanInversionsS(compiled, `${compiled.seed}/${i}`));
  };

  test('an incident waits for hours while less important work runs', async () => {
    for (const variant of [undefined, 'fifo'])
      for (const byPriority of await inversions(variant)) expect(byPriority.get(10)).toBeGreaterThan(3600);
  });

  test('with preemption nobody ever does', async () => {
    for (const byPriority of await inversions('preempt'))
      expect(byPriority).toEqual(
        new Map([
          [0, 0],
          [5, 0],
          [10, 0],
        ]),
      );
  });
});
