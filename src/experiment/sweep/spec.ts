/**
 * What a sweep is to do: which factors, which design, how many replications. It comes from a file or from the command
 * line; whichever it was, mistakes that show only later are told where they stand.
 */
import { z } from 'zod';
import { checkSchema } from '../../scenario/check-schema.js';
import { type PathSegment, type Problem, quoted, ScenarioError } from '../../scenario/problem.js';
import { parseSource, type SourceDocument } from '../../scenario/source.js';
import { count } from '../../units/schema.js';
import { POINTS_MAX } from './design.js';
import { DESIGN_KINDS, type DesignKind } from './document.js';
import { type Factor, factorOfNode, withDistinctNames } from './factor.js';

export interface SweepSpec {
  readonly factors: readonly Factor[];
  readonly design: DesignKind;
  /** Not of a grid. */
  readonly points?: number | undefined;
  /** By default as the scenario says, as is the seed. */
  readonly replications?: number | undefined;
  readonly seed?: string | undefined;
  /** Paths into the measures; by default the key ones. */
  readonly metrics?: readonly string[] | undefined;
  /** Where it was written; null for the command line. */
  readonly source: SourceDocument | null;
}

export interface SweepFile {
  /** The scenario's file as written, relative to the sweep's. */
  readonly scenario: string;
  readonly spec: SweepSpec;
}

const REPLICATIONS_MAX = 10_000;

const value = () => z.union([z.string(), z.number(), z.boolean()]);
const values = () =>
  z.union([value(), z.array(z.unknown()).min(1)], {
    error: 'expected values such as 2..16 or 0.1..0.9 points 5, or a list',
  });

export const sweepFileSchema = z.strictObject({
  scenario: z.string().min(1).describe('The scenario’s file, relative to this one.'),
  vary: z
    .record(
      z.string(),
      z.union([
        values(),
        z.strictObject({
          values: values().describe('As without a name.'),
          name: z.string().min(1).max(60).optional().describe('As tables and charts show it.'),
        }),
      ]),
    )
    .refine((factors) => Object.keys(factors).length > 0, { error: 'expected at least one factor' })
    .describe(
      'Values by path into the scenario, by `policy` (variants, and `base`) or by `seed`: a list, `2..16`, `2..16 step 2`, `0.1..0.9 points 5`, `1..100 log points 5`, or a range alone for designs that draw.',
    ),
  design: z
    .enum(DESIGN_KINDS)
    .default('grid')
    .describe('Every combination, or points drawn over the ranges.'),
  points: count().max(POINTS_MAX).optional().describe('Of the designs other than grids.'),
  replications: count()
    .max(REPLICATIONS_MAX)
    .optional()
    .describe('At each point. Default: as the scenario says.'),
  seed: z
    .union([z.number(), z.string().min(1).max(200)], { error: 'expected a number or text' })
    .optional()
    .describe('Default: as the scenario says.'),
  metrics: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Paths into the measures. Default: those of the SLOs, and the key ones.'),
});

/** Whether the file says what is varied; a scenario does not. */
export const isSweepFile = (source: SourceDocument): boolean => source.has(['vary']);

/** A sweep's file. Throws `ScenarioError` with line and column. */
export const parseSweepFile = (text: string, file: string): SweepFile => sweepOf(parseSource(text, file));

/** The same from what was read. */
export function sweepOf(source: SourceDocument): SweepFile {
  const { scenario, design, points, replications, seed, metrics } = checkSchema(sweepFileSchema, source);
  return {
    scenario,
    spec: checkedSpec({
      factors: factorsOf(source),
      design,
      points,
      replications,
      seed: seed === undefined ? undefined : String(seed),
      metrics,
      source,
    }),
  };
}

/** Factors with names that tell them apart. Throws `ScenarioError` where one is given twice. */
export function checkedSpec(spec: SweepSpec): SweepSpec {
  if (spec.factors.length === 0)
    throw new ScenarioError([problemOf(spec, ['vary'], 'a sweep needs something to vary')]);
  const factors = withDistinctNames(spec.factors);
  const problems: Problem[] = [];
  for (const [index, { path, name, written }] of factors.entries()) {
    const before = factors.slice(0, index);
    if (before.some((other) => other.path === path))
      problems.push(problemOf(spec, ['vary', written], `${path} is varied twice`));
    else if (before.some((other) => other.name === name))
      problems.push(problemOf(spec, ['vary', written], `two factors are called ${quoted(name)}`));
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return { ...spec, factors };
}

/** A problem with what the path names: a key of the file, or the option of that name. */
export function problemOf(
  { source }: Pick<SweepSpec, 'source'>,
  path: readonly PathSegment[],
  message: string,
  details: { readonly expected?: string; readonly suggestion?: string } = {},
): Problem {
  if (source !== null) return source.problem(path, message, details);
  // The option is given once for each metric.
  const key = path[0] === 'metrics' ? 'metric' : path[0];
  const option = key === undefined ? 'the sweep' : `--${key}`;
  return { message, path: [], file: option, line: null, column: null, ...details };
}

function factorsOf(source: SourceDocument): Factor[] {
  const vary = source.node(['vary']);
  if (vary?.kind !== 'map') return [];
  return [...vary.entries].map(([path, { keyPlace, node }]) => {
    if (node.kind !== 'map') return factorOfNode(path, keyPlace, node, null);
    const name = node.entries.get('name')?.node;
    return factorOfNode(
      path,
      keyPlace,
      node.entries.get('values')!.node,
      name?.kind === 'scalar' ? String(name.value) : null,
    );
  });
}
