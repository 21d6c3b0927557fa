/** Exact results for what this version does not model. */
import type { SkippedCase } from '../case.js';

const notYet = (name: string, source: string): SkippedCase => ({
  kind: 'skipped',
  name,
  source,
  reason: 'not in this version',
});

export const casesNotYet: readonly SkippedCase[] = [
  notYet('fork-join of 2, rho=0.6', 'Flatto & Hahn; Nelson & Tantawi'),
];
