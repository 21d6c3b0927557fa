/** Rows of a JSON Lines file: one object a line, blank lines skipped; `a.b` names a key of a nested object. */
import { missingColumn } from './missing-column.js';
import type { Cell, RowSink, WantedColumn } from './raw-row.js';
import { traceBytes } from './trace-bytes.js';
import { TraceError } from './trace-error.js';

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 64 * 2 ** 20;
/** Objects whose keys are collected for the message about a missing column. */
const MAX_SURVEYED = 1000;

/** Streams the file into the sink. */
export async function readJsonLinesRows(
  file: string,
  wanted: readonly WantedColumn[],
  sink: RowSink,
): Promise<void> {
  const paths = wanted.map((column) => column.name.split('.'));
  const seen = wanted.map(() => false);
  const cells: Cell[] = new Array(wanted.length).fill(undefined);
  const present = new Set<string>();
  let objects = 0;
  let badLines = 0;
  let line = 0;

  for await (const text of textLines(file)) {
    line++;
    if (text.trim() === '') continue;
    const row = parseObject(text);
    if (row === undefined) {
      badLines++;
      sink.bad(line, 'not a JSON object');
      continue;
    }
    if (objects++ < MAX_SURVEYED) surveyKeys(row, '', present);
    for (let i = 0; i < cells.length; i++) {
      cells[i] = cellAt(row, wanted[i]!.name, paths[i]!);
      if (cells[i] !== undefined) seen[i] = true;
    }
    sink.row(cells, line);
  }

  if (objects === 0 && badLines > 0)
    throw new TraceError(`${file} is not JSON Lines: none of its lines is a JSON object by itself`, ['file']);
  // A key may be absent here and there (those rows are bad); a key that no row has is a mistake in the mapping.
  const absent = wanted.find((_, i) => !seen[i]);
  if (objects > 0 && absent !== undefined) throw missingColumn(file, absent, [...present]);
}

/**
 * Cut at line feeds only, on bytes. `readline` also cuts at U+2028 and U+2029, which JSON allows inside strings,
 * and does not hand on errors of its input.
 */
async function* textLines(file: string): AsyncGenerator<string, void, void> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let first = true;
  const cut = (last: Buffer): string => {
    const whole = pending.length === 0 ? last : Buffer.concat([...pending, last]);
    pending = [];
    pendingBytes = 0;
    const text = whole.toString('utf8');
    const withoutMark = first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    first = false;
    return withoutMark;
  };
  for await (const chunk of traceBytes(file)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield cut(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > MAX_LINE_BYTES)
      throw new TraceError(
        `${file} has a line of more than ${MAX_LINE_BYTES / 2 ** 20} MiB; JSON Lines holds one object a line`,
        ['file'],
      );
  }
  if (pendingBytes > 0) yield cut(Buffer.alloc(0));
}

type JsonObject = Readonly<Record<string, Cell>>;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: Cell = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: Cell): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key that holds the dots itself comes before a path of nested keys. */
function cellAt(row: JsonObject, name: string, path: readonly string[]): Cell {
  if (path.length === 1 || Object.hasOwn(row, name)) return Object.hasOwn(row, name) ? row[name] : undefined;
  let value: Cell = row;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function surveyKeys(row: JsonObject, prefix: string, into: Set<string>): void {
  for (const [key, value] of Object.entries(row)) {
    if (isObject(value)) surveyKeys(value, `${prefix}${key}.`, into);
    else into.add(prefix + key);
  }
}
