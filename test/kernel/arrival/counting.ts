import { expect } from 'vitest';
import type { ArrivalProcess } from '../../../src/kernel/arrival/arrival-process.js';
import { arrivalSchema, createArrivals } from '../../../src/kernel/arrival/registry.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

/** The process that a specification describes, with the streams of a seed. */
export function arrivals(spec: unknown, seed: number | string = 1): ArrivalProcess {
  return createArrivals(arrivalSchema.parse(spec), new StreamFactory(seed), 'arrivals/test');
}

/** The first `count` epochs. */
export const epochs = (process: ArrivalProcess, count: number): number[] =>
  Array.from({ length: count }, () => process.nextS());

/** How many epochs fall into each of the windows that begin at 0, `windowS`, ... */
export function countPerWindow(process: ArrivalProcess, windowS: number, windows: number): Float64Array {
  const counts = new Float64Array(windows);
  let lastS = 0;
  for (let timeS = process.nextS(); timeS < windowS * windows; timeS = process.nextS()) {
    if (timeS < lastS) throw new Error(`time fell from ${lastS} to ${timeS}`);
    lastS = timeS;
    counts[Math.floor(timeS / windowS)] += 1;
  }
  return counts;
}

export const meanOf = (xs: Float64Array): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

export function varianceOf(xs: Float64Array): number {
  const mean = meanOf(xs);
  return xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (xs.length - 1);
}

/** Within 4 standard errors of the expectation. */
export function expectWithin4(got: number, expected: number, standardError: number): void {
  expect(Math.abs(got - expected), `got ${got}, expected ${expected}`).toBeLessThan(4 * standardError);
}
