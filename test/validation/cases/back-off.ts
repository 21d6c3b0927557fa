/** Waits between tries, against the bounds that the published formulas set them. */
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import type { Failure } from '../../../src/policies/points.js';
import { exponentialRetry } from '../../../src/policies/retry/exponential.js';
import { make } from '../../policies/make.js';
import type { Agreement, ExactCase } from '../case.js';

const BASE_S = 0.5;
const CAP_S = 60;
const TRIES = 12;
const CLIENTS = 2000;

/** Brooker's window before try n + 1. */
const windowS = (attempt: number): number => Math.min(CAP_S, BASE_S * 2 ** (attempt - 1));

/** Shortest and longest wait, by number of the try and the wait before. */
const BOUNDS: Readonly<Record<string, (attempt: number, previousS: number) => readonly [number, number]>> = {
  none: (attempt) => [windowS(attempt), windowS(attempt)],
  full: (attempt) => [0, windowS(attempt)],
  equal: (attempt) => [windowS(attempt) / 2, windowS(attempt)],
  decorrelated: (_, previousS) => [Math.min(CAP_S, BASE_S), Math.min(CAP_S, 3 * (previousS || BASE_S))],
};

function compare(jitter: string): Agreement {
  const policy = make(exponentialRetry, { base: BASE_S, cap: CAP_S, jitter, maxAttempts: TRIES + 1 });
  const random = new StreamFactory('back-off').stream(jitter);
  let within = 0;
  let difference: string | undefined;
  for (let client = 0; client < CLIENTS; client++) {
    let previousS = 0;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const failure: Failure = { kind: 'error', attempt, retryAfterS: 0, previousS, random };
      const waitS = policy.decide(0, failure, 0);
      const [low, high] = BOUNDS[jitter]!(attempt, previousS);
      if (waitS >= low && waitS <= high) within++;
      else difference ??= `try ${attempt} after ${previousS} s: ${waitS} s, expected ${low} to ${high} s`;
      previousS = waitS;
    }
  }
  return {
    label: `${jitter} jitter: waits within bounds`,
    expected: CLIENTS * TRIES,
    measured: within,
    difference,
  };
}

export const backOffCases: readonly ExactCase[] = [
  {
    kind: 'exact',
    name: 'back-off bounds',
    source: 'Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015)',
    compare: () => Object.keys(BOUNDS).map(compare),
  },
];
