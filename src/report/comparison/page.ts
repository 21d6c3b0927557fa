/** The report of a comparison as a page. */
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import type { Page } from '../frame.js';
import { escapeHtml } from '../markup.js';

export const comparisonPage = ({ title }: ComparisonDocument): Page => ({
  title,
  main: [`<header><h1>${escapeHtml(title)}</h1></header>`],
  charts: [],
});
