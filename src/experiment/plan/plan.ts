/**
 * `wipsim plan`: the cheapest fleet and settings of a scenario that meet its SLOs, by simulation. The assignments are
 * checked before anything runs; the document follows from the scenario, the spec and the seed alone.
 */
import type { CompiledScenario } from '../../scenario/compile.js';
import { type Metric, metricOf } from '../metrics.js';
import type { Setup } from '../run-source.js';
import { PLAN_VERSION, type PlanDocument, type PlannedPool, type PlannedSetting } from './document.js';
import { byPool } from './facts.js';
import { findPlan, type PlanProgress } from './find-plan.js';
import { baseLoadOf, type PoolRange, planPools, priceOf, whyNoFleet } from './fleet-space.js';
import type { LookRule } from './judge.js';
import { PlanError } from './plan-error.js';
import type { Growth } from './questions.js';
import type { Candidate } from './requirement.js';
import { type PlanControl, settingsOf } from './settings.js';
import { SimulatedEvaluator, type SimulationSource } from './simulated.js';
import { FLEETS_MAX, Space } from './space.js';

export interface PlanSpec {
  /** Pools to plan with their bounds; by default all that may be planned, within bounds of about four times what there is. */
  readonly pools?: readonly PoolRange[] | undefined;
  readonly controls?: readonly PlanControl[] | undefined;
  readonly rule?: LookRule | undefined;
  /** It must hold too with so many nodes fewer in any one pool. */
  readonly spares?: number | undefined;
  /** The load to plan for: so many times the scenario's own arrivals; by default once. */
  readonly load?: number | undefined;
  readonly growth?: Growth | undefined;
  /** Whether the values of the controls are to be compared one by one. */
  readonly tunes?: boolean | undefined;
  /** What settings of one price are compared by; by default the p99 latency of what the SLOs are about, minimised. */
  readonly objective?: { readonly metric: string; readonly goal: 'minimise' | 'maximise' } | undefined;
  readonly indifferenceFraction?: number | undefined;
}

export const DEFAULT_RULE: LookRule = { confidence: 0.95, firstReplications: 4, maxReplications: 64 };
const DEFAULT_INDIFFERENCE = 0.02;
export async function plan(
  base: Setup,
  spec: PlanSpec,
  from: SimulationSource,
  onProgress?: (progress: PlanProgress) => void,
): Promise<PlanDocument> {
  const { compiled } = base;
  const { controls = [], spares = 0, load = 1, tunes = false } = spec;
  if (compiled.slos.length === 0 && spec.objective === undefined)
    throw new PlanError('a plan needs SLOs: the scenario has none, and no metric is named to tune by');
  const settings = settingsOf(controls);
  const pools = planPools(base, spec.pools ?? null);
  if (pools.length === 0 && controls.length === 0) throw new PlanError(whyNoFleet(base));
  const p99 = p99Of(compiled);
  const objective = spec.objective === undefined ? p99 : metricNamed(compiled, spec.objective.metric);
  const bounds = pools.map(({ name, min, max }) => boundsOf(name, Math.max(min, spares + 1), max, spares));
  const fleets = bounds.reduce((product, { min, max }) => product * (max - min + 1), 1);
  if (fleets > FLEETS_MAX)
    throw new PlanError(
      `the bounds allow ${fleets} fleets, and at most ${FLEETS_MAX} can be searched: plan for fewer pools, or within narrower bounds`,
    );
  const evaluator = new SimulatedEvaluator(
    base,
    { pools, settings: settings.map(({ assignments }) => assignments), baseLoad: baseLoadOf(base) },
    objective,
    p99,
    from,
  );
  const prices = await pricesBySetting(evaluator, new Space(bounds, settings.length), from);
  const cost = ({ nodes, setting }: Candidate): number =>
    prices[setting]!(Object.fromEntries(pools.map(({ path }, pool) => [path, nodes[pool]!])));
  const body = await findPlan(
    evaluator,
    {
      pools: pools.map(({ name }, pool) => ({ name, ...bounds[pool]! })),
      settings: settings.map(({ values }) => values),
      cost,
      rule: spec.rule ?? DEFAULT_RULE,
      objective: {
        metric: objective.name,
        goal: spec.objective?.goal ?? 'minimise',
        indifferenceFraction: spec.indifferenceFraction ?? DEFAULT_INDIFFERENCE,
      },
      spares,
      load,
      growth: spec.growth ?? null,
      tunes,
    },
    onProgress,
  );
  const { name, description, hash, variant } = compiled;
  const at =
    body.answer?.nodes ??
    byPool(
      pools.map((pool) => pool.name),
      (pool) => bounds[pool]!.min,
    );
  const counts = pools.map((pool) => at[pool.name]!);
  const setting = body.answer?.setting ?? 0;
  const planned: PlannedPool[] = pools.map((pool, index) => ({
    name: pool.name,
    path: pool.path,
    min_nodes: bounds[index]!.min,
    max_nodes: bounds[index]!.max,
    base_nodes: pool.nodes,
    usd_per_node_hour:
      cost({ nodes: counts.map((count, other) => (other === index ? count + 1 : count)), setting }) -
      cost({ nodes: counts, setting }),
  }));
  const { confidence, ...rest } = body;
  const shown = body.answer ?? body.nearest_miss?.candidate;
  const objections =
    shown === undefined
      ? []
      : await evaluator.warningsAt({
          nodes: pools.map((pool) => shown.nodes[pool.name]!),
          setting: shown.setting,
          load,
        });
  return {
    format: 'wipsim-plan',
    version: PLAN_VERSION,
    scenario: { name, description, hash, variant },
    seed: from.seed,
    confidence,
    space: {
      pools: planned,
      settings: settings.map(({ name: words, values }): PlannedSetting => ({ name: words, values })),
      candidates: fleets * settings.length,
    },
    ...rest,
    // A fleet may meet its SLOs while other work piles up: what a run of it would warn of belongs to the answer.
    warnings: [...rest.warnings, ...objections],
  };
}

function boundsOf(name: string, min: number, max: number, spares: number): { min: number; max: number } {
  if (max < min)
    throw new PlanError(
      spares > 0
        ? `${name}: at most ${max} nodes leave nothing to spare: with ${spares} down, at least ${min} are needed`
        : `${name}: the most nodes (${max}) are fewer than the least (${min})`,
    );
  return { min, max };
}

/**
 * Compiles every setting once, on the largest fleet: a setting that is wrong is a mistake of the user's, which later
 * would look like a fleet that cannot run.
 */
async function pricesBySetting(
  evaluator: SimulatedEvaluator,
  space: Space,
  { loader }: SimulationSource,
): Promise<ReturnType<typeof priceOf>[]> {
  const prices: ReturnType<typeof priceOf>[] = [];
  for (let setting = 0; setting < space.settingCount; setting++)
    prices.push(priceOf(await loader(evaluator.refOf({ nodes: space.most, setting, load: 1 }))));
  return prices;
}

/** Of the workload that the first SLO about one is about; of all tasks where there is none. */
function p99Of({ slos }: CompiledScenario): Metric {
  const workload = slos.find(({ path }) => path[0] === 'workloads')?.path[1];
  const keys = [...(workload === undefined ? ['total'] : ['workloads', workload]), 'latency_s', 'p99'];
  return { name: keys.join('.'), keys };
}

function metricNamed(compiled: CompiledScenario, name: string): Metric {
  const found = metricOf(compiled, name);
  if ('keys' in found) return found;
  const { message, suggestion } = found;
  throw new PlanError(`${message}${suggestion === undefined ? '' : `: did you mean ${suggestion}?`}`);
}
