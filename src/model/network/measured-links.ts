/**
 * Which links are measured. Every link between nodes as long as there are not too many of a kind, else all of a kind
 * together; the links inside nodes never, since no transfer takes them. Those of nodes that a run adds are left out,
 * so that every run of a scenario has the same rows.
 */
import type { Topology } from './topology.js';

/** A row of the measures. */
export interface MeasuredLink {
  /** `storage/out`, `rack-3/up`, `node-7/nic-in`; all of a kind together `*\/nic-in`. */
  readonly name: string;
  readonly links: readonly number[];
}

/** More of one kind are measured together. */
const ROWS_MAX = 64;

export function measuredLinks(topology: Topology): MeasuredLink[] {
  const kinds = new Map<string, MeasuredLink[]>();
  for (const [link, { name }] of topology.links.entries()) {
    const [place, kind] = name.split('/') as [string, string];
    if (kind === 'inside') continue;
    const key = place === 'storage' ? name : kind;
    const rows = kinds.get(key) ?? [];
    rows.push({ name, links: [link] });
    kinds.set(key, rows);
  }
  return [...kinds.entries()].flatMap(([kind, rows]) =>
    rows.length <= ROWS_MAX ? rows : [{ name: `*/${kind}`, links: rows.flatMap(({ links }) => links) }],
  );
}
