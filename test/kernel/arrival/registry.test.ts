import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { arrivalDefinitions, arrivalSchema } from '../../../src/kernel/arrival/registry.js';
import { arrivals, epochs } from './counting.js';

const place = z.object({ arrivals: arrivalSchema });

describe('an arrival process that cannot be is refused where the mistake is', () => {
  test.each<[unknown, string, RegExp]>([
    ['5/s', 'arrivals', /expected an arrival process, for example/],
    [undefined, 'arrivals', /expected an arrival process/],
    [{ rate: 5 }, 'arrivals.process', /name the arrival process with "process", one of poisson/],
    [{ process: 'poison', rate: 5 }, 'arrivals.process', /did you mean "poisson"\? Known: poisson, renewal/],
    [{ process: 'poisson' }, 'arrivals.rate', /expected a rate/],
    [{ process: 'poisson', rate: 0 }, 'arrivals.rate', /more than 0/],
    [{ process: 'poisson', rate: 1, burst: 2 }, 'arrivals', /burst/],
    [{ process: 'poisson', rate: 1, batch: { p50: 3, p99: 2 } }, 'arrivals.batch.p99', /more than p50/],
    [{ process: 'renewal', interval: { mean: 3 } }, 'arrivals.interval.mean', /a mean alone/],
  ])('%j: at %s', (spec, path, message) => {
    const issues = place.safeParse({ arrivals: spec }).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(issues[0].message).toMatch(message);
  });
});

const examples = [
  { process: 'poisson', rate: '5/s' },
  { process: 'renewal', interval: { dist: 'gamma', mean: '1s', cv: 2 } },
  { process: 'deterministic', rate: '5/s' },
  {
    process: 'mmpp',
    states: [
      { rate: 1, sojourn: 5 },
      { rate: 9, sojourn: 2 },
    ],
  },
  {
    process: 'piecewise',
    rates: [
      { at: 0, rate: 1 },
      { at: 10, rate: 4 },
    ],
    repeat: 20,
    interpolate: 'linear',
  },
  { process: 'diurnal', mean: 2, peakToTrough: 3, peakAt: 10, period: 60 },
];

describe.each(examples)('$process', (spec) => {
  test('repeats with its seed and differs with another', () => {
    expect(epochs(arrivals(spec), 500)).toEqual(epochs(arrivals(spec), 500));
    if (spec.process !== 'deterministic')
      expect(epochs(arrivals(spec, 2), 5)).not.toEqual(epochs(arrivals(spec, 3), 5));
  });

  test('begins after its start and never goes back', () => {
    const times = epochs(arrivals({ ...spec, start: '7s' }), 500);
    expect(times[0]).toBeGreaterThanOrEqual(7);
    times.forEach((timeS, i) => {
      if (i > 0) expect(timeS).toBeGreaterThanOrEqual(times[i - 1]);
    });
  });
});

test('every process has an example here, a summary and a source', () => {
  expect(examples.map(({ process }) => process)).toEqual(arrivalDefinitions.map(({ name }) => name));
  for (const { summary, source } of arrivalDefinitions) expect(summary && source).not.toBe('');
});

test('the input has a JSON Schema that names every process', () => {
  const text = JSON.stringify(z.toJSONSchema(place, { io: 'input' }));
  for (const { name } of arrivalDefinitions) expect(text).toContain(`"const":"${name}"`);
});
