import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  escapeHtml,
  estimateCell,
  estimateHtml,
  scriptCode,
  scriptJson,
  table,
} from '../../src/report/markup.js';

describe('text from outside', () => {
  it('cannot open an element or leave an attribute', () => {
    expect(escapeHtml(`<b onclick="x('&')">`)).toBe('&lt;b onclick=&quot;x(&#39;&amp;&#39;)&quot;&gt;');
  });

  it('cannot end the script element that holds it as JSON, and comes back unchanged', () => {
    const text = '</script><script>alert(1)</script><!-- \u2028';
    const json = scriptJson({ text });
    expect(json).not.toContain('<');
    expect(JSON.parse(json)).toEqual({ text });
  });
});

describe('code in a page', () => {
  it('means the same after what would end its element is escaped', () => {
    const code = `const text = "</script>" + '</SCRIPT >' + "<!-- x";\n//# sourceMappingURL=a.js.map`;
    const safe = scriptCode(code);
    expect(safe).not.toMatch(/<\/script|<!--|sourceMappingURL/i);
    expect(runInNewContext(`${safe}; text`)).toBe('</script></SCRIPT ><!-- x');
  });
});

describe('an estimate', () => {
  const estimate = { mean: 0.47, ci_low: 0.457, ci_high: 0.483 };

  it('has its interval between number and unit in running text, below both in a cell', () => {
    expect(estimateHtml('fraction', estimate)).toBe('47.0 <span class="ci">[45.7, 48.3]</span> %');
    expect(estimateCell('fraction', estimate)).toBe('47.0% <span class="ci below">[45.7, 48.3]</span>');
  });
});

describe('a table', () => {
  it('names its rows by the first column and escapes its titles', () => {
    const html = table(
      [
        { title: 'A<b', text: true, cell: (row: number) => `name ${row}` },
        { title: 'B', hint: '"so"', cell: (row) => String(row * 2) },
      ],
      [1, 2],
      'Numbers',
    );
    expect(html).toContain(
      '<th scope="col" class="text">A&lt;b</th><th scope="col" title="&quot;so&quot;">B</th>',
    );
    expect(html).toContain('<tr><th scope="row" class="text">name 2</th><td>4</td></tr>');
    expect(html).toContain('aria-label="Numbers"');
  });
});
