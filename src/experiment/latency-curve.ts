/** The latency distribution for charts, thinned so that the tail keeps its shape. */
import type { Histogram } from '../metrics/histogram.js';
import type { LatencyCurve } from '../metrics/measures.js';

const POINTS_MAX = 200;
/** Largest step of the cumulative fraction. */
const FRACTION_STEP = 0.02;
/** From point to point the share beyond shrinks to this much of itself: even steps on the usual logarithmic axis. */
const REMAINDER_FACTOR = 0.95;

export function latencyCurve(latency: Histogram): LatencyCurve {
  const { fraction, value } = latency.curve();
  // The last bucket is known by its middle, its end exactly.
  if (value.length > 0) value[value.length - 1] = latency.max;
  const kept = keptPoints(fraction);
  return {
    fraction: kept.map((index) => fraction[index]!),
    latency_s: kept.map((index) => value[index]!),
  };
}

function keptPoints(fraction: readonly number[]): number[] {
  if (fraction.length <= POINTS_MAX) return [...fraction.keys()];
  // Products instead of powers or logarithms, whose last digits differ between machines.
  for (let factor = REMAINDER_FACTOR; ; factor *= REMAINDER_FACTOR) {
    const kept = [0];
    for (let i = 1; i < fraction.length; i++) {
      const last = fraction[kept.at(-1)!]!;
      const isFar = fraction[i]! - last >= FRACTION_STEP || 1 - fraction[i]! <= (1 - last) * factor;
      if (isFar || i === fraction.length - 1) kept.push(i);
    }
    if (kept.length <= POINTS_MAX) return kept;
  }
}
