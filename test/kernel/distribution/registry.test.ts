/** How distributions are written, and what is said about those that cannot be. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createDistribution,
  distributionDefinitions,
  distributionSchema,
} from '../../../src/kernel/distribution/registry.js';

const place = z.object({ work: distributionSchema, think: distributionSchema.optional() });

describe('a distribution that cannot be is refused where the mistake is', () => {
  test.each<[unknown, string, RegExp]>([
    ['8x', 'work', /expected a distribution, for example 8s/],
    [-3, 'work', /at least 0/],
    [null, 'work', /expected a distribution/],
    [[1], 'work', /expected a distribution/],
    [{}, 'work', /name the distribution with "dist", one of deterministic/],
    [{ shape: 2, scale: 1 }, 'work', /name the distribution/],
    [{ mean: '20s' }, 'work.mean', /a mean alone does not say which.*dist/],
    [{ p50: '8s' }, 'work', /two quantiles/],
    [{ p50: '110s', p99: '8s' }, 'work.p99', /p99 \(8\) must be more than p50 \(110\)/],
    [{ p0: 1, p50: 2 }, 'work.p0', /p1 to p99\.99/],
    [{ p50: 0, p99: 2 }, 'work.p50', /more than 0/],
    [{ p50: 1, 'p50.0': 2 }, 'work.p50.0', /same quantile/],
    [{ p50: 1, p90: 2, p99: 3 }, 'work', /given: p50, p90, p99/],
    [{ p50: '8q', p99: 1 }, 'work.p50', /expected a duration/],
    [{ dist: 'lognorml', mean: 2, cv: 1 }, 'work.dist', /did you mean "lognormal"\? Known: deterministic/],
    [{ dist: 5 }, 'work.dist', /expected the name/],
    [{ dist: 'exponential' }, 'work', /exponential takes mean, or rate, or one quantile/],
    [{ dist: 'exponential', mean: 1, rate: 1 }, 'work', /given: mean, rate/],
    [{ dist: 'exponential', mean: 1, cv: 2 }, 'work.cv', /is 1, got 2/],
    [{ dist: 'exponential', mean: 1, meen: 2 }, 'work.meen', /did you mean "mean"/],
    [{ dist: 'uniform', min: 3, max: 2 }, 'work.max', /at least min/],
    [{ dist: 'uniform', mean: 3, cv: 0.7 }, 'work.cv', /at most 0\.577/],
    [{ dist: 'uniform', p50: 1, p60: 9 }, 'work.p60', /below 0/],
    [{ dist: 'hyperexponential', mean: 3, cv: 0.7 }, 'work.cv', /at least 1/],
    [{ dist: 'hyperexponential', probabilities: [0.5, 0.4], means: [1, 2] }, 'work.probabilities', /0\.9/],
    [{ dist: 'hyperexponential', probabilities: [0.5, 0.5], means: [1] }, 'work.means', /1 means for 2/],
    [{ dist: 'erlang', mean: 3, cv: 0.7 }, 'work.cv', /k whole/],
    [{ dist: 'erlang', k: 2.5, mean: 3 }, 'work.k', /whole number/],
    [{ dist: 'gamma', mean: 3, cv: 50 }, 'work.cv', /between/],
    [{ dist: 'gamma', p50: 1, p90: 1e30 }, 'work.p90', /no gamma distribution/],
    [{ dist: 'weibull', mean: 3, cv: 1e-9 }, 'work.cv', /no usable shape/],
    [{ dist: 'lognormal', mean: 3, cv: 0 }, 'work.cv', /./],
    [{ dist: 'pareto', shape: 0, scale: 1 }, 'work.shape', /./],
    [{ dist: 'bounded-pareto', shape: 1, min: 5, max: 5 }, 'work.max', /more than min/],
    [{ dist: 'empirical', values: [] }, 'work.values', /./],
    [{ dist: 'empirical', values: [1, 2], weights: [1] }, 'work.weights', /1 weights for 2 values/],
    [{ dist: 'empirical', values: [1, 'x'] }, 'work.values.1', /expected a duration/],
    [{ dist: 'empirical', quantiles: { p0: 1, p50: 3 } }, 'work.quantiles', /ends with p100/],
    [{ dist: 'empirical', quantiles: { p0: 1, p50: 0, p100: 3 } }, 'work.quantiles.p50', /at least p0/],
    [{ dist: 'empirical', quantiles: { p0: 1, q: 0, p100: 3 } }, 'work.quantiles.q', /no quantile/],
    [
      { dist: 'mixture', of: [{ weight: 1, value: { p50: 2, p99: 1 } }] },
      'work.of.0.value.p99',
      /more than p50/,
    ],
    [{ dist: 'mixture', of: [{ weight: 1, value: 3, wait: 1 }] }, 'work.of.0.wait', /unknown key/],
    [{ dist: 'exponential', mean: 1, min: 3, max: 2 }, 'work.min', /at most max/],
    [{ dist: 'exponential', mean: 1, min: 50 }, 'work.min', /one value in 1e9/],
    [{ dist: 'pareto', shape: 2, scale: 5, max: 4 }, 'work.max', /one value in 1e9/],
    [{ dist: 'lognormal', mu: 400, sigma: 0.001 }, '', /^$/],
  ])('%j: at %s', (work, path, message) => {
    const result = place.safeParse({ work });
    if (path === '') return expect(result.success).toBe(true);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(result.error?.issues[0].message).toMatch(message);
  });
});

test('a missing distribution is missing, an optional one may be', () => {
  expect(place.safeParse({}).error?.issues[0].path).toEqual(['work']);
  expect(place.parse({ work: 1 })).toEqual({ work: { dist: 'deterministic', value: 1 } });
});

test('units are parsed away and shorthand gets its name', () => {
  expect(distributionSchema.parse('1.5m')).toEqual({ dist: 'deterministic', value: 90 });
  expect(distributionSchema.parse({ p50: '8s', p99: '2m', max: '1h' })).toEqual({
    dist: 'lognormal',
    p50: 8,
    p99: 120,
    max: 3600,
  });
  const nested = {
    dist: 'mixture',
    of: [{ weight: 2, value: { dist: 'mixture', of: [{ weight: 1, value: '1ms' }] } }],
  };
  expect(createDistribution(distributionSchema.parse(nested)).mean).toBe(0.001);
});

test('what the schema yields, it accepts', () => {
  for (const spec of [
    '8s',
    { p50: '8s', p99: '2m' },
    { dist: 'mixture', of: [{ weight: 1, value: '1s' }] },
  ]) {
    const parsed = distributionSchema.parse(spec);
    expect(distributionSchema.parse(parsed)).toEqual(parsed);
  }
});

test('every definition has a summary, a source and a name of its own', () => {
  expect(new Set(distributionDefinitions.map(({ name }) => name)).size).toBe(distributionDefinitions.length);
  for (const { summary, source } of distributionDefinitions) expect(summary && source).not.toBe('');
});

describe('the JSON Schema of the input', () => {
  const schema = z.toJSONSchema(place, { io: 'input' });
  const text = JSON.stringify(schema);

  test('requires the distribution, names every family and allows quantile keys and no others', () => {
    expect(schema.required).toEqual(['work']);
    for (const { name } of distributionDefinitions) expect(text).toContain(`"const":"${name}"`);
    expect(text).toContain('"patternProperties":{"^p');
  });

  test('refers to itself where a mixture holds distributions', () => {
    expect(text).toContain('"value":{"$ref":');
  });
});
