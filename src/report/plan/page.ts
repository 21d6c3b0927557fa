/** The report of a plan as a page: the answer first, then what stands behind it. */
import type { PlanDocument } from '../../experiment/plan/document.js';
import type { Chart } from '../charts/chart.js';
import { chartSections, type Page } from '../frame.js';
import { readingSection, warningsSection } from '../sections/notes.js';
import { answerSection, fleetSection, headerSection, workSection } from './answer.js';
import { headRoomChart } from './head-room.js';
import { pareto } from './pareto.js';
import {
  cheaperSection,
  extraNodeSection,
  growthSection,
  headRoomSection,
  nodesDownSection,
} from './questions.js';
import { tuningCharts, tuningSection } from './tuning.js';

const READING = [
  '<b>Met</b>: every SLO keeps its target with the stated confidence, over all looks at the runs together. <b>Missed</b>: one is shown not to. <b>Not shown</b>: the replications that were allowed could not tell; a plan counts that as not met.',
  '<b>Slack</b> is what is left to the target, as a part of it: +20% at a target of 10 s is 8 s.',
  '<b>12.3 <span class="ci">[11.9, 12.7]</span> s</b> is the mean over the replications and its 95% confidence interval. Candidates run on the same random numbers; changes are paired, replication by replication.',
  '<b>Cost</b> is by configuration: what all the nodes cost, had they stood the whole hour. What was billed in the runs is less where nodes come and go.',
];

export const planCharts = (document: PlanDocument): Chart[] =>
  [headRoomChart(document), ...tuningCharts(document), pareto(document)].filter(
    (chart) => chart !== undefined,
  );

export function planPage(document: PlanDocument): Page {
  const charts = planCharts(document);
  const of = (group: Chart['group']): Chart[] => charts.filter((chart) => chart.group === group);
  return {
    title: document.scenario.name,
    main: [
      headerSection(document),
      answerSection(document),
      fleetSection(document),
      cheaperSection(document),
      chartSections(of('Cost against latency')),
      extraNodeSection(document),
      headRoomSection(document, of('Head-room')),
      growthSection(document),
      nodesDownSection(document),
      tuningSection(document, of('Tuning')),
      workSection(document),
      warningsSection(document.warnings),
      readingSection(READING),
    ],
    charts,
  };
}
