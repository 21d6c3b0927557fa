import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { rolloutComparison } from '../../src/report/rollout.js';
import { resultDocument } from '../fixtures/result.js';

type Figures = { promoted: number; rolled_back: number; decided_at_s: number };

/** The document with what the rollout says of itself in each replication. */
function decided(...figures: Figures[]): ResultDocument {
  const document = resultDocument({ controls: true, replications: figures.length });
  for (const [index, own] of figures.entries()) document.runs[index]!.policies['rollout/canary'] = own;
  return document;
}

const promoted = (atS: number): Figures => ({ promoted: 1, rolled_back: 0, decided_at_s: atS });
const rolledBack = (atS: number): Figures => ({ promoted: 0, rolled_back: 1, decided_at_s: atS });
const open: Figures = { promoted: 0, rolled_back: 0, decided_at_s: 0 };

describe('the comparison of the two policy sets', () => {
  const row = (label: string, document = resultDocument({ controls: true })) =>
    rolloutComparison(document)?.rows.find((one) => one.label === label);

  it('is not there without a rollout', () => {
    expect(rolloutComparison(resultDocument())).toBeNull();
  });

  it('takes the difference in each replication, so that the luck of both has no part in it', () => {
    // Medians of 2 s and 1.6 s, times 0.98, 1.03, 0.99, 1.015 and 0.985: s = 0.0215, t(4) = 2.776.
    const { base, canary, difference } = row('p50 latency')!;
    expect(base!.mean).toBeCloseTo(2, 9);
    expect(canary!.mean).toBeCloseTo(1.6, 9);
    expect(difference!.mean).toBeCloseTo(-0.4, 9);
    expect(difference!.ci_high! - difference!.mean).toBeCloseTo((0.4 * 2.776 * 0.021506) / Math.sqrt(5), 4);
  });

  it('compares shares, since the sets have different numbers of tasks, and no numbers of tasks', () => {
    expect(row('Rejected')).toMatchObject({ base: { mean: 0.01 }, canary: { mean: 0 } });
    expect(row('Rejected')?.difference?.mean).toBeCloseTo(-0.01, 12);
    expect(row('Rejected')?.differenceQuantity).toBe('points');
    expect(row('Arrived')?.difference).toBeNull();
    // 26,730 of the 27,000 are completed, of them 97% (rounded to a task) in time.
    expect(row('In time')?.base?.mean).toBeCloseTo(25_928 / 27_000, 9);
  });

  it('leaves out what happened in neither', () => {
    expect(row('Timed out')).toBeUndefined();
    expect(row('Cancelled')).toBeUndefined();
  });

  it('asks a set only in replications in which it had tasks', () => {
    const document = resultDocument({ controls: true });
    const { canary } = document.runs[1]!.arms;
    document.runs[1]!.arms.canary = {
      ...canary!,
      arrived: 0,
      rejected: 0,
      completed: 0,
      completed_in_time: 0,
      latency_s: { ...canary!.latency_s, count: 0, p50: 0 },
    };
    const { canary: median, difference } = row('p50 latency', document)!;
    const others = [0.98, 0.99, 1.015, 0.985];
    const mean = others.reduce((sum, wobble) => sum + 1.6 * wobble, 0) / 4;
    expect(median!.mean).toBeCloseTo(mean, 9);
    expect(difference!.mean).toBeCloseTo(-mean / 4, 9);
    expect(rolloutComparison(document)!.paired).toBe(4);
    document.runs.splice(2);
    document.runs.shift();
    expect(row('p50 latency', document)).toMatchObject({ canary: null, difference: null });
  });

  it('has the tail of both from the median to p99.9', () => {
    const { tail } = rolloutComparison(resultDocument({ controls: true }))!;
    expect(tail.map(({ percentile }) => percentile)).toEqual(['p50', 'p90', 'p95', 'p99', 'p99.9']);
    expect(tail[3]!.base!.mean).toBeCloseTo(2 * 6.5, 9);
    expect(tail[3]!.canary!.mean).toBeCloseTo(1.6 * 5, 9);
  });
});

describe('what was decided', () => {
  it.each([
    ['promoted in all 2 replications, after 10 min', [promoted(600), promoted(600)]],
    ['rolled back in all 2 replications, after 3 min on average', [rolledBack(120), rolledBack(240)]],
    ['undecided in all 2 replications', [open, open]],
    ['rolled back, after 2 min', [rolledBack(120)]],
    [
      'of 4 replications, promoted in 2 (after 15 min on average), rolled back in 1 (after 2 min), undecided in 1',
      [promoted(600), rolledBack(120), open, promoted(1200)],
    ],
  ])('%s', (words, figures) => {
    const { outcome, variant } = rolloutComparison(decided(...figures))!;
    expect(outcome).toBe(words);
    expect(variant).toBe('tuned');
  });

  it('is left open where the rollout does not say', () => {
    const document = resultDocument({ controls: true });
    for (const run of document.runs) run.policies = {};
    document.policies = [];
    expect(rolloutComparison(document)).toMatchObject({ outcome: null, variant: null });
  });
});
