/**
 * Quantities as people write them (`8s`, `30/min`, `$2.50/h`, `5%`), parsed to plain numbers in base
 * units: seconds, hertz, bytes, US dollars per hour, fractions. Each parser returns `undefined` for text it does
 * not understand; the schema beside it turns that into an error that says what was expected.
 */

const DURATION_S: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
};

const NUMBER = String.raw`[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const NUMBER_WITH_UNIT = new RegExp(`^(${NUMBER})\\s*([A-Za-zµ%]*)$`);
const RATE = new RegExp(`^(${NUMBER})\\s*([A-Za-z]*)\\s*(?:/|per)\\s*([A-Za-zµ]+)$`);
const MONEY_PER_HOUR = new RegExp(`^\\$?\\s*(${NUMBER})\\s*(?:USD|usd)?\\s*(?:/\\s*(?:h|hour|gpu-hour))?$`);
const DURATION_PART = new RegExp(`(${NUMBER})\\s*([A-Za-zµ]+)`, 'g');

const toNumber = (digits: string): number => Number(digits.replaceAll('_', ''));

/** `8s`, `110ms`, `1h30m`, `2 min`; a bare number is seconds. Returns seconds. */
export function parseDurationS(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'inf' || trimmed === 'infinity') return Number.POSITIVE_INFINITY;
  const single = NUMBER_WITH_UNIT.exec(trimmed);
  if (single !== null) {
    const unit = single[2]!;
    const factor = unit === '' ? 1 : DURATION_S[unit];
    return factor === undefined ? undefined : toNumber(single[1]!) * factor;
  }
  let total = 0;
  let consumed = 0;
  for (const part of trimmed.matchAll(DURATION_PART)) {
    const factor = DURATION_S[part[2]!];
    if (factor === undefined) return undefined;
    total += toNumber(part[1]!) * factor;
    consumed += part[0].length;
  }
  return consumed > 0 && consumed === trimmed.replaceAll(/\s+(?=[\d.+-])/g, '').length ? total : undefined;
}

/** `5/s`, `30/min`, `1200 per h`, `2 req/s`; a bare number is per second. Returns hertz. */
export function parseRateHz(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'inf' || trimmed === 'infinity') return Number.POSITIVE_INFINITY;
  const rate = RATE.exec(trimmed);
  if (rate !== null) {
    const periodS = DURATION_S[rate[3]!];
    return periodS === undefined ? undefined : toNumber(rate[1]!) / periodS;
  }
  const bare = NUMBER_WITH_UNIT.exec(trimmed);
  if (bare === null) return undefined;
  return bare[2] === '' || bare[2] === 'Hz' ? toNumber(bare[1]!) : undefined;
}

/** `5%` or `0.05`. Returns a fraction. */
export function parseFraction(text: string): number | undefined {
  const match = NUMBER_WITH_UNIT.exec(text.trim());
  if (match === null) return undefined;
  if (match[2] === '%') return toNumber(match[1]!) / 100;
  return match[2] === '' ? toNumber(match[1]!) : undefined;
}

/** Bytes of each unit of memory. */
export const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `80GB`, `512 MiB`; a bare number is bytes. Returns bytes. */
export function parseBytes(text: string): number | undefined {
  const match = NUMBER_WITH_UNIT.exec(text.trim());
  if (match === null) return undefined;
  const factor = match[2] === '' ? 1 : BYTES[match[2]!];
  return factor === undefined ? undefined : toNumber(match[1]!) * factor;
}

const PER_SECOND = /^(.*?)\s*(?:\/\s*s|ps|per\s+s)$/;

/** `64GB/s`, `400 MiB/s`; a bare number is bytes per second. Returns bytes per second. */
export function parseBytesPerS(text: string): number | undefined {
  return parseBytes(PER_SECOND.exec(text.trim())?.[1] ?? text);
}

/** `$2.50/h`, `2.5 USD`, `2.5`. Returns US dollars per hour. */
export function parseUsdPerHour(text: string): number | undefined {
  const match = MONEY_PER_HOUR.exec(text.trim());
  return match === null ? undefined : toNumber(match[1]!);
}
