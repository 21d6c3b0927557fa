/** The report of a comparison as a page. */
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import { chartSections, type Page } from '../frame.js';
import { escapeHtml } from '../markup.js';
import { commandHtml, readingSection, warningsSection } from '../sections/notes.js';
import { findingsSection } from './findings.js';
import { forest } from './forest.js';
import { commandOf, headerSection } from './header.js';
import { metricDots } from './metric-dots.js';
import { policySection } from './policies.js';
import { differenceSection, metricSection, sloSection } from './tables.js';

const READING = [
  '<b>12.3 <span class="ci">[11.9, 12.7]</span> s</b> is the mean over the replications and its 95% confidence interval. Intervals of two setups may overlap although their difference is certain: replication by replication they run on the same random numbers, and the difference has an interval of its own.',
  '<b>Better</b> and <b>worse</b> are said only where chance is ruled out, for all findings of the page together (Holm). <b>No difference found</b> is no proof that there is none: the interval of the difference says how large it may still be.',
  '<b>No difference that matters</b>: the whole interval lies within the indifference.',
  '<b>p99 latency</b> of 12 s: 99 of 100 completed tasks took 12 s or less. Tasks that were rejected or timed out are not in it; read it together with those shares.',
];

export const comparisonCharts = (document: ComparisonDocument) =>
  [forest(document), ...metricDots(document)].filter((chart) => chart !== undefined);

export function comparisonPage(document: ComparisonDocument): Page {
  const charts = comparisonCharts(document);
  const differences = charts.filter(({ group }) => group === 'Differences');
  const metrics = charts.filter(({ group }) => group === 'Metric by metric');
  return {
    title: document.title,
    main: [
      headerSection(document),
      findingsSection(document),
      sloSection(document),
      metricSection(document),
      chartSections(differences),
      chartSections(metrics),
      policySection(document),
      differenceSection(document),
      warningsSection(document.warnings),
      againSection(document),
      readingSection(READING),
    ],
    charts,
  };
}

const againSection = (document: ComparisonDocument): string => {
  const hashes = document.setups.map(
    ({ name, scenario }) => `${escapeHtml(name)} <code>${escapeHtml(scenario.hash.slice(0, 12))}</code>`,
  );
  return `<section id="again"><h2>To compare again</h2>
${commandHtml(commandOf(document))}
<p class="facts">With the scenario's own file in place of the capitals, and the same <code>--set</code> where there was one. The same scenarios are those with the hashes ${hashes.join(', ')}.</p>
</section>`;
};
