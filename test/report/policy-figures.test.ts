import { expect, it } from 'vitest';
import { policyFigures } from '../../src/report/policy-figures.js';
import { resultDocument } from '../fixtures/result.js';

it('figures of policies have words, and the unit that their names carry, in snake case and in camel case', () => {
  const told = policyFigures(resultDocument({ controls: true })).map(({ policy, figures }) => [
    policy,
    figures.map(({ words, quantity }) => `${words} (${quantity})`),
  ]);
  expect(told).toEqual([
    [
      'rollout/canary',
      [
        'comparisons (count)',
        'share (fraction)',
        'promoted (count)',
        'rolled back (count)',
        'decided at (duration)',
      ],
    ],
    ['concurrency/vegas', ['no load round trip (duration)', 'probes (count)']],
    ['admission/circuit-breaker/canary', ['times opened (count)', 'open fraction (fraction)']],
  ]);
});

it('a policy without figures is not mentioned', () => {
  const document = resultDocument();
  document.estimates.policies = { 'admission/mine': {} };
  expect(policyFigures(document)).toEqual([]);
});
