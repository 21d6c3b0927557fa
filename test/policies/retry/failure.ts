/** A failure as the engine reports one. */
import type { Failure } from '../../../src/policies/points.js';

/** A source of the same uniform number again and again. */
export const always = (uniform: number) => ({ next: () => uniform });

/** A source of these uniform numbers, then of none. */
export function these(...uniforms: number[]) {
  const left = [...uniforms];
  return {
    next(): number {
      const uniform = left.shift();
      if (uniform === undefined) throw new Error('more random numbers drawn than expected');
      return uniform;
    },
  };
}

/** What is not given: the first try of a step that ended in an error; draws are refused. */
export const failure = (given: Partial<Failure> = {}): Failure => ({
  kind: 'error',
  attempt: 1,
  retryAfterS: 0,
  previousS: 0,
  random: these(),
  ...given,
});
