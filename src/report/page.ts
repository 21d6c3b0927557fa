/** The report as one HTML page, given the code of the chart libraries. Pure, so that it can be made anywhere. */
import type { ResultDocument } from '../experiment/document.js';
import type { Chart } from './charts/chart.js';
import { chartsOf } from './charts/index.js';
import { escapeHtml, scriptCode, scriptJson } from './markup.js';
import { closingSections } from './sections/closing.js';
import { controlSections } from './sections/controls.js';
import { costSection } from './sections/cost.js';
import { deadlockSection } from './sections/deadlocks.js';
import { rolloutSection } from './sections/rollout.js';
import { headerSection, policySection } from './sections/setting.js';
import { tableSections } from './sections/tables.js';
import { verdictSection } from './sections/verdict.js';
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

function chartSections(charts: readonly Chart[]): string {
  const groups = [...new Set(charts.map(({ group }) => group))];
  return groups
    .map((group) => {
      const figures = charts.filter((chart) => chart.group === group);
      const three = group === 'Fairness' ? ' three' : '';
      return `<section><h2>${escapeHtml(group)}</h2>\n<div class="charts${three}">${figures.map(figure).join('\n')}</div></section>`;
    })
    .join('\n');
}

/** `libraries` are the browser bundles of vega, vega-lite and vega-embed, in this order. */
export function reportPage(document: ResultDocument, libraries: readonly string[]): string {
  const charts = chartsOf(document);
  const specs = charts.map(({ id, title, spec }) => ({ id, title, spec }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<meta name="generator" content="wipsim">
<title>${escapeHtml(document.scenario.name)} – wipsim report</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${headerSection(document)}
${verdictSection(document)}
${deadlockSection(document)}
${rolloutSection(document)}
${tableSections(document)}
${costSection(document)}
${controlSections(document)}
${chartSections(charts)}
${policySection(document)}
${closingSections(document)}
</main>
<script type="application/json" id="specs">${scriptJson(specs)}</script>
${libraries.map((code) => `<script>${scriptCode(code)}</script>`).join('\n')}
<script>${START}</script>
</body>
</html>
`;
}
