import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  renderComparisonReport,
  renderPlanReport,
  renderReport,
  renderSweepReport,
} from '../../src/report/html.js';
import { comparisonDocument } from '../fixtures/comparison.js';
import { planDocument } from '../fixtures/plan.js';
import { resultDocument } from '../fixtures/result.js';
import { gridSweep } from '../fixtures/sweep.js';

describe('the report', () => {
  const html = renderReport(resultDocument());
  const markup = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, '');

  it('loads nothing: no address in its markup or style, and a policy that forbids it', () => {
    expect(html.match(/<script\b/g)).toHaveLength(5);
    expect(html).not.toMatch(/<script\b[^>]*\bsrc=/i);
    expect(markup).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    expect(markup).not.toMatch(/<link\b|@import|url\(/i);
    expect(markup).toContain(`content="default-src 'none';`);
  });

  it('carries libraries that run and draw: vega, vega-lite, vega-embed', () => {
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code]) => code!);
    expect(scripts).toHaveLength(4);
    const context: Record<string, unknown> = {
      structuredClone,
      console,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
    };
    context.window = context;
    const versions = runInNewContext(
      `${scripts.slice(0, 3).join('\n;')}\n;[vega.version, vegaLite.version, typeof vegaEmbed]`,
      context,
    ) as string[];
    expect(versions[0]).toMatch(/^6\./);
    expect(versions[1]).toMatch(/^6\./);
    expect(versions[2]).toBe('function');
  });

  it('is the same text for the same document', () => {
    expect(renderReport(resultDocument())).toBe(html);
  });
});

describe.each([
  ['comparison', () => renderComparisonReport(comparisonDocument())],
  ['sweep', () => renderSweepReport(gridSweep())],
  ['plan', () => renderPlanReport(planDocument())],
])('the report of a %s', (_, render) => {
  it('is one file that loads nothing, the same text for the same document', () => {
    const html = render();
    const markup = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, '');
    expect(html.match(/<script\b/g)).toHaveLength(5);
    expect(markup).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    expect(markup).toContain(`content="default-src 'none';`);
    expect(render()).toBe(html);
  });
});
