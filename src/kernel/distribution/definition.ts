/**
 * How a distribution is described to users and made from what they write. A definition lists the *ways* in which a
 * member of the family can be named (its parameters; mean and coefficient of variation; quantiles); schema, error
 * messages and the choice between the ways follow from that list. `min`, `max` and `shift` work on every family.
 */
import { z } from 'zod';
import { durationS, positive, positiveDurationS } from '../../units/schema.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';
import { probabilityOfKey, QUANTILE_KEY_PATTERN, type Quantile, quantilesOf } from './quantile-key.js';
import { Shifted } from './shifted.js';
import { Truncated } from './truncated.js';

/** A distribution as the schema leaves it: units parsed, `dist` filled in, known to be possible. */
export interface DistributionSpec {
  readonly dist: string;
  readonly [parameter: string]: unknown;
}

/** One way to say which member of a family is meant. */
export interface Way {
  readonly title: string;
  readonly shape: z.core.$ZodLooseShape;
  readonly required: readonly string[];
  readonly quantileCount: number;
  make(values: Readonly<Record<string, unknown>>): Distribution;
}

/** By parameters; those whose schema is optional may be left out. */
export function byParameters<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  make: (parameters: z.output<z.ZodObject<Shape>>) => Distribution,
): Way {
  const required = Object.keys(shape).filter((key) => !(shape[key] instanceof z.ZodOptional));
  return {
    title: required.join(' and '),
    shape,
    required,
    quantileCount: 0,
    // The schema made of the same shape has parsed the values, which the erased type cannot say.
    make: (values) => make(values as z.output<z.ZodObject<Shape>>),
  };
}

/** By mean and coefficient of variation (standard deviation over mean). */
export const byMeanAndCv = (make: (mean: number, cv: number) => Distribution): Way =>
  byParameters({ mean: positiveDurationS(), cv: positive() }, ({ mean, cv }) => make(mean, cv));

function byQuantiles(
  quantileCount: number,
  title: string,
  make: (quantiles: readonly Quantile[]) => Distribution,
): Way {
  return {
    title,
    shape: {},
    required: [],
    quantileCount,
    make: (values) => {
      const quantiles = quantilesOf(values);
      for (const { key, p } of quantiles)
        if (p <= 0 || p >= 1)
          throw new ImpossibleParameters(`${key} does not fix a distribution: use p1 to p99.99`, key);
      for (let i = 1; i < quantiles.length; i += 1) {
        const [low, high] = [quantiles[i - 1], quantiles[i]];
        if (high.p > low.p && high.value > low.value) continue;
        const message =
          high.p > low.p
            ? `${high.key} (${high.value}) must be more than ${low.key} (${low.value})`
            : `${high.key} and ${low.key} are the same quantile`;
        throw new ImpossibleParameters(message, high.key);
      }
      return make(quantiles);
    },
  };
}

/** Through one point. */
export const byOneQuantile = (make: (point: Quantile) => Distribution): Way =>
  byQuantiles(1, 'one quantile such as p99', ([point]) => make(positiveQuantile(point)));

/** Through two points. */
export const byTwoQuantiles = (make: (low: Quantile, high: Quantile) => Distribution): Way =>
  byQuantiles(2, 'two quantiles such as p50 and p99', ([low, high]) => make(low, high));

/** For families that live above 0: the point itself, if it does too. */
export function positiveQuantile(point: Quantile): Quantile {
  if (point.value > 0) return point;
  throw new ImpossibleParameters(`${point.key} must be more than 0`, point.key);
}

export interface DistributionDefinition {
  readonly name: string;
  readonly summary: string;
  /** Where the formulas and the sampling method are from. */
  readonly source: string;
  readonly ways: readonly Way[];
  /** What the object may hold, besides quantiles. */
  readonly keys: readonly string[];
  /** The object as users write it: what the JSON Schema shows. */
  readonly form: z.ZodObject<z.core.$ZodLooseShape>;
  /** Parses one object, with every error that can be found. */
  parse(value: Readonly<Record<string, unknown>>): z.ZodSafeParseResult<DistributionSpec>;
  /** Makes the distribution from a parsed object. */
  create(spec: DistributionSpec): Distribution;
}

const MODIFIERS = {
  min: durationS().optional().describe('Truncate: no value below this'),
  max: durationS().optional().describe('Truncate: no value above this'),
  shift: durationS().optional().describe('Added to every value, before min and max apply'),
};

const TRUNCATED_KEPT_MAX = 256;

export function defineDistribution(definition: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly ways: readonly Way[];
}): DistributionDefinition {
  const { name, ways } = definition;
  const own: Record<string, z.core.$ZodType> = {};
  for (const way of ways)
    for (const [key, schema] of Object.entries(way.shape)) own[key] = z.optional(schema as z.ZodType);
  const shape = { dist: z.literal(name), ...MODIFIERS, ...own };
  const hasQuantiles = ways.some((way) => way.quantileCount > 0);

  const truncated = new Map<string, Distribution>();
  const create = (spec: DistributionSpec): Distribution => {
    if (spec.min === undefined && spec.max === undefined) return make(spec);
    // The moments of a truncated one are integrals of a few milliseconds, and a scenario is read more than once.
    const key = JSON.stringify(spec);
    const known = truncated.get(key);
    if (known !== undefined) return known;
    const made = make(spec);
    if (truncated.size === TRUNCATED_KEPT_MAX) truncated.clear();
    truncated.set(key, made);
    return made;
  };

  const make = (spec: DistributionSpec): Distribution => {
    const base = chooseWay(name, ways, own, spec).make(spec);
    const { shift, min, max } = spec;
    const shifted = typeof shift === 'number' && shift > 0 ? new Shifted(base, shift) : base;
    const low = !('min' in own) && typeof min === 'number' ? min : 0;
    const high = !('max' in own) && typeof max === 'number' ? max : Number.POSITIVE_INFINITY;
    const made = low > 0 || high < Number.POSITIVE_INFINITY ? new Truncated(shifted, low, high) : shifted;
    if (Number.isNaN(made.mean) || Number.isNaN(made.variance))
      throw new ImpossibleParameters(`${name}: these parameters are too extreme to compute with`);
    return made;
  };

  return {
    ...definition,
    keys: Object.keys(shape),
    form: formOf(definition.summary, shape, hasQuantiles),
    create,
    parse: (value) => {
      const quantileKeys: Record<string, z.ZodType> = {};
      if (hasQuantiles)
        for (const key of Object.keys(value))
          if (probabilityOfKey(key) !== undefined) quantileKeys[key] = durationS().optional();
      // A fresh object schema with just these quantiles, so that any other key is an unknown one.
      return z
        .strictObject({ ...shape, ...quantileKeys })
        .check((context) => {
          try {
            create(context.value as unknown as DistributionSpec);
          } catch (error) {
            if (!(error instanceof ImpossibleParameters)) throw error;
            context.issues.push({
              code: 'custom',
              message: error.message,
              path: [...error.path],
              input: context.value,
            });
          }
        })
        .safeParse(value) as z.ZodSafeParseResult<DistributionSpec>;
    },
  };
}

/** The object schema behind a definition, whose JSON Schema spells the quantile keys as a pattern. */
export function formOf<Shape extends z.core.$ZodLooseShape>(
  summary: string,
  shape: Shape,
  hasQuantiles: boolean,
) {
  if (!hasQuantiles) return z.strictObject(shape).describe(summary);
  const quantile = { anyOf: [{ type: 'number' }, { type: 'string' }] };
  return z
    .object(shape)
    .catchall(durationS())
    .meta({
      description: summary,
      additionalProperties: false,
      patternProperties: { [QUANTILE_KEY_PATTERN]: quantile },
    });
}

function chooseWay(
  name: string,
  ways: readonly Way[],
  own: Readonly<Record<string, unknown>>,
  spec: DistributionSpec,
): Way {
  const given = Object.keys(spec).filter((key) => spec[key] !== undefined && key in own);
  const quantiles = quantilesOf(spec);
  const found = ways.find(
    (way) =>
      way.quantileCount === quantiles.length &&
      given.every((key) => key in way.shape) &&
      way.required.every((key) => given.includes(key)),
  );
  if (found !== undefined) return found;
  const all = [...given, ...quantiles.map((quantile) => quantile.key)];
  const takes = ways.map((way) => way.title).join(', or ');
  throw new ImpossibleParameters(`${name} takes ${takes}; given: ${all.join(', ') || 'none of them'}`);
}
