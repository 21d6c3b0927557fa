/** How things are named in a scenario, and lists of names. */
import { z } from 'zod';

const NAME = /^\p{L}[\p{L}\p{N}_.-]{0,63}$/u;

/** Of pools, services, stages, workloads, steps and variants: letters, digits and `_ - .`, beginning with a letter. */
export const name = () =>
  z.string({ error: 'expected a name' }).regex(NAME, {
    error: 'expected a name of letters, digits, "-", "_" and ".", at most 64, beginning with a letter',
  });

/** Tenants come from traces too, so almost any text will do. */
export const tenantName = () =>
  z
    .string({ error: 'expected the name of a tenant' })
    .min(1, { error: 'expected the name of a tenant' })
    .max(100, { error: 'expected the name of a tenant, at most 100 characters' });

/** A map from names, `what` they name, to values. */
export const named = <T extends z.ZodType>(value: T) => z.record(name(), value);

/** One name or a list of them; always a list when parsed. */
export const namesOrName = () =>
  z
    .union([z.string(), z.array(z.string()).min(1)], { error: 'expected a name or a list of names' })
    .transform((written): readonly string[] => (typeof written === 'string' ? [written] : written));
