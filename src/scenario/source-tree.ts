/**
 * YAML nodes as a tree of values that know where they stand. Aliases and merge keys are resolved here, under
 * limits: a scenario file may come from anyone, and a few hundred bytes of YAML can expand to terabytes.
 *
 * Aliases, merge keys and duplicate keys are not left to the `yaml` package's `toJS`: that loses the positions,
 * compares every key with every other, and lets an alias contain itself.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { keyText, type Problem, quoted, ScenarioError } from './problem.js';
import { failAt, type Locator, type Place, problemAt } from './source-place.js';
import { nearest } from './suggest.js';
import { composeYaml, DEPTH_MAX, isWritten } from './yaml-syntax.js';

/** Keys and values after expansion of aliases. */
const VALUES_MAX = 100_000;
/** Uses of one anchor; the `yaml` package's own default. */
const ALIAS_USES_MAX = 100;

export type SourceNode = ScalarNode | ListNode | MapNode;

interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly SourceNode[];
}

interface MapEntry {
  readonly keyPlace: Place;
  readonly node: SourceNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

/** Plain JavaScript data for a tree. Shared subtrees come out as separate copies. */
export function plainValue(node: SourceNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map': {
      const record: Record<string, unknown> = {};
      for (const [key, entry] of node.entries) record[key] = plainValue(entry.node);
      return record;
    }
  }
}

/** Reads YAML (or JSON, which is YAML) into a tree; throws `ScenarioError` for all that is wrong with the text. */
export function readTree(text: string, locate: Locator): SourceNode {
  const contents = composeYaml(text, locate);
  const reader = new TreeReader(locate);
  const node = reader.read(contents, 1, undefined).node;
  if (reader.problems.length > 0) throw new ScenarioError(reader.problems);
  return node;
}

interface Read {
  readonly node: SourceNode;
  /** Levels below and including the node. */
  readonly height: number;
}

interface Anchor extends Read {
  readonly size: number;
  uses: number;
}

const PLAIN_TAGS = new Set(
  ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

class TreeReader {
  readonly problems: Problem[] = [];
  /** `open`: the anchored node is still being read, so an alias to it would contain itself. */
  private readonly anchors = new Map<string, Anchor | 'open'>();
  private size = 0;

  constructor(private readonly locate: Locator) {}

  /** `fallback` is the place to name for a value that is not written out (`key:` and nothing after). */
  read(source: ParsedNode | null, depth: number, fallback: Place | undefined): Read {
    const place = isWritten(source) || fallback === undefined ? this.locate(source?.range[0] ?? 0) : fallback;
    if (isAlias(source)) return this.readAlias(source, depth, place);
    this.grow(1, place);
    if (depth > DEPTH_MAX) failAt(place, `nested deeper than ${DEPTH_MAX} levels`);
    if (source === null) return { node: { kind: 'scalar', place, value: null }, height: 1 };
    if (source.tag !== undefined && source.tag !== '!' && !PLAIN_TAGS.has(source.tag))
      this.problems.push(problemAt(place, `tags are not supported here: ${quoted(source.tag)}`));
    if (source.anchor === undefined) return this.readContent(source, depth, place);
    this.anchors.set(source.anchor, 'open');
    const before = this.size - 1;
    const read = this.readContent(source, depth, place);
    this.anchors.set(source.anchor, { ...read, size: this.size - before, uses: 0 });
    return read;
  }

  private readContent(source: Exclude<ParsedNode, Alias.Parsed>, depth: number, place: Place): Read {
    if (isMap(source)) return this.readMap(source as YAMLMap.Parsed, depth, place);
    if (isSeq(source)) return this.readList(source as YAMLSeq.Parsed, depth, place);
    return { node: this.readScalar(source as Scalar.Parsed, place), height: 1 };
  }

  private readScalar(source: Scalar.Parsed, place: Place): ScalarNode {
    const value: unknown = source.value;
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    )
      return { kind: 'scalar', place, value };
    this.problems.push(problemAt(place, `not a plain value: ${quoted(source.source)}`));
    return { kind: 'scalar', place, value: source.source };
  }

  private readAlias(alias: Alias.Parsed, depth: number, place: Place): Read {
    const anchor = this.anchors.get(alias.source);
    if (anchor === undefined) {
      const message = `\`*${alias.source}\` refers to no anchor: there is no \`&${alias.source}\` before it`;
      this.problems.push(problemAt(place, message, nearest(alias.source, this.anchors.keys())));
      return { node: { kind: 'scalar', place, value: null }, height: 1 };
    }
    if (anchor === 'open') failAt(place, `\`*${alias.source}\` refers to a value that contains it`);
    anchor.uses += 1;
    if (anchor.uses > ALIAS_USES_MAX)
      failAt(place, `\`*${alias.source}\` is used more than ${ALIAS_USES_MAX} times`);
    this.grow(anchor.size, place);
    if (depth + anchor.height - 1 > DEPTH_MAX) failAt(place, `nested deeper than ${DEPTH_MAX} levels`);
    // The value itself stands at its use; what is inside it stands where it is written.
    return { node: { ...anchor.node, place }, height: anchor.height };
  }

  private readList(source: YAMLSeq.Parsed, depth: number, place: Place): Read {
    let height = 0;
    const items = source.items.map((item) => {
      const read = this.read(item as ParsedNode | null, depth + 1, undefined);
      height = Math.max(height, read.height);
      return read.node;
    });
    return { node: { kind: 'list', place, items }, height: height + 1 };
  }

  private readMap(source: YAMLMap.Parsed, depth: number, place: Place): Read {
    const entries = new Map<string, MapEntry>();
    const written = new Map<string, Place>();
    let height = 0;
    for (const pair of source.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const keyPlace = this.locate(pair.key?.range[0] ?? source.range[0]);
      const isMerge = isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.source === '<<';
      const key = isMerge ? '<<' : this.readKey(pair.key, depth, keyPlace);
      const read = this.read(pair.value, depth + 1, keyPlace);
      height = Math.max(height, read.height);
      if (key === undefined) continue;
      const earlier = written.get(key);
      if (earlier !== undefined)
        this.problems.push(
          problemAt(keyPlace, `duplicate key ${keyText(key)}; it is already set on line ${earlier.line}`),
        );
      written.set(key, keyPlace);
      if (isMerge) this.merge(read.node, entries, read.node.place);
      else entries.set(key, { keyPlace, node: read.node });
    }
    return { node: { kind: 'map', place, entries }, height: height + 1 };
  }

  /** The key as text, or `undefined` after reporting that it cannot be one. */
  private readKey(key: ParsedNode | null, depth: number, place: Place): string | undefined {
    const node = this.read(key, depth + 1, place).node;
    if (node.kind !== 'scalar' || node.value === null) {
      const what = node.kind === 'scalar' ? 'nothing' : `a ${node.kind}`;
      this.problems.push(problemAt(place, `expected a key, got ${what}`));
      return undefined;
    }
    const name = String(node.value);
    if (name !== '__proto__') return name;
    this.problems.push(problemAt(place, 'the key `__proto__` is not allowed'));
    return undefined;
  }

  /** https://yaml.org/type/merge.html: keys already there win, and earlier maps of a list win over later ones. */
  private merge(node: SourceNode, entries: Map<string, MapEntry>, place: Place): void {
    for (const map of node.kind === 'list' ? node.items : [node]) {
      if (map.kind !== 'map') {
        this.problems.push(problemAt(place, '`<<` merges a map or a list of maps'));
        return;
      }
      for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
    }
  }

  private grow(values: number, place: Place): void {
    this.size += values;
    if (this.size > VALUES_MAX)
      failAt(place, `the file has more than ${VALUES_MAX} keys and values once its aliases are expanded`);
  }
}
