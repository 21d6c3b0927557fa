/** How long a run is and how often it is repeated. */
import { z } from 'zod';
import { count, durationS, positiveDurationS } from '../../units/schema.js';

const TASKS_MAX = 1e12;
const REPLICATIONS_MAX = 10_000;
const LOAD_MIN = 0.001;
const LOAD_MAX = 1000;
const LOAD_WORDS = `expected a number from ${LOAD_MIN} to ${LOAD_MAX}`;

export const runSchema = z.strictObject({
  duration: positiveDurationS().optional().describe('Arrivals stop at this time.'),
  tasks: count().max(TASKS_MAX).optional().describe('Arrivals stop after so many tasks.'),
  drain: z
    .union([z.boolean(), durationS()], { error: 'expected true, false or a duration, for example 10m' })
    .optional()
    .describe(
      'What happens after the arrivals have stopped: `false` ends the run at once, `true` goes on until the system is empty, a duration goes on for at most that long. Default: `false` with `duration`, else `true`.',
    ),
  load: z
    .number({ error: LOAD_WORDS })
    .min(LOAD_MIN, { error: LOAD_WORDS })
    .max(LOAD_MAX, { error: LOAD_WORDS })
    .default(1)
    .describe('Arrivals come so many times as fast; closed loops have so many times the users.'),
  warmup: z
    .union([z.literal('auto'), durationS()], { error: 'expected a duration or auto, for example 5m' })
    .default(0)
    .describe('What happens before is not measured; `auto` finds the length from the data (MSER-5).'),
  replications: count()
    .max(REPLICATIONS_MAX)
    .default(5)
    .describe('Independent repetitions of the run, from which the confidence intervals come.'),
  seed: z
    .union([z.number(), z.string().min(1).max(200)], { error: 'expected a number or text' })
    .default(1)
    .describe('Where the random numbers start: the same seed gives the same result.'),
});
