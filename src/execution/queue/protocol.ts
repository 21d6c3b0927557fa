/**
 * What coordinator and workers say to each other through Redis. All keys begin with `wipsim:`.
 *
 *   wipsim:bundle:HASH     a packed scenario (`bundle.ts`)
 *   wipsim:result:RUN      the answer of a finished run, JSON compressed with gzip
 *   wipsim:member:ID       a coordinator or worker that lives (`members.ts`)
 *   wipsim:runs-VERSION:…  BullMQ's own: the runs that wait or are under way, one queue for each engine version
 *
 * Answers lie beside the jobs and not in them: BullMQ repeats a job's return value in its stream of events, which
 * would hold all results a second time.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { RunAnswer } from '../../experiment/run-source.js';

/** BullMQ puts this before the names of queues. */
export const KEY_PREFIX = 'wipsim';

const PROTOCOL_VERSION = 1;
/** What nobody asks for any more goes away by itself. */
export const KEPT_S = 7 * 24 * 3600;
/** A result that has been taken stays this long for another coordinator that asks for the same run. */
export const KEPT_AFTER_TAKING_S = 300;

export const bundleKey = (hash: string): string => `${KEY_PREFIX}:bundle:${hash}`;
export const resultKey = (run: string): string => `${KEY_PREFIX}:result:${run}`;

/** Workers of another engine version never see these jobs: their results would differ. */
export const queueName = (engineVersion: string): string =>
  `runs-${engineVersion.replace(/[^\w.+-]/g, '_').slice(0, 80)}-${createHash('sha256').update(engineVersion).digest('hex').slice(0, 8)}`;

export const taskSchema = z.strictObject({
  version: z.literal(PROTOCOL_VERSION),
  engine: z.string(),
  /** Hash of the bundle that has the scenario. */
  bundle: z.string(),
  variant: z.string().nullable(),
  set: z.array(z.string()),
  /** What the scenario compiles to; where it does not, files differ. */
  hash: z.string(),
  kind: z.enum(['pilot', 'replication']),
  seed: z.string(),
  warmupS: z.number(),
  keepsSeries: z.boolean(),
});

/** One run, as a job carries it. */
export type RunTask = z.output<typeof taskSchema>;

export const newTask = (task: Omit<RunTask, 'version'>): RunTask => ({ version: PROTOCOL_VERSION, ...task });

/** Why a run failed, as a job's `failedReason`. */
const failureSchema = z.strictObject({ name: z.string(), message: z.string(), worker: z.string() });
export type RunFailure = z.output<typeof failureSchema>;

/** What BullMQ itself says, for example of a job whose workers were lost again and again, comes without a worker. */
export function readFailure(reason: string): RunFailure {
  try {
    return failureSchema.parse(JSON.parse(reason));
  } catch {
    return { name: 'Error', message: reason, worker: '' };
  }
}

const answerSchema = z.object({
  version: z.literal(PROTOCOL_VERSION),
  engine: z.string(),
  run: z.string(),
  answer: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('pilot'), warmup: z.looseObject({ lengthS: z.number() }) }),
    z.object({
      kind: z.literal('replication'),
      outcome: z.looseObject({
        measures: z.looseObject({ events: z.number() }),
        latency: z.array(z.unknown()),
      }),
    }),
  ]),
});

export function packAnswer(engine: string, run: string, answer: RunAnswer): Promise<Buffer> {
  return promisify(gzip)(JSON.stringify({ version: PROTOCOL_VERSION, engine, run, answer }), { level: 1 });
}

/** Null where it is not the answer of this run by this engine. */
export async function unpackAnswer(
  bytes: Buffer,
  engine: string,
  run: string,
  kind: RunAnswer['kind'],
): Promise<RunAnswer | null> {
  let value: unknown;
  try {
    value = JSON.parse((await promisify(gunzip)(bytes)).toString('utf8'));
  } catch {
    return null;
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return null;
  const { data } = parsed;
  if (data.engine !== engine || data.run !== run || data.answer.kind !== kind) return null;
  // The shape is checked as far as a wrong or old entry would differ; the bytes are as this engine wrote them.
  return (value as { answer: RunAnswer }).answer;
}
