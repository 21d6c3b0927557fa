/** Pages with the chart libraries in them, read from the installed packages: one file that opens offline. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ComparisonDocument } from '../experiment/compare/document.js';
import type { ResultDocument } from '../experiment/document.js';
import type { PlanDocument } from '../experiment/plan/document.js';
import type { SweepDocument } from '../experiment/sweep/document.js';
import { comparisonPage } from './comparison/page.js';
import { framed, type Page } from './frame.js';
import { reportPage } from './page.js';
import { planPage } from './plan/page.js';
import { sweepPage } from './sweep/page.js';

const { resolve } = createRequire(import.meta.url);

/** The packages export their modules only; the browser bundles lie beside those. */
const bundle = (entry: string, file: string): string => readFileSync(join(dirname(entry), file), 'utf8');

let libraries: readonly string[] | undefined;

/** A self-contained HTML page; it loads nothing from the network. */
export function htmlOf(page: Page): string {
  libraries ??= [
    bundle(resolve('vega'), 'vega.min.js'),
    bundle(resolve('vega-lite'), 'vega-lite.min.js'),
    bundle(resolve('vega-embed'), 'vega-embed.min.js'),
  ];
  return framed(page, libraries);
}

/** The report of `wipsim run`. */
export const renderReport = (document: ResultDocument): string => htmlOf(reportPage(document));

/** The report of `wipsim compare`. */
export const renderComparisonReport = (document: ComparisonDocument): string =>
  htmlOf(comparisonPage(document));

/** The report of `wipsim sweep`. */
export const renderSweepReport = (document: SweepDocument): string => htmlOf(sweepPage(document));

/** The report of `wipsim plan`. */
export const renderPlanReport = (document: PlanDocument): string => htmlOf(planPage(document));
