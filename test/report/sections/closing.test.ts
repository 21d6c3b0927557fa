import { describe, expect, it } from 'vitest';
import { closingSections } from '../../../src/report/sections/closing.js';
import { resultDocument } from '../../fixtures/result.js';

describe('the end of the page', () => {
  it('has warnings, checks, traces, and how to read it', () => {
    const html = closingSections(resultDocument());
    expect(html).toContain('the queue still grew');
    expect(html).toContain('holds at every stage exactly, but for rounding');
    expect(html).toContain('<code>chat-monday.csv</code>: 28,812 rows, 2 could not be read');
    expect(html).toContain('How to read this');
  });

  it('gives the error of Little’s law where it is more than rounding', () => {
    const document = resultDocument();
    document.checks = { conservation: 'held', littles_law_max_error: 0.002 };
    expect(closingSections(document)).toContain('at every stage to 0.2%');
  });

  it('says that there are no warnings', () => {
    expect(closingSections({ ...resultDocument(), warnings: [] })).toContain('No warnings.');
  });
});
