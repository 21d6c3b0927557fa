/** Quantiles as users name them: `p50`, `p99`, `p99.9`. */

const QUANTILE_KEY = /^p(\d{1,3}(?:\.\d+)?)$/;

/** The same for a JSON Schema. */
export const QUANTILE_KEY_PATTERN = '^p\\d{1,3}(\\.\\d+)?$';

/** A point that a distribution is asked to pass through: P(X <= value) = p. */
export interface Quantile {
  readonly key: string;
  readonly p: number;
  readonly value: number;
}

/** `p99.9` → 0.999, the nearest float64 to it; `undefined` for other keys and for more than 100%. */
export function probabilityOfKey(key: string): number | undefined {
  const match = QUANTILE_KEY.exec(key);
  if (match === null) return undefined;
  // As text, because 99.9 / 100 is not the float64 nearest to 0.999.
  const p = Number(`${match[1]}e-2`);
  return p <= 1 ? p : undefined;
}

/** The quantiles among the entries of an object, by rising probability. */
export function quantilesOf(entries: Readonly<Record<string, unknown>>): Quantile[] {
  const quantiles: Quantile[] = [];
  for (const [key, value] of Object.entries(entries)) {
    const p = probabilityOfKey(key);
    if (p !== undefined && typeof value === 'number') quantiles.push({ key, p, value });
  }
  return quantiles.sort((a, b) => a.p - b.p);
}
