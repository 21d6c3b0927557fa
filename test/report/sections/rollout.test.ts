import { describe, expect, it } from 'vitest';
import { rolloutSection } from '../../../src/report/sections/rollout.js';
import { resultDocument } from '../../fixtures/result.js';

describe('the section on a rollout', () => {
  const html = rolloutSection(resultDocument({ controls: true }));

  it('says what was tried and what was decided', () => {
    expect(html).toContain('Variant <b>tuned</b> was tried');
    expect(html).toContain('Of 5 replications, promoted in 4 (after 10 min), undecided in 1.');
  });

  it('sets base and canary side by side, with the difference and its interval', () => {
    expect(html).toMatch(
      /p50 latency<\/th><td>2\.00 s .*\[1\.95, 2\.05\].*<\/td><td>1\.60 s .*<\/td><td>-400 ms .*\[-411, -389\]/,
    );
    expect(html).toMatch(/Rejected .*<\/th><td>1%<\/td><td>0%<\/td><td>-1 pp<\/td>/);
  });

  it('is not there without a rollout', () => {
    expect(rolloutSection(resultDocument())).toBe('');
  });

  it('says so where one of the sets had no tasks', () => {
    const document = resultDocument({ controls: true });
    for (const run of document.runs.slice(1)) run.arms.canary!.latency_s.count = 0;
    expect(rolloutSection(document)).toContain('Both sets had completed tasks in 1 of 5 replications.');
  });
});
