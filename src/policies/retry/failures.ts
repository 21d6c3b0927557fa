/** Which failures a retry policy answers. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import type { FailureKind } from '../points.js';

const FAILURES = ['error', 'rejected', 'timed-out'] as const satisfies readonly FailureKind[];

export const onParameter = () =>
  z
    .array(z.enum(FAILURES))
    .min(1)
    .default(['error'])
    .describe('Failures that are tried again: errors of a step, refusals at admission, time-outs.');

export const maxAttemptsParameter = () => count().default(3).describe('Tries in all, the first included.');
