/**
 * The values of a factor as they are written: a list `1,2,4`, whole numbers `2..16`, steps `2..16 step 2`, evenly
 * spread points `0.1..0.9 points 5`, `1..100 log points 5`, and ranges without either (`0.1..0.9`), from which designs
 * other than grids draw. Units stand at both ends: `10/min..60/min points 4`.
 */
import { exp, ln } from '../../kernel/math.js';
import { quoted, ScenarioError } from '../../scenario/problem.js';
import { plainValue, readTree, type SourceNode } from '../../scenario/source-tree.js';
import type { FactorValue } from './document.js';
import {
  formText,
  inBaseUnit,
  type NumberForm,
  readWrittenNumber,
  sameForm,
  unitOf,
  type WrittenNumber,
} from './written-number.js';

/** One value of a factor. */
export interface Level {
  readonly value: FactorValue;
  /** As it stands behind `path=`. */
  readonly text: string;
}

/** A range whose values are drawn. */
export interface Range {
  readonly low: number;
  readonly high: number;
  /** Only whole numbers. */
  readonly isWhole: boolean;
  readonly form: NumberForm;
}

export interface FactorValues {
  readonly kind: 'number' | 'category';
  readonly scale: 'linear' | 'log';
  readonly unit: string | null;
  /** Null for a range that has no steps: every value between its ends is one. */
  readonly levels: readonly Level[] | null;
  readonly range: Range | null;
  /** Values that were asked for and had to be equal to others after rounding to whole numbers. */
  readonly roundedAway: number;
}

/** A mistake in the values, in words; whoever knows where they stand says so. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
}

/** More values of one factor than anybody would run. */
const LEVELS_MAX = 10_000;
/** Digits of values that are computed: enough to tell them apart, few enough to read. */
const DIGITS = 6;

const RANGE =
  /^(?<low>[$+-]?\.?\d.*?)\.\.(?<high>.+?)(?<log>\s+log)?(?:\s+(?<how>points|step)\s+(?<size>.+))?$/;
const RANGE_FORMS = '`2..16`, `2..16 step 2`, `0.1..0.9 points 5` or `1..100 log points 5`';

/** Values as text. Throws `ValuesError`. */
export function readValues(text: string): FactorValues {
  const items = splitList(text);
  if (items.length === 1) {
    const range = readRange(items[0]!);
    if (range !== null) return range;
  }
  return ofLevels(
    items.flatMap((item) => {
      const range = readRange(item);
      if (range === null) return [levelOf(item)];
      if (range.levels === null)
        fail(`${quoted(item)} in a list needs \`points\` or \`step\`, because it is not of whole numbers`);
      return range.levels;
    }),
  );
}

/** Values as a list in a file. Throws `ValuesError`. */
export function listValues(nodes: readonly SourceNode[]): FactorValues {
  if (nodes.length === 0) fail('expected at least one value, got an empty list');
  return ofLevels(nodes.map((node) => levelOf(textOfNode(node))));
}

/** Names that stand for themselves: variants. */
export function nameValues(names: readonly string[]): FactorValues {
  return category(distinct(names.map((name) => ({ value: name, text: name }))));
}

/** The value at a fraction (0 to 1) of the way through a factor's values. */
export function levelAt({ levels, range, scale }: FactorValues, fraction: number): Level {
  if (range === null) return levels![Math.min(Math.floor(fraction * levels!.length), levels!.length - 1)]!;
  const { low, high, isWhole, form } = range;
  // Each whole number gets the room of half a unit to both sides.
  const [from, to] = isWhole ? [low - 0.5, high + 0.5] : [low, high];
  const value = scale === 'log' ? from * exp(fraction * ln(to / from)) : from + fraction * (to - from);
  return numberLevel(isWhole ? clamp(Math.round(value), low, high) : shortened(value), form);
}

function readRange(text: string): FactorValues | null {
  const groups = RANGE.exec(text.trim())?.groups;
  if (groups === undefined) return null;
  const low = rangeEnd(groups.low!, text);
  const high = rangeEnd(groups.high!, text);
  if (!sameForm(low, high))
    fail(
      `expected the same unit at both ends of a range, as in \`1s..30s\` or \`$1/h..$3/h\`, got ${quoted(text)}`,
    );
  if (!(low.number < high.number)) fail(`the range ${quoted(text)} has to ascend`);
  const scale = groups.log === undefined ? 'linear' : 'log';
  if (scale === 'log' && !(low.number > 0))
    fail(`a logarithmic range has to begin above 0, got ${quoted(text)}`);
  const form = { prefix: low.prefix, suffix: low.suffix };
  const isWhole = low.isWhole && high.isWhole && unitOf(form) === null;
  const range = { low: low.number, high: high.number, isWhole, form };
  const values = rangeValues(range, scale, groups.how, groups.size, text);
  // A range with steps or points has those values only, in every design.
  const isSpread = groups.how !== undefined;
  return {
    kind: 'number',
    scale,
    unit: unitOf(form),
    levels: values?.levels ?? null,
    range: isSpread ? null : range,
    roundedAway: values?.roundedAway ?? 0,
  };
}

/** So large that the length of a range might be no number any more. */
const END_MAX = 1e300;

function rangeEnd(text: string, range: string): WrittenNumber {
  const end =
    readWrittenNumber(text) ??
    fail(
      `expected a range such as ${RANGE_FORMS}; ${quoted(text)} in ${quoted(range)} is no number with a unit`,
    );
  if (!(Math.abs(end.number) <= END_MAX))
    fail(`${quoted(text)} in ${quoted(range)} is too large: expected at most ${END_MAX}`);
  return end;
}

function rangeValues(
  range: Range,
  scale: 'linear' | 'log',
  how: string | undefined,
  size: string | undefined,
  text: string,
): { readonly levels: Level[]; readonly roundedAway: number } | null {
  const { low, high, isWhole, form } = range;
  if (how === undefined) {
    if (!isWhole || scale === 'log') return null;
    checkCount(high - low + 1, text);
    return { levels: stepped(low, high, 1).map((value) => numberLevel(value, form)), roundedAway: 0 };
  }
  if (how === 'step') {
    if (scale === 'log') fail(`a logarithmic range has \`points\`, not a step: ${quoted(text)}`);
    const step = readWrittenNumber(size!);
    if (step === undefined || !(step.number > 0) || !(unitOf(step) === null || sameForm(step, form)))
      fail(
        `expected a step above 0${unitOf(form) === null ? '' : ` in ${unitOf(form)}`}, got ${quoted(size!)}`,
      );
    checkCount((high - low) / step.number, text);
    return {
      levels: stepped(low, high, step.number).map((value) => numberLevel(value, form)),
      roundedAway: 0,
    };
  }
  const points = Number(size);
  if (!(Number.isInteger(points) && points >= 2)) fail(`expected at least 2 points, got ${quoted(size!)}`);
  checkCount(points, text);
  const spread = Array.from({ length: points }, (_, index) => {
    if (index === 0) return low;
    if (index === points - 1) return high;
    const fraction = index / (points - 1);
    const value = scale === 'log' ? low * exp(fraction * ln(high / low)) : low + fraction * (high - low);
    return isWhole ? Math.round(value) : shortened(value);
  });
  const levels = [...new Set(spread)].map((value) => numberLevel(value, form));
  return { levels, roundedAway: points - levels.length };
}

function stepped(low: number, high: number, step: number): number[] {
  // The last step may miss the end by a rounding error.
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((low + index * step).toPrecision(12)));
}

function checkCount(count: number, text: string): void {
  if (count > LEVELS_MAX)
    fail(`${quoted(text)} has more than ${LEVELS_MAX} values; \`points 10\` behind it takes ten of them`);
}

const shortened = (value: number): number => Number(value.toPrecision(DIGITS));
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const numberLevel = (value: number, form: NumberForm): Level => ({ value, text: formText(value, form) });

/** Items between commas, those inside brackets and quotes left alone. */
function splitList(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote !== '') {
      if (char === '\\' && quote === '"') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      items.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  items.push(text.slice(from).trim());
  if (items.some((item) => item === ''))
    fail(`expected values such as \`1,2,4\`, ${RANGE_FORMS}; got ${quoted(text)}`);
  return items;
}

const NOWHERE = { file: '', line: null, column: null };

function levelOf(text: string): Level {
  const node = valueTree(text);
  return { value: node.kind === 'scalar' ? node.value : text, text };
}

/** Whoever knows where the value stands says so, and which value it is. */
function valueTree(text: string): SourceNode {
  try {
    return readTree(text, () => NOWHERE);
  } catch (error) {
    if (error instanceof ScenarioError) fail(`${quoted(text)}: ${error.problems[0]!.message}`);
    throw error;
  }
}

/** What `--set` reads as this node. JSON is YAML; plain text is easier on the eye where it means the same. */
function textOfNode(node: SourceNode): string {
  const value = plainValue(node);
  if (typeof value === 'string' && /^[^\s"'[\]{},#&*!|>%@`:-][^,[\]{}#:"']*$/.test(value)) {
    const read = readTree(value, () => NOWHERE);
    if (read.kind === 'scalar' && read.value === value) return value;
  }
  return JSON.stringify(value);
}

/** Numbers where all values are, in one unit; else categories. */
function ofLevels(written: readonly Level[]): FactorValues {
  const levels = distinct(written);
  const numbers = levels.map(({ value, text }) =>
    typeof value === 'number' && Number.isFinite(value)
      ? { number: value, prefix: '', suffix: '' }
      : typeof value === 'string'
        ? readWrittenNumber(text)
        : undefined,
  );
  const [first] = numbers;
  if (first !== undefined && numbers.every((number) => number !== undefined && sameForm(number, first)))
    return numeric(
      levels.map(({ text }, index) => ({ value: numbers[index]!.number, text })),
      unitOf(first),
    );
  if (!levels.every(({ value }) => typeof value === 'string' || typeof value === 'number'))
    return category(levels);
  const base = inBaseUnit(levels.map(({ text }) => text));
  return base === null
    ? category(levels)
    : numeric(
        levels.map(({ text }, index) => ({ value: base.numbers[index]!, text })),
        base.unit,
      );
}

const numeric = (levels: readonly Level[], unit: string | null): FactorValues => ({
  kind: 'number',
  scale: 'linear',
  unit,
  levels,
  range: null,
  roundedAway: 0,
});

const category = (levels: readonly Level[]): FactorValues => ({
  kind: 'category',
  scale: 'linear',
  unit: null,
  levels,
  range: null,
  roundedAway: 0,
});

function distinct(levels: readonly Level[]): readonly Level[] {
  const seen = new Set<string>();
  for (const { text } of levels) {
    if (seen.has(text)) fail(`the value ${quoted(text)} is given twice`);
    seen.add(text);
  }
  if (levels.length > LEVELS_MAX) fail(`more than ${LEVELS_MAX} values`);
  return levels;
}

function fail(message: string): never {
  throw new ValuesError(message);
}
