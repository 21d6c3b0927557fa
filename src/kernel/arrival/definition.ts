/** How an arrival process is described to users and made from what they write. */
import { z } from 'zod';
import { durationS, positiveDurationS } from '../../units/schema.js';
import type { DistributionSpec } from '../distribution/definition.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import { distributionSchema } from '../distribution/registry.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';

/** Gives a process the random stream for one of its purposes. */
export type StreamOf = (purpose: string) => RandomStream;

/** An arrival process as the schema leaves it: units parsed, known to be possible. */
export interface ArrivalSpec {
  readonly process: string;
  readonly batch?: DistributionSpec;
  readonly start?: number;
  readonly stop?: number;
  readonly [parameter: string]: unknown;
}

export interface ArrivalDefinition {
  readonly name: string;
  readonly summary: string;
  /** Where the process and the way it is simulated are from. */
  readonly source: string;
  readonly schema: z.ZodObject<z.core.$ZodLooseShape>;
  /** The process from `startS` on, `load` times as fast as specified. */
  create(spec: ArrivalSpec, streamOf: StreamOf, startS: number, load: number): EpochSource;
}

/** Works on every process. */
const COMMON = {
  batch: distributionSchema
    .optional()
    .describe('Tasks per arrival, rounded to whole numbers of at least 1; without it 1'),
  start: durationS().optional().describe('No arrivals before this time; without it 0'),
  stop: positiveDurationS().optional().describe('No arrivals from this time on'),
};

export function defineArrival<Shape extends z.core.$ZodLooseShape>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly parameters: Shape;
  /** Throws ImpossibleParameters for well-formed parameters that make no sense. */
  check?(parameters: z.output<z.ZodObject<Shape>>): void;
  /**
   * `load` times as fast: every rate is multiplied and every interval between arrivals divided by it, while phases and
   * timetables keep their clock. The random numbers stay those of load 1.
   */
  create(
    parameters: z.output<z.ZodObject<Shape>>,
    streamOf: StreamOf,
    startS: number,
    load: number,
  ): EpochSource;
}): ArrivalDefinition {
  const { name, summary, source, parameters } = definition;
  const shape: z.core.$ZodLooseShape = { process: z.literal(name), ...parameters, ...COMMON };
  const schema = z.strictObject(shape).describe(summary);
  return {
    name,
    summary,
    source,
    schema: schema.check((context) => {
      try {
        const { start, stop } = context.value as ArrivalSpec;
        if (stop !== undefined && stop <= (start ?? 0))
          throw new ImpossibleParameters(`stop (${stop}) must be after start (${start ?? 0})`, 'stop');
        definition.check?.(context.value as z.output<z.ZodObject<Shape>>);
      } catch (error) {
        if (!(error instanceof ImpossibleParameters)) throw error;
        context.issues.push({
          code: 'custom',
          message: error.message,
          path: [...error.path],
          input: context.value,
        });
      }
    }),
    create: (spec, streamOf, startS, load) =>
      // The schema made of the same shape has parsed the values, which the erased type cannot say.
      definition.create(spec as unknown as z.output<z.ZodObject<Shape>>, streamOf, startS, load),
  };
}
