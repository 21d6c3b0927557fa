/** The HTML page around a report: one file with the chart libraries in it that opens offline and loads nothing. */
import type { Chart } from './charts/chart.js';
import { escapeHtml, scriptCode, scriptJson } from './markup.js';
import { STYLE } from './style.js';

/** Nothing may be fetched, whatever a scenario's text tries; Vega compiles its expressions, hence unsafe-eval. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:";

const START = `
for (const { id, title, spec } of JSON.parse(document.getElementById('specs').textContent))
  vegaEmbed('#chart-' + id, spec, {
    renderer: 'svg', downloadFileName: id,
    actions: { export: true, source: false, compiled: false, editor: false },
  }).catch((error) => { document.getElementById('chart-' + id).textContent = title + ': ' + error.message; });
`;

const figure = ({ id, title, caption, wide }: Chart): string =>
  `<figure${wide ? ' class="wide"' : ''}><figcaption><h3>${escapeHtml(title)}</h3><p>${escapeHtml(caption)}</p></figcaption>
<div class="chart" id="chart-${id}" role="img" aria-label="${escapeHtml(title)}"></div></figure>`;

/** Places for charts, in a section of the caller's; nothing where there are none. */
export const chartFigures = (charts: readonly Chart[], layout = ''): string =>
  charts.length === 0 ? '' : `<div class="charts${layout}">${charts.map(figure).join('\n')}</div>`;

/** A section for each group of charts, in the order in which the groups first come. */
export function chartSections(charts: readonly Chart[]): string {
  const groups = [...new Set(charts.map(({ group }) => group))];
  return groups
    .map((group) => {
      const figures = chartFigures(
        charts.filter((chart) => chart.group === group),
        group === 'Fairness' ? ' three' : '',
      );
      return `<section><h2>${escapeHtml(group)}</h2>\n${figures}</section>`;
    })
    .join('\n');
}

export interface Page {
  /** As text; ` – wipsim report` is put after it. */
  readonly title: string;
  /** Sections as HTML, `chartSections` among them. */
  readonly main: readonly string[];
  /** All charts that the sections have places for. */
  readonly charts: readonly Chart[];
}

/** `libraries` are the browser bundles of vega, vega-lite and vega-embed, in this order. */
export function framed({ title, main, charts }: Page, libraries: readonly string[]): string {
  const specs = charts.map(({ id, title: chartTitle, spec }) => ({ id, title: chartTitle, spec }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<meta name="generator" content="wipsim">
<title>${escapeHtml(title)} – wipsim report</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main.join('\n')}
</main>
<script type="application/json" id="specs">${scriptJson(specs)}</script>
${libraries.map((code) => `<script>${scriptCode(code)}</script>`).join('\n')}
<script>${START}</script>
</body>
</html>
`;
}
