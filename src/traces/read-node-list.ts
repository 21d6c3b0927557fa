/** Reads a node list: how many nodes of each kind a pool has. */
import { resolve } from 'node:path';
import type { LoadedNodeList, NodeKind } from '../scenario/node-lists.js';
import { trouble } from '../scenario/node-lists.js';
import type { NodeListSpec } from '../scenario/schema/node-list.js';
import { PARTS } from '../scenario/trace-schema.js';
import { equals, toNumber } from './cells.js';
import { readCsvRows } from './csv-rows.js';
import { readJsonLinesRows } from './json-lines-rows.js';
import { type Cell, cellText, type RowSink, type WantedColumn } from './raw-row.js';
import { TraceError } from './trace-error.js';

/**
 * Reads the file that `spec` names, relative to `baseDirectory` (the scenario's folder). A bad row would be a node
 * that silently is not there, so the first one is a `TraceError`.
 */
export async function readNodeList(spec: NodeListSpec, baseDirectory: string): Promise<LoadedNodeList> {
  const file = resolve(baseDirectory, spec.file);
  const rows = new NodeRows(file, spec);
  const read = spec.format === 'csv' ? readCsvRows : readJsonLinesRows;
  await read(file, rows.wanted, rows);
  const kinds = rows.kinds();
  if (kinds.length === 0) throw new TraceError(`${file} has no node with GPUs`, ['file']);
  const why = trouble(kinds);
  if (why !== undefined) throw new TraceError(`${file}: ${why}`, ['file']);
  const hardware = [...new Set(kinds.map((kind) => kind.hardware ?? ''))];
  for (const name of Object.keys(spec.kinds))
    if (!hardware.includes(name))
      throw new TraceError(`${file} has no nodes of hardware '${name}'; it has: ${hardware.join(', ')}`, [
        'kinds',
        name,
      ]);
  return { kinds, order: Int32Array.from(rows.order) };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

class NodeRows implements RowSink {
  readonly wanted: readonly WantedColumn[];
  private readonly filters;
  private readonly position: Readonly<Record<'gpus' | 'cpus' | 'hostMemory' | 'hardware', number>>;
  /** Kind of each node, in the order of the file. */
  readonly order: number[] = [];
  private readonly byKey = new Map<string, { readonly kind: Writable<NodeKind>; readonly index: number }>();

  constructor(
    private readonly file: string,
    private readonly spec: NodeListSpec,
  ) {
    const wanted: WantedColumn[] = [];
    const position = (name: string | undefined, path: readonly (string | number)[]): number => {
      if (name === undefined) return -1;
      const known = wanted.findIndex((column) => column.name === name);
      return known >= 0 ? known : wanted.push({ name, path }) - 1;
    };
    const { columns } = spec;
    this.position = {
      gpus: position(columns.gpus, ['columns', 'gpus']),
      cpus: position(columns.cpus?.column, ['columns', 'cpus']),
      hostMemory: position(columns.hostMemory?.column, ['columns', 'hostMemory']),
      hardware: position(columns.hardware, ['columns', 'hardware']),
    };
    this.filters = Object.entries(spec.where).map(([name, values]) => ({
      position: position(name, ['where', name]),
      values,
    }));
    this.wanted = wanted;
  }

  row(cells: readonly Cell[], line: number): void {
    const { position, spec } = this;
    const isWanted = this.filters.every((filter) =>
      filter.values.some((value) => equals(cells[filter.position], value)),
    );
    if (!isWanted) return;
    const gpus = this.number(cells, position.gpus, line, 'a whole number of at least 0', Number.isInteger);
    if (gpus === 0) return;
    const kind: Writable<NodeKind> = { nodes: 0, gpus };
    const above0 = (value: number) => value > 0;
    if (spec.columns.cpus !== undefined)
      kind.cpus =
        this.number(cells, position.cpus, line, 'a number above 0', above0) / PARTS[spec.columns.cpus.unit];
    if (spec.columns.hostMemory !== undefined)
      kind.hostBytes =
        this.number(cells, position.hostMemory, line, 'a number above 0', above0) *
        spec.columns.hostMemory.bytes;
    if (position.hardware >= 0) {
      kind.hardware = cellText(cells[position.hardware]);
      if (kind.hardware === '') this.bad(line, `${this.wanted[position.hardware]!.name} is missing`);
    }
    const key = JSON.stringify(kind);
    const known = this.byKey.get(key) ?? { kind, index: this.byKey.size };
    known.kind.nodes++;
    this.byKey.set(key, known);
    this.order.push(known.index);
  }

  bad(line: number, reason: string): never {
    throw new TraceError(`${this.file}, line ${line}: ${reason}`, ['file']);
  }

  kinds(): readonly NodeKind[] {
    return [...this.byKey.values()].map(({ kind }) => kind);
  }

  private number(
    cells: readonly Cell[],
    position: number,
    line: number,
    expectation: string,
    accepts: (value: number) => boolean,
  ): number {
    const value = toNumber(cells[position]);
    if (Number.isFinite(value) && value >= 0 && accepts(value)) return value;
    const text = cellText(cells[position]);
    const { name } = this.wanted[position]!;
    return this.bad(line, text === '' ? `${name} is missing` : `${name} '${text}' is not ${expectation}`);
  }
}
