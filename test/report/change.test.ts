import { describe, expect, it } from 'vitest';
import { changeText } from '../../src/report/change.js';

const text = (mean: number, ci_low: number | null, ci_high: number | null): string => {
  const { mean: middle, interval } = changeText({ mean, ci_low, ci_high });
  return `${middle} ${interval}`.trim();
};

describe('a relative change', () => {
  it('has as many decimals as its interval is worth', () => {
    expect(text(-0.341, -0.374, -0.302)).toBe('−34% [−37, −30]%');
    expect(text(0.0213, 0.0205, 0.0221)).toBe('+2.13% [+2.05, +2.21]%');
  });

  it('never shows a bound as 0 that is not: on which side of 0 it lies decides', () => {
    expect(text(0.05, 0.002, 0.1)).toBe('+5.0% [+0.2, +10.0]%');
    expect(text(0, 0, 0)).toBe('0%');
  });

  it('is told in times where it is more than tenfold', () => {
    expect(text(24, 20, 28)).toBe('25× [21, 29]×');
  });

  it('stands alone where there is no interval', () => {
    expect(text(-0.5, null, null)).toBe('−50%');
    expect(text(-1, -1.000000001, -0.999999999)).toBe('−100%');
    expect(text(Number.NaN, null, null)).toBe('–');
  });
});
