import { expect, it } from 'vitest';
import { deadlockedReplications } from '../../../src/report/deadlocks.js';
import { deadlockSection } from '../../../src/report/sections/deadlocks.js';
import { resultDocument } from '../../fixtures/result.js';

it('deadlocks are told with who waits for whom', () => {
  const html = deadlockSection(resultDocument({ controls: true }));
  expect(html).toContain('In 4 of 5 replications tasks held what each other waited for.');
  expect(html).toMatch(
    /<th scope="row" class="text">1<\/th><td>10\.2 min<\/td><td class="text">chat\/17 holds h100 .*<br>research\/4 holds l40s/,
  );
});

it('one before the end of the warm-up, which no count has, counts too', () => {
  const document = resultDocument();
  document.deadlocks = [{ replication: 2, at_s: 3, cycle: ['a/0 holds p and waits for stage s on p'] }];
  expect(deadlockedReplications(document)).toBe(1);
});

it('there is no section without any', () => {
  expect(deadlockSection(resultDocument())).toBe('');
});
