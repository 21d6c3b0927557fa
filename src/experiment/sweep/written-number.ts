/** Numbers as people write them, with the unit kept: `30/min` is 30 and `/min`, `$2.50/h` is 2.5 between `$` and `/h`. */
import {
  parseBytes,
  parseBytesPerS,
  parseDurationS,
  parseFraction,
  parseRateHz,
  parseUsdPerHour,
} from '../../units/quantity.js';

/** What stands before and behind a number. */
export interface NumberForm {
  readonly prefix: string;
  readonly suffix: string;
}

export interface WrittenNumber extends NumberForm {
  readonly number: number;
  /** Written without point and exponent. */
  readonly isWhole: boolean;
}

const WRITTEN =
  /^(?<prefix>\$?)(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<suffix>\s*[A-Za-zµ%/][A-Za-zµ%/ -]*)?$/;

/** In this order texts are tried: a rate may be of anything, so `64GB/s` has to be known before. */
const QUANTITIES: readonly (readonly [unit: string, parse: (text: string) => number | undefined])[] = [
  ['s', parseDurationS],
  ['B', parseBytes],
  ['B/s', parseBytesPerS],
  ['Hz', parseRateHz],
  ['fraction', parseFraction],
  ['USD/h', parseUsdPerHour],
];

/** Undefined for what is no number, or has a unit that none of the quantities knows. */
export function readWrittenNumber(text: string): WrittenNumber | undefined {
  const groups = WRITTEN.exec(text.trim())?.groups;
  if (groups === undefined) return undefined;
  const { prefix = '', number = '', suffix = '' } = groups;
  const isKnown =
    (prefix === '' && suffix === '') || QUANTITIES.some(([, parse]) => parse(text) !== undefined);
  if (!isKnown) return undefined;
  return { prefix, number: Number(number), suffix, isWhole: /^[+-]?\d+$/.test(number) };
}

export const sameForm = (a: NumberForm, b: NumberForm): boolean =>
  a.prefix === b.prefix && a.suffix.trim() === b.suffix.trim();

export const formText = (number: number, { prefix, suffix }: NumberForm): string =>
  `${prefix}${number}${suffix}`;

/** What stands at an axis; null for plain numbers. */
export const unitOf = ({ prefix, suffix }: NumberForm): string | null => `${prefix}${suffix.trim()}` || null;

/** Texts in several units as numbers in their base unit (`500ms` and `2s`: 0.5 and 2 s); null where they have none. */
export function inBaseUnit(texts: readonly string[]): { unit: string; numbers: number[] } | null {
  for (const [unit, parse] of QUANTITIES) {
    const numbers = texts.flatMap((text) => {
      const number = parse(text);
      return number === undefined || !Number.isFinite(number) ? [] : [number];
    });
    if (numbers.length === texts.length) return { unit, numbers };
  }
  return null;
}
