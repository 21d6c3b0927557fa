/**
 * A scenario's text as a value that remembers where each part of it was written. Checks of every later stage (schema,
 * cross-references) ask the document for a located problem and never handle offsets.
 */
import type { PathSegment, Problem } from './problem.js';
import { failAt, fileLocator, type Place } from './source-place.js';
import { plainValue, readTree, type SourceNode } from './source-tree.js';

interface LocateOptions {
  /** The position of the key instead of the value's, where the path ends in a map's key. */
  readonly key?: boolean;
}

interface ProblemDetails extends LocateOptions {
  readonly expected?: string;
  readonly suggestion?: string;
}

export class SourceDocument {
  /** The document as plain data; always a map. Not to be changed. */
  readonly value: unknown;

  /** Use `parseSource`. */
  constructor(
    readonly file: string,
    readonly text: string,
    readonly root: SourceNode,
  ) {
    this.value = plainValue(root);
  }

  /**
   * Line and column, from 1, of what stands at `path`, or of its nearest ancestor where nothing does. A value
   * behind an alias or a merge key stands where it is written. `null` for a value that an override brought in.
   */
  locate(path: readonly PathSegment[], options: LocateOptions = {}): { line: number; column: number } | null {
    const { line, column } = this.place(path, options);
    return line === null || column === null ? null : { line, column };
  }

  /** Whether the document says anything at `path`. */
  has(path: readonly PathSegment[]): boolean {
    return this.node(path) !== undefined;
  }

  /** What stands at `path`. */
  node(path: readonly PathSegment[]): SourceNode | undefined {
    let node: SourceNode | undefined = this.root;
    for (const segment of path) {
      if (node === undefined) return undefined;
      node = childOf(node, segment)?.node;
    }
    return node;
  }

  /** A problem with what stands (or should stand) at `path`. */
  problem(path: readonly PathSegment[], message: string, details: ProblemDetails = {}): Problem {
    const { expected, suggestion } = details;
    return {
      message,
      path: [...path],
      ...this.place(path, details),
      ...(expected === undefined ? {} : { expected }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  }

  private place(path: readonly PathSegment[], { key = false }: LocateOptions): Place {
    let node = this.root;
    let place = node.place;
    for (const segment of path) {
      const child = childOf(node, segment);
      if (child === undefined) break;
      node = child.node;
      place = key ? child.keyPlace : node.place;
    }
    return place;
  }
}

/** Reads a YAML or JSON file's text; throws `ScenarioError` with line and column for all that is wrong with it. */
export function parseSource(text: string, file: string): SourceDocument {
  // A byte order mark takes no column.
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const root = readTree(body, fileLocator(body, file));
  if (root.kind !== 'map') {
    const got = root.kind === 'list' ? 'a list' : 'a single value';
    failAt(root.place, `expected a map of keys and values, got ${got}`);
  }
  return new SourceDocument(file, body, root);
}

function childOf(node: SourceNode, segment: PathSegment): { node: SourceNode; keyPlace: Place } | undefined {
  if (node.kind === 'map') return node.entries.get(String(segment));
  if (node.kind !== 'list' || !/^\d+$/.test(String(segment))) return undefined;
  const item = node.items[Number(segment)];
  return item === undefined ? undefined : { node: item, keyPlace: item.place };
}
