/** How GPUs of a pool in mode `shared` are shared: what they get done together, and by how many at most. */
import { z } from 'zod';
import type { CurvePoint } from '../../model/throughput-curve.js';
import { count, positive } from '../../units/schema.js';

/** Places of a pool. */
const PLACES_MAX = 1_000_000;
const CONCURRENCY = /^[1-9][0-9]{0,6}$/;
const CURVE_POINTS_MAX = 1000;

/** Points of a throughput curve by concurrency, in rising order when parsed. */
const curveSchema = z
  .record(
    z.string().regex(CONCURRENCY, { error: 'expected a concurrency: a whole number of at least 1' }),
    positive(),
  )
  .refine((curve) => Object.keys(curve).length > 0, {
    error: 'a curve needs at least one point, for example {1: 1, 8: 4}',
  })
  .refine((curve) => Object.keys(curve).length <= CURVE_POINTS_MAX, {
    error: `a curve has at most ${CURVE_POINTS_MAX} points`,
  })
  .transform((curve): readonly CurvePoint[] =>
    Object.entries(curve)
      .map(([concurrency, throughput]) => ({ concurrency: Number(concurrency), throughput }))
      .sort((a, b) => a.concurrency - b.concurrency),
  );

export const sharingSchema = z.strictObject({
  curve: curveSchema
    .optional()
    .describe(
      'What a GPU gets done, seconds of work a second, by the number of tasks that share it, for example {1: 1, 8: 4, 16: 5}. Between points on a straight line, constant beyond the last. Default: {1: 1}.',
    ),
  maxConcurrency: count()
    .max(PLACES_MAX)
    .optional()
    .describe('Tasks that have a place on a GPU at a time; the others wait. Default: practically unlimited.'),
});

/** What mode `shared` asks of the rest of a pool. */
interface SharedPool {
  readonly mode: string;
  readonly groups?: object | undefined;
  readonly slotsPerGpu?: number | undefined;
  readonly slicesPerGpu?: number | undefined;
  readonly spanNodes?: boolean | undefined;
  readonly sharing?: Sharing;
}

type Sharing = z.output<typeof sharingSchema> | undefined;

/** Places on a GPU of a shared pool of so many GPUs: no limit is as many as the engine can count. */
export const placesPerGpu = (sharing: Sharing, gpus: number): number =>
  sharing?.maxConcurrency ?? Math.max(1, Math.floor(PLACES_MAX / gpus));

/** Keys that do not go together, with what is wrong about them. */
export function sharingProblems(pool: SharedPool, gpus: number): [key: string, message: string][] {
  const { mode, sharing } = pool;
  if (mode !== 'shared')
    return sharing === undefined
      ? []
      : [['sharing', `\`sharing\` needs mode shared: in mode ${mode} no GPU is shared`]];
  const problems: [string, string][] = [];
  if (pool.slotsPerGpu !== undefined)
    problems.push([
      'slotsPerGpu',
      '`slotsPerGpu` needs mode slots: in mode shared it is `sharing.maxConcurrency`',
    ]);
  if (pool.slicesPerGpu !== undefined)
    problems.push(['slicesPerGpu', '`slicesPerGpu` needs mode exclusive: in mode shared no GPU is cut']);
  if (pool.spanNodes !== undefined)
    problems.push(['spanNodes', '`spanNodes` needs mode exclusive: in mode shared a task stays on one node']);
  const places = gpus * placesPerGpu(sharing, gpus);
  if (places > PLACES_MAX && gpus <= PLACES_MAX)
    problems.push([
      pool.groups === undefined ? 'nodes' : 'groups',
      `the pool has ${places} places; at most ${PLACES_MAX} are supported`,
    ]);
  return problems;
}
