/** A limit that does not move. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ConcurrencyLimit } from '../points.js';

class FixedLimit implements ConcurrencyLimit {
  constructor(readonly limit: number) {}

  onSample(): void {}
}

export const fixedLimit = definePolicy({
  point: 'concurrency',
  name: 'fixed',
  summary: 'A constant limit of tasks in flight.',
  source: 'FixedLimit of Netflix concurrency-limits, commit 78a74b9.',
  helps: 'When the capacity is known and steady, and as the baseline for the adaptive limits.',
  hurts: 'When capacity moves: too low it idles the servers, too high it queues inside them.',
  parameters: z.strictObject({
    limit: count().default(20).describe('Tasks in flight at the same time.'),
  }),
  create: ({ limit }): ConcurrencyLimit => new FixedLimit(limit),
});
