/** The report of a sweep as a page. */
import type { SweepDocument } from '../../experiment/sweep/document.js';
import type { Chart } from '../charts/chart.js';
import { chartSections, type Page } from '../frame.js';
import { readingSection, warningsSection } from '../sections/notes.js';
import { headerSection } from './header.js';
import { heatMaps } from './heat-map.js';
import { bestSection, pointSection } from './points.js';
import { responses } from './response.js';
import { scatters } from './scatter.js';
import { sensitivityBars, sensitivitySection } from './sensitivity.js';

const READING = [
  '<b>12.3 <span class="ci">[11.9, 12.7]</span> s</b> is the mean over the replications of a point and its 95% confidence interval. Unless the seed is a factor, all points run on the same random numbers, so that neighbours differ by their values and not by luck.',
  '<b>Share of variance</b>: how much less a metric would vary over the design if the factor were fixed. What no factor explains alone is how they act together, and chance.',
  '<b>No effect found</b>: what the factor seems to do may be chance, at 5% for all factors of a metric together (Holm).',
  '<b>Uncertain</b>: the 95% interval reaches across the target of an SLO. More replications narrow it: four times as many halve it.',
];

export const sweepCharts = (document: SweepDocument): Chart[] => [
  ...responses(document),
  ...scatters(document),
  ...heatMaps(document),
  ...sensitivityBars(document),
];

export function sweepPage(document: SweepDocument): Page {
  const charts = sweepCharts(document);
  return {
    title: document.scenario.name,
    main: [
      headerSection(document),
      bestSection(document),
      chartSections(charts),
      sensitivitySection(document),
      pointSection(document),
      warningsSection(document.warnings),
      readingSection(READING),
    ],
    charts,
  };
}
