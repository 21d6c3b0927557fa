/**
 * Which policy is in force where. At most points the first entry that covers a place decides there, an explicit
 * `none` too; here every place gets its one entry, so that what remains can be applied without any order.
 */

import type { PoolSpec } from '../model/system.js';
import { acceptAll } from '../policies/admission/accept-all.js';
import { noBackfill } from '../policies/backfill/none.js';
import { noBackpressure } from '../policies/backpressure/none.js';
import { noDeadlineAction } from '../policies/deadlines/none.js';
import { POLICY_POINTS, type PolicyDefinition, type PolicyPoint } from '../policies/definition.js';
import { fifo } from '../policies/ordering/fifo.js';
import { bestFit } from '../policies/placement/best-fit.js';
import { firstFit } from '../policies/placement/first-fit.js';
import { leastLoaded } from '../policies/placement/least-loaded.js';
import { spread } from '../policies/placement/spread.js';
import { AT_KIND, CHAINED, type PolicyChoice, type PolicySet } from '../policies/policy-set.js';
import { noPreemption } from '../policies/preemption/none.js';
import { noRetry } from '../policies/retry/none.js';
import { noRollout } from '../policies/rollout/none.js';
import { noScaling } from '../policies/scaling/none.js';
import { isUserPolicy } from '../policies/user-policy.js';
import type { PathSegment } from './problem.js';
import type { PolicyEntry } from './schema/policies.js';
import type { Scenario } from './schema.js';
import type { SourceDocument } from './source.js';

/** What tasks that share queues and pools can have apart. */
export const CANARY_POINTS: readonly PolicyPoint[] = [
  'admission',
  'wip',
  'concurrency',
  'retry',
  'deadlines',
];

/** Policies that do nothing: once coverage is settled they can be left out. */
const IDLE: ReadonlySet<unknown> = new Set([
  noRollout,
  acceptAll,
  noBackfill,
  noPreemption,
  noScaling,
  noBackpressure,
  noRetry,
  noDeadlineAction,
]);

/** In a chain these say that nothing behind them applies. */
const CLOSES: ReadonlySet<unknown> = new Set([noRetry, noDeadlineAction]);

/** An entry as written, with its place in the document. */
export interface WrittenPolicy {
  readonly point: PolicyPoint;
  readonly entry: PolicyEntry;
  readonly path: readonly PathSegment[];
}

/** An entry, or a default, and the places (indices of workloads, stages or pools) where it decides. */
export interface PolicyInForce {
  readonly definition: PolicyDefinition;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly places: readonly number[];
  /** Whether these are all the places there are. */
  readonly everywhere: boolean;
  /** Null for a default. */
  readonly path: readonly PathSegment[] | null;
}

export type PoliciesInForce = Readonly<Record<PolicyPoint, readonly PolicyInForce[]>>;

/** The entries of one policy set as written: that of `policies:` (null) or of a variant alone, without the base. */
export function writtenPolicies(
  scenario: Scenario,
  document: SourceDocument,
  variant: string | null,
): WrittenPolicy[] {
  return POLICY_POINTS.flatMap((point) => writtenAt(scenario, document, variant, point));
}

function writtenAt(
  scenario: Scenario,
  document: SourceDocument,
  variant: string | null,
  point: PolicyPoint,
): WrittenPolicy[] {
  const entries = variant === null ? scenario.policies[point] : scenario.variants[variant]?.[point];
  const base = variant === null ? ['policies', point] : ['variants', variant, point];
  const isList = document.node(base)?.kind === 'list';
  return (entries ?? []).map((entry, index) => ({ point, entry, path: isList ? [...base, index] : base }));
}

/** The entries that hold: of the first of the variants that gives the point, else those of `policies:`. */
function effective(
  scenario: Scenario,
  document: SourceDocument,
  variants: readonly (string | null)[],
  point: PolicyPoint,
): WrittenPolicy[] {
  const own = variants.find(
    (variant) => variant !== null && scenario.variants[variant]?.[point] !== undefined,
  );
  return writtenAt(scenario, document, own ?? null, point);
}

type PlaceNames = Readonly<Record<'workload' | 'stage' | 'pool', readonly string[]>>;

const placeNames = (scenario: Scenario): PlaceNames => ({
  workload: Object.keys(scenario.workloads),
  stage: Object.keys(scenario.stages),
  pool: Object.keys(scenario.pools),
});

/** Settles coverage. Names in `at` that do not exist are passed over; the checks report them. */
export function policiesInForce(
  scenario: Scenario,
  document: SourceDocument,
  ...variants: readonly (string | null)[]
): PoliciesInForce {
  const names = placeNames(scenario);
  const at = (point: PolicyPoint): PolicyInForce[] => {
    const kind = AT_KIND[point];
    const all = kind === null ? [] : names[kind];
    const open = new Set(all.keys());
    const settled: PolicyInForce[] = [];
    const settle = (
      definition: PolicyDefinition,
      parameters: Readonly<Record<string, unknown>>,
      places: readonly number[],
      path: readonly PathSegment[] | null,
    ) => settled.push({ definition, parameters, places, everywhere: places.length === all.length, path });

    for (const { entry, path } of effective(scenario, document, variants, point)) {
      const named =
        entry.at === null ? [...all.keys()] : all.flatMap((name, i) => (entry.at!.includes(name) ? [i] : []));
      const places = named.filter((place) => open.has(place));
      if (!CHAINED.has(point) || CLOSES.has(entry.definition)) for (const place of places) open.delete(place);
      settle(entry.definition, entry.parameters, places, path);
    }
    for (const [definition, places] of defaultsFor(scenario, point, [...open]))
      if (places.length > 0) settle(definition, definition.parameters.parse({}), places, null);
    return settled;
  };
  return Object.fromEntries(POLICY_POINTS.map((point) => [point, at(point)])) as unknown as PoliciesInForce;
}

/** The engine needs an ordering for every stage and a placement for every pool. */
function defaultsFor(
  scenario: Scenario,
  point: PolicyPoint,
  open: readonly number[],
): (readonly [PolicyDefinition, readonly number[]])[] {
  if (point === 'ordering') return [[fifo as PolicyDefinition, open]];
  if (point !== 'placement') return [];
  const modes = Object.values(scenario.pools).map((pool) => pool.mode);
  return [
    [bestFit as PolicyDefinition, open.filter((pool) => modes[pool] === 'exclusive')],
    [firstFit as PolicyDefinition, open.filter((pool) => modes[pool] === 'slots')],
    [leastLoaded as PolicyDefinition, open.filter((pool) => modes[pool] === 'batching')],
    [spread as PolicyDefinition, open.filter((pool) => modes[pool] === 'shared')],
  ];
}

/** Whether the policy can change anything where it stands. */
export const isActive = ({ definition, places }: PolicyInForce): boolean =>
  !IDLE.has(definition) && (AT_KIND[definition.point] === null || places.length > 0);

/** The variant whose policies the rollout tries on some of the tasks; null without a rollout. */
export function canaryVariantOf(inForce: PoliciesInForce): string | null {
  const rollout = inForce.rollout.find(isActive);
  const [variant] = rollout?.definition.references?.(rollout.parameters) ?? [];
  return variant?.kind === 'variant' ? variant.name : null;
}

/** The policy set of the engine: everything that can change something. */
export function policySetOf(
  inForce: PoliciesInForce,
  canary: PoliciesInForce | null,
  pools: readonly Pick<PoolSpec, 'checkpoint'>[],
): PolicySet {
  const choices = (point: PolicyPoint): PolicyChoice[] =>
    inForce[point].filter(isActive).flatMap(({ definition, parameters, places, everywhere }) => {
      const choice = { definition, parameters, at: everywhere ? null : places };
      return point === 'preemption' ? withCheckpoints(choice, places, pools) : [choice];
    });
  const points = Object.fromEntries(POLICY_POINTS.map((point) => [point, choices(point)]));
  return {
    ...points,
    canary: canary === null ? null : policySetOf(canary, null, pools),
  } as unknown as PolicySet;
}

/** A pool's own checkpoints are also those of its preemption: there the policy gets the pool's figures. */
function withCheckpoints(
  choice: PolicyChoice,
  places: readonly number[],
  pools: readonly Pick<PoolSpec, 'checkpoint'>[],
): PolicyChoice[] {
  const own = places.filter((pool) => pools[pool]!.checkpoint !== null);
  if (own.length === 0 || choice.parameters.mode !== 'resume') return [choice];
  const others = places.filter((pool) => !own.includes(pool));
  return [
    ...own.map((pool) => {
      const { everyS, costS, restoreS } = pools[pool]!.checkpoint!;
      const figures = { checkpointInterval: everyS, checkpointCost: costS, resumeCost: restoreS };
      return { ...choice, parameters: { ...choice.parameters, ...figures }, at: [pool] };
    }),
    ...(others.length === 0 ? [] : [{ ...choice, at: others }]),
  ];
}

/** A policy as the result document lists it. */
export interface CompiledPolicyUse {
  readonly point: PolicyPoint;
  readonly policy: string;
  /** Where it holds for the tasks that a rollout picks, and differs from the others'. */
  readonly arm?: 'canary';
  /** Of a policy of the user's own: its file as the scenario names it. */
  readonly file?: string;
  /** Names of the stages, workloads or pools; empty: everywhere. */
  readonly at: string[];
  readonly parameters: Record<string, unknown>;
}

export function policyUsesOf(
  inForce: PoliciesInForce,
  canary: PoliciesInForce | null,
  scenario: Scenario,
): CompiledPolicyUse[] {
  const names = placeNames(scenario);
  const uses = (set: PoliciesInForce, point: PolicyPoint): CompiledPolicyUse[] => {
    const kind = AT_KIND[point];
    return set[point].filter(isActive).map(({ definition, parameters, places, everywhere }) => ({
      point,
      policy: definition.name,
      ...(set === canary ? { arm: 'canary' } : {}),
      ...(isUserPolicy(definition) ? { file: definition.origin.file } : {}),
      at: kind === null || everywhere ? [] : places.map((place) => names[kind][place]!),
      parameters: jsonValue(parameters) as Record<string, unknown>,
    }));
  };
  return [
    ...POLICY_POINTS.flatMap((point) => uses(inForce, point)),
    ...(canary === null ? [] : CANARY_POINTS.flatMap((point) => uses(canary, point))),
  ];
}

/** Of the user's own policies that can change something, in the order of the points. */
export const codeHashesOf = (inForce: PoliciesInForce): string[] =>
  POLICY_POINTS.flatMap((point) =>
    inForce[point].flatMap((one) =>
      isActive(one) && isUserPolicy(one.definition) ? [one.definition.origin.codeHash] : [],
    ),
  );

/** JSON has no infinity; scenarios write it `inf`. */
function jsonValue(value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonValue(inner)]));
}
