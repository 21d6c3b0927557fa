import type { PlanDocument } from '../experiment/plan/document.js';
import type { PlanProgress } from '../experiment/plan/find-plan.js';
import { documentOf, type PoolRange, planPools } from '../experiment/plan/fleet-space.js';
import { DEFAULT_RULE, plan as planSetup } from '../experiment/plan/plan.js';
import type { Growth } from '../experiment/plan/questions.js';
import type { PlanControl } from '../experiment/plan/settings.js';
import { Interrupted, type Setup } from '../experiment/run-source.js';
import { withFullPaths } from '../experiment/sweep/full-paths.js';
import { sweepOf } from '../experiment/sweep/spec.js';
import { findPath } from '../scenario/find-path.js';
import { documentOf as dataDocument } from '../scenario/object-document.js';
import { ScenarioError } from '../scenario/problem.js';
import { OptionError } from './option-error.js';
import { openScenario, type ScenarioInput, type ScenarioOptions } from './scenario-input.js';
import type { Values } from './sweep.js';
import { checkCount, type RunsOptions, seedText, withRuns } from './with-runs.js';

/** `'2..16'`, the same as bounds, or one number of nodes that is not to change. */
export type NodeBounds = string | number | { readonly min: number; readonly max: number };

export interface PlanRequest {
  /** Bounds by pool (`gpus`), by group of a pool's nodes (`gpus.h100`) or by path; by default of all pools, about four times what they have. */
  readonly nodes?: Readonly<Record<string, NodeBounds>> | undefined;
  /** Values to choose from besides, by path or the end of it, or by `policy` (variants, and `base`). */
  readonly tune?: Readonly<Record<string, Values>> | undefined;
  /** What settings at one price are compared by, a path into the measures; by default the p99 latency. */
  readonly minimise?: string | undefined;
  readonly maximise?: string | undefined;
  /** Of the statement that the plan meets every SLO, between 0 and 1; by default 0.95. */
  readonly confidence?: number | undefined;
  /** At most so many of each candidate, at least 2; by default 64. */
  readonly maxReplications?: number | undefined;
  /** The plan holds too with so many nodes fewer in any one pool; by default 0. */
  readonly spares?: number | undefined;
  /** Plans for so many times the scenario's arrivals; by default 1. */
  readonly load?: number | undefined;
  /** How load grows: `{ ratePerMonth: 0.08, months: 36 }`; by default nothing is said of growth. */
  readonly growth?: Growth | undefined;
}

export interface PlanOptions extends ScenarioOptions, RunsOptions {
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
}

/**
 * Finds the cheapest fleet, and settings, that meet every SLO of the scenario with the stated confidence, and says
 * what stands behind that answer. `answer` of the document is null where none does. It is what `wipsim plan --json`
 * writes.
 *
 * Throws `ScenarioError` with what is wrong with the scenario or the request, `PlanError` where there is nothing to
 * plan, `OptionError` for an option that cannot be, and `Interrupted` where the signal came before any candidate was judged.
 */
export async function plan(
  scenario: ScenarioInput,
  request: PlanRequest = {},
  options: PlanOptions = {},
): Promise<PlanDocument> {
  const { nodes, tune = {}, spares, load: times, growth, confidence, maxReplications } = request;
  checkCount('maxReplications', maxReplications, 2);
  checkCount('spares', spares, 0);
  if (confidence !== undefined && !(confidence >= 0.5 && confidence < 1))
    throw new OptionError('confidence', `expected a share from 0.5 to below 1, got ${confidence}`);
  if (times !== undefined && !(times > 0 && Number.isFinite(times)))
    throw new OptionError('load', `expected a number above 0, got ${times}`);
  const { ref, load } = await openScenario(scenario, options);
  const base = await load(ref);
  const controls = controlsOf(tune, base);
  const most = maxReplications ?? DEFAULT_RULE.maxReplications;
  const spec = {
    pools: nodes === undefined ? undefined : rangesOf(nodes, base),
    controls,
    rule: {
      confidence: confidence ?? DEFAULT_RULE.confidence,
      firstReplications: Math.min(DEFAULT_RULE.firstReplications, most),
      maxReplications: most,
    },
    spares,
    load: times,
    growth,
    tunes: controls.length > 0,
    objective: objectiveOf(request),
  };
  const seed = seedText(options.seed) ?? base.compiled.seed;
  const document = await withRuns(base.compiled.name, options, Number.POSITIVE_INFINITY, (source) =>
    planSetup(base, spec, { loader: load, source, seed }, options.onProgress),
  );
  if (document.interrupted && document.candidates.length === 0) throw new Interrupted();
  return document;
}

function objectiveOf({ minimise, maximise }: PlanRequest) {
  if (minimise !== undefined && maximise !== undefined)
    throw new OptionError('maximise', 'one metric decides: give `minimise` or `maximise`');
  if (minimise !== undefined) return { metric: minimise, goal: 'minimise' } as const;
  return maximise === undefined ? undefined : ({ metric: maximise, goal: 'maximise' } as const);
}

function rangesOf(nodes: Readonly<Record<string, NodeBounds>>, base: Setup): PoolRange[] {
  const known = new Set(planPools(base, null).flatMap(({ name, path }) => [name, path]));
  return Object.entries(nodes).map(([name, bounds]) => ({
    name: known.has(name) ? name : fullPath(name, base),
    ...boundsOf(name, bounds),
  }));
}

/** The path that the name is the end of; the name where it is none, for the planner to refuse. */
function fullPath(name: string, base: Setup): string {
  try {
    return findPath(documentOf(base), name, { variant: base.ref.variant });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return name;
  }
}

function boundsOf(name: string, bounds: NodeBounds): { min: number; max: number } {
  const [, low, high = low] = /^(\d+)(?:\.\.(\d+))?$/.exec(String(bounds)) ?? [];
  const { min, max } = typeof bounds === 'object' ? bounds : { min: Number(low), max: Number(high) };
  if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= min))
    throw new OptionError(
      'nodes',
      `${name}: expected whole numbers such as 2..16, got ${JSON.stringify(bounds)}`,
    );
  return { min, max };
}

function controlsOf(tune: Readonly<Record<string, Values>>, { ref }: Setup): PlanControl[] {
  if (Object.keys(tune).length === 0) return [];
  const { spec } = sweepOf(dataDocument({ scenario: ref.scenario.name, vary: tune }, 'tune'));
  return withFullPaths(spec, ref).factors.map(({ path, levels }) => {
    if (levels === null)
      throw new OptionError('tune', `${path}: a range needs \`points\` or \`step\`, or whole numbers`);
    return { path, values: levels.map(({ text }) => text) };
  });
}
