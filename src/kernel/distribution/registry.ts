/** Every distribution, how users write one, and how one is made. */
import { z } from 'zod';
import { durationS } from '../../units/schema.js';
import { boundedPareto } from './bounded-pareto.js';
import { type DistributionDefinition, type DistributionSpec, formOf } from './definition.js';
import { deterministic } from './deterministic.js';
import type { Distribution } from './distribution.js';
import { empirical } from './empirical.js';
import { erlang } from './erlang.js';
import { exponential } from './exponential.js';
import { gamma } from './gamma.js';
import { hyperexponential } from './hyperexponential.js';
import { lognormal } from './lognormal.js';
import { mixtureOf } from './mixture.js';
import { pareto } from './pareto.js';
import { probabilityOfKey } from './quantile-key.js';
import { unknownName } from './suggestion.js';
import { uniform } from './uniform.js';
import { weibull } from './weibull.js';

const anyDistribution: z.ZodType<DistributionSpec> = z.lazy(() => distributionSchema);

export const distributionDefinitions: readonly DistributionDefinition[] = [
  deterministic,
  uniform,
  exponential,
  erlang,
  gamma,
  lognormal,
  weibull,
  pareto,
  boundedPareto,
  hyperexponential,
  empirical,
  mixtureOf(anyDistribution, createDistribution),
];

const names = distributionDefinitions.map((definition) => definition.name);
const byName = new Map(distributionDefinitions.map((definition) => [definition.name, definition]));

/** Makes the distribution that a parsed specification describes. */
export function createDistribution(spec: DistributionSpec): Distribution {
  const definition = byName.get(spec.dist);
  if (definition === undefined) throw new Error(unknownName('distribution', spec.dist, names));
  return definition.create(spec);
}

const EXPECTED =
  'expected a distribution, for example 8s, {p50: 8s, p99: 110s} or {dist: exponential, mean: 2s}';

type Entries = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Problem {
  readonly problem: string;
  readonly path?: readonly PropertyKey[];
}

/** The family that an object names or, without `dist`, means by its keys. */
function definitionOf(value: Entries): DistributionDefinition | Problem {
  const name = value.dist ?? impliedName(value);
  if (isObject(name)) return 'problem' in name ? (name as unknown as Problem) : notAName;
  if (typeof name !== 'string') return notAName;
  return byName.get(name) ?? { problem: unknownName('distribution', name, names), path: ['dist'] };
}

const notAName: Problem = { problem: 'expected the name of a distribution', path: ['dist'] };

function impliedName(value: Entries): 'lognormal' | Problem {
  const keys = Object.keys(value).filter((key) => !['min', 'max', 'shift'].includes(key));
  const isLognormals = (key: string): boolean =>
    key === 'mean' || key === 'cv' || probabilityOfKey(key) !== undefined;
  if (keys.length === 0 || !keys.every(isLognormals))
    return { problem: `name the distribution with "dist", one of ${names.join(', ')}` };
  if (keys.length > 1 || keys[0] !== 'mean') return 'lognormal';
  return {
    problem:
      'a mean alone does not say which distribution: add "dist" (for example dist: exponential), or "cv"',
    path: ['mean'],
  };
}

/** A number or text is a constant; an object is handed to its definition. Problems keep their own paths. */
function parseDistribution(value: unknown, context: z.core.$RefinementCtx): unknown {
  const report = ({ problem, path = [] }: Problem): never => {
    context.addIssue({ code: 'custom', message: problem, path: [...path], input: value });
    return z.NEVER;
  };
  if (typeof value === 'number' || typeof value === 'string') {
    const constant = durationS().safeParse(value);
    if (constant.success) return { dist: deterministic.name, value: constant.data };
    return report({ problem: typeof value === 'string' ? EXPECTED : constant.error.issues[0].message });
  }
  if (!isObject(value)) return report({ problem: EXPECTED });
  const definition = definitionOf(value);
  if ('problem' in definition) return report(definition);
  const parsed = definition.parse({ ...value, dist: definition.name });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys')
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    else
      for (const key of issue.keys)
        report({
          problem:
            issue.path.length === 0
              ? unknownName(`parameter of ${definition.name}`, key, definition.keys)
              : `unknown key "${key}"`,
          path: [...issue.path, key],
        });
  }
  return z.NEVER;
}

const forms = distributionDefinitions.map((definition) => definition.form);

/** What users may write; only for the JSON Schema, since `parseDistribution` has done the work. */
const written = z.union([
  z.number(),
  z.string(),
  formOf(
    'Lognormal, by two quantiles or by mean and cv',
    {
      mean: durationS().optional(),
      cv: z.number().optional(),
      min: durationS().optional(),
      max: durationS().optional(),
      shift: durationS().optional(),
    },
    true,
  ),
  z.discriminatedUnion('dist', [forms[0], ...forms.slice(1)]),
]);

/**
 * A distribution as users write it: `8s`, `{p50: 8s, p99: 110s}`, `{mean: 20s, cv: 2}` (both lognormal) or
 * `{dist: NAME, ...}`. Parses to a specification that `createDistribution` accepts.
 */
export const distributionSchema: z.ZodType<DistributionSpec> = z.nonoptional(
  z.preprocess(parseDistribution, written).transform((spec) => spec as unknown as DistributionSpec),
);
