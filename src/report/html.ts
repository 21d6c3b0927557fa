/** The report with the chart libraries in it, read from the installed packages: one file that opens offline. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ResultDocument } from '../experiment/document.js';
import { reportPage } from './page.js';

const { resolve } = createRequire(import.meta.url);

/** The packages export their modules only; the browser bundles lie beside those. */
const bundle = (entry: string, file: string): string => readFileSync(join(dirname(entry), file), 'utf8');

let libraries: readonly string[] | undefined;

/** A self-contained HTML page; it loads nothing from the network. */
export function renderReport(document: ResultDocument): string {
  libraries ??= [
    bundle(resolve('vega'), 'vega.min.js'),
    bundle(resolve('vega-lite'), 'vega-lite.min.js'),
    bundle(resolve('vega-embed'), 'vega-embed.min.js'),
  ];
  return reportPage(document, libraries);
}
