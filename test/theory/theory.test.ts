/** The formulas against figures of others, and against each other where two must agree. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { birthDeath } from './birth-death.js';
import { erlangA } from './erlang-a.js';
import { erlangB } from './erlang-b.js';
import { foregroundBackgroundMeanSojournS } from './foreground-background.js';
import { jackson } from './jackson.js';
import { machineRepair } from './machine-repair.js';
import { inverse, multiply } from './matrix.js';
import { mg1 } from './mg1.js';
import { mm1 } from './mm1.js';
import { erlangC, mmc } from './mmc.js';
import { mmck } from './mmck.js';
import { mmppM1, twoStates } from './mmpp-m-1.js';
import {
  nonPreemptiveWaitsOfManyServersS,
  nonPreemptiveWaitsS,
  preemptiveResumeSojournsS,
} from './priority.js';
import { mg1ProcessorSharing, sharedThroughput } from './processor-sharing.js';
import * as service from './service.js';
import {
  boundedParetoSizes,
  exponentialSizes,
  hyperexponentialSizes,
  integralOverSizes,
  uniformSizes,
} from './sizes.js';
import { sjfMeanWaitS } from './sjf.js';
import { srptMeanSojournS } from './srpt.js';

type Figures = Record<string, number | number[]>;

interface Case {
  readonly name: string;
  readonly expected: Figures;
}

const { cases }: { cases: Case[] } = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

function figuresOf(name: string): Figures {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found.expected;
}

/** Every figure of the case, to 12 digits. */
function expectFigures(name: string, computed: Figures, relative = 1e-12) {
  const expected = figuresOf(name);
  expect(Object.keys(computed).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, figure] of Object.entries(expected)) {
    const [wanted, got] = [[figure].flat(), [computed[key]!].flat()];
    expect(got.length, key).toBe(wanted.length);
    for (const [i, value] of wanted.entries())
      expect(Math.abs(got[i]! / value - 1), `${key}: ${got[i]}`).toBeLessThan(relative);
  }
}

const delayFigures = (model: ReturnType<typeof mmc>): Figures => ({
  p_wait: model.pWait,
  mean_wait_s: model.meanWaitS,
  mean_sojourn_s: model.meanSojournS,
  mean_queue: model.meanQueue,
  utilisation: model.utilisation,
  wait_p95_s: model.waitQuantileS(0.95),
  wait_p99_s: model.waitQuantileS(0.99),
});

describe('one queue', () => {
  test.each([
    ['M/M/1 rho=0.5', 0.5],
    ['M/M/1 rho=0.9', 0.9],
  ])('%s', (name, rate) => expectFigures(name, delayFigures(mm1(rate, 1))));

  test.each([
    ['M/M/8 rho=0.9', 7.2, 1, 8],
    ['M/M/64 rho=0.9375', 60, 1, 64],
    ['M/M/8 rho=0.75', 0.3, 0.05, 8],
  ])('%s', (name, rate, serviceRate, servers) =>
    expectFigures(name, delayFigures(mmc(rate, serviceRate, servers))),
  );

  test.each([
    ['M/M/1/5', 1.2, 1, 5],
    ['M/M/8/20', 10, 8, 20],
  ])('%s', (name, rate, servers, capacity) => {
    const model = mmck(rate, 1, servers, capacity);
    expectFigures(name, {
      p_block: model.pBlock,
      mean_in_system: model.meanInSystem,
      mean_sojourn_accepted_s: model.meanSojournAcceptedS,
      mean_wait_accepted_s: model.meanWaitAcceptedS,
      throughput_hz: model.throughputHz,
    });
  });

  test('Erlang B 10', () => expectFigures('Erlang B 10', { p_block: erlangB(10, 8) }));

  test.each([
    ['M/G/1 lognormal cv=2', 0.04, service.byMeanAndCv(20, 2)],
    ['M/D/1 rho=0.7', 0.7, service.deterministic(1)],
    ['M/G/1 Pareto alpha=3.5', 0.4, service.pareto(3.5, 1)],
  ])('%s', (name, rate, times) => {
    const { meanWaitS, meanSojournS, utilisation } = mg1(rate, times);
    expectFigures(name, { mean_wait_s: meanWaitS, mean_sojourn_s: meanSojournS, utilisation });
  });

  test('processor sharing, by mean and by number', () => {
    const { meanSojournS } = mg1ProcessorSharing(0.8, 1);
    expectFigures('M/G/1 processor sharing rho=0.8', { mean_sojourn_s: meanSojournS });
    expect(sharedThroughput(0.8, 1, () => 1, 1).meanSojournS).toBeCloseTo(meanSojournS, 9);
    // Exponential sizes that servers share leave as often as those that wait for them.
    const servers = (n: number) => Math.min(n, 8);
    expect(sharedThroughput(7.2, 1, servers, 8).meanSojournS).toBeCloseTo(mmc(7.2, 1, 8).meanSojournS, 9);
  });

  test('Erlang A c=10', () => {
    const { pAbandon, meanQueue, meanWaitAllS, pWait } = erlangA(12, 1, 10, 0.5);
    expectFigures('Erlang A c=10', {
      p_abandon: pAbandon,
      mean_queue: meanQueue,
      mean_wait_all_s: meanWaitAllS,
      p_wait: pWait,
    });
  });

  test('MMPP(2)/M/1', () => {
    const { meanInSystem, meanSojournS, arrivalRateHz } = mmppM1([0.2, 1.6], twoStates([0.02, 0.05]), 1);
    expectFigures(
      'MMPP(2)/M/1',
      { mean_in_system: meanInSystem, mean_sojourn_s: meanSojournS, arrival_rate_hz: arrivalRateHz },
      1e-9,
    );
  });
});

describe('priorities', () => {
  const classes = [0.3, 0.5].map((arrivalRateHz) => ({ arrivalRateHz, service: service.exponential(1) }));

  test('M/M/1 non-preemptive priority', () =>
    expectFigures('M/M/1 non-preemptive priority', { mean_wait_s: nonPreemptiveWaitsS(classes) }));

  test('M/M/1 preemptive-resume priority', () =>
    expectFigures('M/M/1 preemptive-resume priority', {
      mean_sojourn_s: preemptiveResumeSojournsS(classes),
    }));
});

describe('orders that look at sizes or at service so far', () => {
  const HYPEREXPONENTIAL = hyperexponentialSizes([0.9, 0.1], [0.5, 5.5]);
  const families = {
    exponential: exponentialSizes(1),
    uniform: uniformSizes(0.5, 1.5),
    hyperexponential: HYPEREXPONENTIAL,
    'bounded Pareto': boundedParetoSizes(1.5, 1, 1000),
  };
  const sizesAndLoads = Object.entries(families).flatMap(([family, sizes]) =>
    [0.3, 0.6, 0.9].map((load) => ({ family, load, sizes, rateHz: load / sizes.meanS })),
  );

  test('M/M/1 SRPT rho=0.8', () =>
    expectFigures(
      'M/M/1 SRPT rho=0.8',
      { mean_sojourn_s: srptMeanSojournS(0.8, exponentialSizes(1)) },
      1e-4,
    ));

  test.each(Object.entries(families))('%s: the density has mass 1 and the mean that it says', (_, sizes) => {
    expect(integralOverSizes(sizes, ({ density }) => density)).toBeCloseTo(1, 10);
    expect(integralOverSizes(sizes, ({ density, sizeS }) => density * sizeS) / sizes.meanS).toBeCloseTo(
      1,
      10,
    );
    expect((sizes.fromS + integralOverSizes(sizes, ({ larger }) => larger)) / sizes.meanS).toBeCloseTo(1, 10);
  });

  test('with exponential sizes no order that is blind to them changes the mean: foreground-background is M/M/1', () => {
    for (const load of [0.2, 0.5, 0.9])
      expect(foregroundBackgroundMeanSojournS(load, exponentialSizes(1))).toBeCloseTo(
        mm1(load, 1).meanSojournS,
        10,
      );
  });

  test('nobody meets anybody at vanishing load: the sojourn is the service', () => {
    for (const sizes of Object.values(families)) {
      expect(srptMeanSojournS(1e-9, sizes) / sizes.meanS).toBeCloseTo(1, 6);
      expect(foregroundBackgroundMeanSojournS(1e-9, sizes) / sizes.meanS).toBeCloseTo(1, 6);
    }
  });

  test('of nearly equal sizes SRPT has the mean of first come, first served; foreground-background ends all late', () => {
    const sizes = uniformSizes(1 - 1e-6, 1 + 1e-6);
    const { meanSojournS, meanWaitS } = mg1(0.7, service.deterministic(1));
    expect(srptMeanSojournS(0.7, sizes)).toBeCloseTo(meanSojournS, 4);
    // Everyone waits for all the work there is, and for what comes until it is done.
    expect(foregroundBackgroundMeanSojournS(0.7, sizes)).toBeCloseTo((meanWaitS + 1) / 0.3, 4);
  });

  test.each(sizesAndLoads)(
    '$family at load $load: no order has a smaller mean than SRPT',
    ({ load, sizes, rateHz }) => {
      const secondS2 = integralOverSizes(sizes, ({ density, sizeS }) => density * sizeS * sizeS);
      const srptS = srptMeanSojournS(rateHz, sizes);
      expect(srptS).toBeGreaterThan(sizes.meanS);
      expect(srptS).toBeLessThan(mg1(rateHz, { meanS: sizes.meanS, secondS2 }).meanSojournS);
      expect(srptS).toBeLessThan(foregroundBackgroundMeanSojournS(rateHz, sizes));
      const processorSharingS = sizes.meanS / (1 - load);
      expect(srptS).toBeLessThan(processorSharingS);
    },
  );

  test('foreground-background beats processor sharing where most tasks are short, and loses where sizes are alike', () => {
    expect(foregroundBackgroundMeanSojournS(0.7, HYPEREXPONENTIAL)).toBeLessThan(1 / 0.3);
    expect(foregroundBackgroundMeanSojournS(0.7, uniformSizes(0.5, 1.5))).toBeGreaterThan(1 / 0.3);
  });
});

describe('networks', () => {
  test('tandem of two M/M/c', () => {
    const stations = [
      { servers: 8, serviceRateHz: 1 },
      { servers: 4, serviceRateHz: 2 },
    ];
    const { meanSojournS, stageMeanWaitS } = jackson(
      [5, 0],
      [
        [0, 1],
        [0, 0],
      ],
      stations,
    );
    expectFigures('tandem of two M/M/c', {
      mean_sojourn_s: meanSojournS,
      stage_mean_wait_s: stageMeanWaitS,
    });
  });

  test('M/M/c with feedback', () => {
    const { arrivalHz, meanVisits, meanSojournS } = jackson([1], [[0.3]], [{ servers: 1, serviceRateHz: 2 }]);
    expectFigures('M/M/c with feedback', {
      stage_arrival_rate_hz: arrivalHz[0]!,
      mean_visits: meanVisits[0]!,
      mean_total_sojourn_s: meanSojournS,
    });
  });

  test('closed loop N=20 c=2', () => {
    const { throughputHz, meanAtStation, meanSojournS } = machineRepair(20, 20, 0.5, 2);
    expectFigures('closed loop N=20 c=2', {
      throughput_hz: throughputHz,
      mean_at_station: meanAtStation,
      mean_sojourn_s: meanSojournS,
    });
  });
});

describe('special cases agree', () => {
  test('M/M/c with one server is M/M/1', () => {
    expect(mmc(0.7, 1, 1).meanWaitS).toBeCloseTo(mm1(0.7, 1).meanWaitS, 12);
    expect(mmc(0.7, 1, 1).waitQuantileS(0.99)).toBeCloseTo(mm1(0.7, 1).waitQuantileS(0.99), 12);
  });

  test('nobody of the fast half waits: a low quantile of the wait is 0', () => {
    expect(mm1(0.5, 1).waitQuantileS(0.4)).toBe(0);
    expect(mmc(0.5, 1, 4).waitQuantileS(0.9)).toBe(0);
  });

  test('M/M/c/c is Erlang B, and a large room is M/M/c', () => {
    expect(mmck(8, 1, 10, 10).pBlock).toBeCloseTo(erlangB(10, 8), 14);
    expect(mmck(6, 1, 8, 400).meanWaitAcceptedS).toBeCloseTo(mmc(6, 1, 8).meanWaitS, 10);
  });

  test('a thousand servers do not overflow', () => {
    expect(mmck(950, 1, 1000, 1000).pBlock).toBeCloseTo(erlangB(1000, 950), 12);
  });

  test('a very large population far from saturation is Poisson traffic', () => {
    expect(machineRepair(200_000, 200_000 / 0.5, 1, 1).meanSojournS).toBeCloseTo(mm1(0.5, 1).meanSojournS, 3);
  });

  test('endless patience is M/M/c; patience as long as service is M/M/infinity', () => {
    expect(erlangA(6, 1, 8, 1e-9).meanQueue).toBeCloseTo(mmc(6, 1, 8).meanQueue, 6);
    // With equal rates the number in the system is Poisson: e^-2 (1 + 2) of the time fewer than two.
    expect(erlangA(2, 1, 2, 1).pWait).toBeCloseTo(1 - 3 * Math.exp(-2), 12);
  });

  test('Pollaczek-Khinchine with exponential service is M/M/1, with constant service half its wait', () => {
    expect(mg1(0.9, service.exponential(1)).meanWaitS).toBeCloseTo(mm1(0.9, 1).meanWaitS, 12);
    expect(mg1(0.9, service.deterministic(1)).meanWaitS).toBeCloseTo(mm1(0.9, 1).meanWaitS / 2, 12);
  });

  test('exponential service written in other families has the same moments', () => {
    for (const same of [
      service.gamma(1, 3),
      service.weibull(1, 3),
      service.erlang(1, 3),
      service.byMeanAndCv(3, 1),
      service.hyperexponential([0.4, 0.6], [3, 3]),
    ]) {
      expect(same.meanS).toBeCloseTo(3, 10);
      expect(same.secondS2).toBeCloseTo(18, 9);
    }
  });

  test('a Weibull of shape 1/2 has moments 2 and 24, a uniform from 0 has 1/2 and 1/3', () => {
    const times = service.weibull(0.5, 1);
    expect(times.meanS).toBeCloseTo(2, 10);
    expect(times.secondS2).toBeCloseTo(24, 8);
    expect(service.uniform(0, 1)).toEqual({ meanS: 1 / 2, secondS2: 1 / 3 });
  });

  test('a Pareto below shape 2 has no second moment', () => {
    expect(service.pareto(1.9, 1).secondS2).toBe(Number.POSITIVE_INFINITY);
  });

  test('the mean over priority classes of one service time is that without priorities', () => {
    const rates = [0.1, 0.4, 0.3];
    const mean = (waits: readonly number[]) =>
      waits.reduce((sum, waitS, i) => sum + (waitS * rates[i]!) / 0.8, 0);
    const times = service.gamma(2, 0.5);
    const classes = rates.map((arrivalRateHz) => ({ arrivalRateHz, service: times }));
    expect(mean(nonPreemptiveWaitsS(classes))).toBeCloseTo(mg1(0.8, times).meanWaitS, 12);
    expect(mean(nonPreemptiveWaitsOfManyServersS(rates, 0.25, 4))).toBeCloseTo(
      mmc(0.8, 0.25, 4).meanWaitS,
      12,
    );
    const exponentials = rates.map((arrivalRateHz) => ({ arrivalRateHz, service: service.exponential(1) }));
    expect(mean(preemptiveResumeSojournsS(exponentials))).toBeCloseTo(mm1(0.8, 1).meanSojournS, 12);
  });

  test('the highest class of a preemptive queue is alone in the world', () => {
    const [first] = preemptiveResumeSojournsS([
      { arrivalRateHz: 0.3, service: service.deterministic(1) },
      { arrivalRateHz: 0.01, service: service.deterministic(50) },
    ]);
    expect(first).toBeCloseTo(mg1(0.3, service.deterministic(1)).meanSojournS, 12);
  });

  test('shortest job first at vanishing load waits for the residual service alone, and never more than first come', () => {
    expect(sjfMeanWaitS(1e-6, 2) / (1e-6 * 4)).toBeCloseTo(1, 5);
    expect(sjfMeanWaitS(0.8, 1)).toBeLessThan(mm1(0.8, 1).meanWaitS);
  });

  test('MMPP with equal rates is M/M/1', () => {
    const model = mmppM1([0.7, 0.7], twoStates([0.3, 0.1]), 1);
    expect(model.meanSojournS).toBeCloseTo(mm1(0.7, 1).meanSojournS, 10);
    expect(model.pEmpty).toBeCloseTo(0.3, 12);
  });

  test('an MMPP/M/1 is empty for the share of time that its load leaves', () => {
    expect(mmppM1([0.2, 1.6], twoStates([0.02, 0.05]), 1).pEmpty).toBeCloseTo(0.4, 10);
  });
});

describe('figures of Erlang’s tables', () => {
  test('B(1, 1) = 1/2, B(2, 1) = 1/5, B(10, 5) = 0.018385', () => {
    expect(erlangB(1, 1)).toBe(1 / 2);
    expect(erlangB(2, 1)).toBe(1 / 5);
    expect(erlangB(10, 5)).toBeCloseTo(0.018385, 6);
  });

  test('C(2, 1) = 1/3', () => expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 14));
});

describe('tools', () => {
  test('a finite chain ends where births stop', () => {
    expect(
      birthDeath(
        (n) => (n < 2 ? 1 : 0),
        () => 1,
      ),
    ).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  test('a matrix times its inverse is the identity, also where a pivot is 0', () => {
    const product = multiply(
      [
        [0, 2],
        [3, 1],
      ],
      inverse([
        [0, 2],
        [3, 1],
      ]),
    );
    for (const [i, row] of product.entries())
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(i === j ? 1 : 0, 14);
    expect(() =>
      inverse([
        [1, 1],
        [1, 1],
      ]),
    ).toThrow('singular');
  });
});
