/** The part of the summary about the interconnect: its busiest links and the data sets. */
import type { Estimate, Mapped, ResultDocument } from '../experiment/document.js';
import type { DataMeasures, LinkMeasures } from '../metrics/measures.js';
import { formatPlusMinus } from '../report/format.js';
import { mean, whole } from './summary-cells.js';
import { type Column, name, type Paint, table } from './summary-text.js';

const LINKS_MAX = 5;

interface Named<Measures> {
  readonly label: string;
  readonly of: Mapped<Measures, Estimate>;
}

/** The busiest first: one of them is what transfers wait for. */
export function linkTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const links: Named<LinkMeasures>[] = Object.entries(estimates.links)
    .map(([label, of]) => ({ label: name(label), of }))
    .filter(({ of }) => of.carried_bytes.mean > 0)
    .toSorted((a, b) => b.of.utilisation.mean - a.of.utilisation.mean);
  if (links.length === 0) return [];
  const columns: Column<Named<LinkMeasures>>[] = [
    { title: 'Link', left: true, cell: ({ label }) => label },
    { title: 'In use', cell: ({ of }) => formatPlusMinus('fraction', of.utilisation) },
    { title: 'At most', ...mean('fraction', ({ of }) => of.peak_utilisation), drop: 2 },
    { title: 'Carried', ...mean('bytes', ({ of }) => of.carried_bytes), drop: 1 },
  ];
  const lines = table(columns, links.slice(0, LINKS_MAX), width, paint);
  const more = links.length - LINKS_MAX;
  return more > 0 ? [...lines, paint('dim', `… and ${more} more`)] : lines;
}

export function dataTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const sets: Named<DataMeasures>[] = Object.entries(estimates.data).map(([label, of]) => ({
    label: name(label),
    of,
  }));
  if (sets.length === 0) return [];
  const columns: Column<Named<DataMeasures>>[] = [
    { title: 'Data set', left: true, cell: ({ label }) => label },
    { title: 'Uses', ...whole(({ of }) => of.uses), drop: 1 },
    { title: 'Already there', cell: ({ of }) => formatPlusMinus('fraction', of.hit_fraction) },
    { title: 'Fetched', ...mean('bytes', ({ of }) => of.fetched_bytes), drop: 2 },
  ];
  return table(columns, sets, width, paint);
}
