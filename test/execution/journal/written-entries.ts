/** What the writing processes of the tests put. */
import { createHash } from 'node:crypto';

export const entryKey = (name: string, index: number): string =>
  createHash('sha256').update(`${name}/${index}`).digest('hex');

export const entryOf = (name: string, index: number): unknown => ({
  name,
  index,
  filling: 'é'.repeat(10_000),
});
