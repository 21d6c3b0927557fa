/** Where a workload's tasks come from: an arrival process, a closed loop of users, or a recorded trace. */
import { z } from 'zod';
import type { ArrivalSpec } from '../../kernel/arrival/definition.js';
import { arrivalDefinitions } from '../../kernel/arrival/registry.js';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import { unknownName } from '../../kernel/distribution/suggestion.js';
import { count } from '../../units/schema.js';
import { traceSchema } from '../trace-schema.js';

export const CLOSED_USERS_MAX = 1_000_000;

const closed = z
  .strictObject({
    process: z.literal('closed'),
    users: count().max(CLOSED_USERS_MAX).describe('Users, each with one task in the system at a time.'),
    think: distributionSchema.describe('Time from the end of a user’s task to the next one.'),
  })
  .describe('A closed loop: a fixed number of users who think, send a task and wait for its end');

const names = [...arrivalDefinitions.map((definition) => definition.name), 'closed'];

function errorFor(input: unknown): string {
  const process =
    typeof input === 'object' && input !== null && 'process' in input ? input.process : undefined;
  if (typeof process === 'string') return unknownName('arrival process', process, names);
  return 'expected an arrival process, for example {process: poisson, rate: 5/s}, or {trace: {...}}';
}

const process = z.discriminatedUnion('process', [closed, ...arrivalDefinitions.map(({ schema }) => schema)], {
  error: (issue) => errorFor(issue.input),
});

const trace = z.strictObject({ trace: traceSchema }).describe('Replays a recorded trace');

export type ArrivalEntry =
  | { readonly kind: 'open'; readonly spec: ArrivalSpec }
  | ({ readonly kind: 'closed' } & Omit<z.output<typeof closed>, 'process'>)
  | { readonly kind: 'trace'; readonly trace: z.output<typeof traceSchema> };

export const arrivalEntrySchema = z.union([process, trace]).transform((written): ArrivalEntry => {
  if (!('process' in written)) return { kind: 'trace', trace: (written as z.output<typeof trace>).trace };
  if (written.process !== 'closed') return { kind: 'open', spec: written as unknown as ArrivalSpec };
  const { users, think } = written as z.output<typeof closed>;
  return { kind: 'closed', users, think };
});
