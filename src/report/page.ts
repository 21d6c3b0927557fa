/** The report of a run as a page. Pure, so that it can be made anywhere. */
import type { ResultDocument } from '../experiment/document.js';
import { chartsOf } from './charts/index.js';
import { chartSections, type Page } from './frame.js';
import { closingSections } from './sections/closing.js';
import { controlSections } from './sections/controls.js';
import { costSection } from './sections/cost.js';
import { deadlockSection } from './sections/deadlocks.js';
import { rolloutSection } from './sections/rollout.js';
import { headerSection, policySection } from './sections/setting.js';
import { tableSections } from './sections/tables.js';
import { verdictSection } from './sections/verdict.js';

export function reportPage(document: ResultDocument): Page {
  const charts = chartsOf(document);
  return {
    title: document.scenario.name,
    main: [
      headerSection(document),
      verdictSection(document),
      deadlockSection(document),
      rolloutSection(document),
      tableSections(document),
      costSection(document),
      controlSections(document),
      chartSections(charts),
      policySection(document),
      closingSections(document),
    ],
    charts,
  };
}
