import { describe, expect, it } from 'vitest';
import { headerSection, policySection } from '../../../src/report/sections/setting.js';
import { resultDocument } from '../../fixtures/result.js';

describe('what was simulated', () => {
  it('has name, description, seed, replications and policies', () => {
    const html = headerSection(resultDocument());
    expect(html).toContain('<h1>Agent platform, weekday peak</h1>');
    expect(html).toContain('Chat beside long research agents');
    expect(html).toContain('seed <b>42</b>');
    expect(html).toContain('<b>5 replications</b>');
    expect(html).toContain('concurrency-limit <b>gradient2</b> at inference');
  });

  it('says of one replication that there are no intervals', () => {
    expect(headerSection(resultDocument({ replications: 1 }))).toContain(
      '<b>1 replication</b>: no intervals',
    );
    expect(headerSection(resultDocument())).not.toContain('no intervals');
  });

  it('says what an interrupted run shows', () => {
    const document = resultDocument({ replications: 2 });
    document.interrupted = true;
    document.replications = { planned: 10, finished: 2 };
    expect(headerSection(document)).toContain('it shows the 2 of 10 replications that were finished');
  });

  it('tells the policies of a rollout’s canary from the others', () => {
    const document = resultDocument({ controls: true });
    expect(headerSection(document)).toContain('<b>vegas</b> (canary)');
    expect(policySection(document)).toContain('vegas (canary)');
    expect(headerSection(document)).toContain('<b>gradient2</b> at inference');
  });

  it('lists every policy with where it acts and its parameters', () => {
    const html = policySection(resultDocument());
    expect(html).toContain('<code>rate_hz&nbsp;=&nbsp;5</code>, <code>burst&nbsp;=&nbsp;40</code>');
    expect(html).toContain('everywhere');
    expect(policySection({ ...resultDocument(), policies: [] })).toContain('None: everything is admitted');
  });
});
