/** The points of a sweep as setups: each with its policies, assignments and seed, compiled once so that all are known to be right. */
import { findPath } from '../../scenario/find-path.js';
import { optionWords } from '../../scenario/issue-wording.js';
import { applyOverride, readPath } from '../../scenario/override.js';
import { type PathSegment, type Problem, pathText, ScenarioError } from '../../scenario/problem.js';
import { parseSource, type SourceDocument } from '../../scenario/source.js';
import { nearest } from '../../scenario/suggest.js';
import { keyMetrics, type Metric, metricOf } from '../metrics.js';
import type { Setup, SetupLoader, SetupRef } from '../run-source.js';
import { type Design, DesignError, designOf } from './design.js';
import type { FactorValue } from './document.js';
import { assignmentsOf, BASE_POLICY, type Factor, withPath } from './factor.js';
import type { Level } from './levels.js';
import { checkedSpec, problemOf, type SweepSpec } from './spec.js';

export interface PlannedPoint {
  readonly index: number;
  /** In the order of the factors. */
  readonly values: readonly FactorValue[];
  readonly ref: SetupRef;
  readonly seed: string;
  readonly hash: string;
  /** `nodes=4, policy=base` */
  readonly label: string;
}

export interface PlannedSweep {
  /** With full paths. */
  readonly spec: SweepSpec;
  readonly design: Design;
  readonly points: readonly PlannedPoint[];
  readonly metrics: readonly Metric[];
}

interface PlanOptions {
  readonly load: SetupLoader;
  readonly seed: string;
  readonly isStopped: () => boolean;
  readonly onChecked: (points: number, of: number) => void;
}

/** Throws `ScenarioError` for the first point that is wrong; null where it was stopped. */
export async function planSweep(
  base: Setup,
  asWritten: SweepSpec,
  { load, seed, isStopped, onChecked }: PlanOptions,
): Promise<PlannedSweep | null> {
  const spec = resolved(base, asWritten);
  checkVariants(base, spec);
  const wanted = spec.metrics === undefined ? null : checkedMetrics(base, spec, spec.metrics);
  let metrics = wanted ?? keyMetrics(base.compiled);
  const design = designed(spec, seed);
  const points: PlannedPoint[] = [];
  for (const [index, levels] of design.points.entries()) {
    if (isStopped()) return null;
    const point = pointOf(base, spec, seed, levels);
    const { compiled } = await loaded(load, point.ref, point.label);
    const has = ({ name }: Metric) => 'keys' in metricOf(compiled, name);
    const missing = metrics.find((metric) => !has(metric));
    if (missing !== undefined && wanted !== null)
      throw new ScenarioError([
        problemOf(
          spec,
          ['metrics', wanted.indexOf(missing)],
          `there is no ${missing.name} at ${point.label}`,
        ),
      ]);
    if (missing !== undefined) metrics = metrics.filter(has);
    points.push({ ...point, index, hash: compiled.hash });
    onChecked(points.length, design.points.length);
  }
  return { spec, design, points, metrics };
}

function designed(spec: SweepSpec, seed: string): Design {
  try {
    return designOf(spec.factors, { kind: spec.design, points: spec.points, seed });
  } catch (error) {
    if (error instanceof DesignError) throw new ScenarioError([problemOf(spec, error.at, error.message)]);
    throw error;
  }
}

function pointOf(base: Setup, { factors }: SweepSpec, seed: string, levels: readonly Level[]) {
  const { scenario, variant, set } = base.ref;
  const levelOf = (what: 'policy' | 'seed') => levels[factors.findIndex((factor) => factor.what === what)];
  const policy = levelOf('policy');
  const ownSeed = levelOf('seed');
  return {
    values: levels.map(({ value }) => value),
    ref: {
      scenario,
      variant: policy === undefined ? variant : policy.text === BASE_POLICY ? null : policy.text,
      set: [...set, ...factors.flatMap((factor, column) => assignmentsOf(factor, levels[column]!))],
    },
    seed: ownSeed === undefined ? seed : String(ownSeed.value),
    label: factors.map(({ name }, column) => `${name}=${levels[column]!.text}`).join(', '),
  };
}

function checkVariants({ compiled }: Setup, spec: SweepSpec): void {
  const names = [BASE_POLICY, ...compiled.variants];
  const problems = spec.factors.flatMap(({ what, written, levels }): Problem[] => {
    if (what !== 'policy') return [];
    const unknown = (levels ?? []).filter(({ text }) => !names.includes(text));
    return unknown.map(({ text }) => {
      const suggestion = nearest(text, names);
      return problemOf(spec, ['vary', written], `there is no variant ${text}`, {
        expected: optionWords(names),
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    });
  });
  if (problems.length > 0) throw new ScenarioError(problems);
}

/**
 * The same with full paths instead of their ends (`nodes` for `pools.gpu.nodes`). A path that leads nowhere is refused:
 * as an assignment it would make a new pool, and a sweep over that would find no effect.
 */
function resolved(base: Setup, spec: SweepSpec): SweepSpec {
  const { scenario, variant, set } = base.ref;
  const document = set.reduce(applyOverride, parseSource(scenario.text, scenario.name));
  const isAnyPolicy = spec.factors.some(({ what }) => what === 'policy');
  const problems: Problem[] = [];
  const factors = spec.factors.map((factor): Factor => {
    if (factor.what !== 'setting') return factor;
    try {
      const path = findPath(document, factor.path, isAnyPolicy ? {} : { variant });
      problems.push(...unknownName(document, path, spec, factor));
      return withPath(factor, path);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(
        ...error.problems.map(({ message, expected, suggestion }) =>
          problemOf(spec, ['vary', factor.written], message, {
            ...(expected === undefined ? {} : { expected }),
            ...(suggestion === undefined ? {} : { suggestion }),
          }),
        ),
      );
      return factor;
    }
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return checkedSpec({ ...spec, factors });
}

/** Parts of a scenario whose entries have names of the user's own. */
const NAMED: readonly PathSegment[] = ['pools', 'services', 'stages', 'workloads', 'datasets', 'variants'];

function unknownName(
  document: SourceDocument,
  path: string,
  spec: SweepSpec,
  { written }: Factor,
): Problem[] {
  const [part, name, ...rest] = readPath(path, { file: path, line: null, column: null }).path;
  if (part === undefined || name === undefined || !NAMED.includes(part) || document.has([part, name]))
    return [];
  const map = document.node([part]);
  const names = map?.kind === 'map' ? [...map.entries.keys()] : [];
  const near = nearest(String(name), names);
  return [
    problemOf(spec, ['vary', written], `there is no ${pathText([part, name])} in the scenario`, {
      ...(names.length === 0 ? {} : { expected: optionWords(names) }),
      ...(near === undefined ? {} : { suggestion: pathText([part, near, ...rest]) }),
    }),
  ];
}

function checkedMetrics({ compiled }: Setup, spec: SweepSpec, names: readonly string[]): Metric[] {
  const problems: Problem[] = [];
  const metrics: Metric[] = [];
  for (const [index, name] of names.entries()) {
    const found = metricOf(compiled, name);
    if ('keys' in found) {
      if (!metrics.some((metric) => metric.name === name)) metrics.push(found);
      continue;
    }
    const { message, expected, suggestion } = found;
    problems.push(
      problemOf(spec, ['metrics', index], message, {
        ...(expected.length === 0 ? {} : { expected: optionWords(expected) }),
        ...(suggestion === undefined ? {} : { suggestion }),
      }),
    );
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return metrics;
}

/** Of a mistake that only some combinations make, the combination is the better half. */
async function loaded(load: SetupLoader, ref: SetupRef, label: string): Promise<Setup> {
  try {
    return await load(ref);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(
      error.problems.map((problem) => ({ ...problem, message: `${problem.message} (at ${label})` })),
    );
  }
}
