/**
 * What a plan may vary of a scenario's fleet, and what each fleet costs: numbers of nodes of pools that are fixed, and
 * for pools that a scaling policy moves the most that it may order. Prices are those of each setting, since a setting
 * may change what nodes cost or how they are paid for.
 */
import { fleetOf, fleetUsdPerHour, type PoolFleet } from '../../scenario/fleet-price.js';
import { applyOverride } from '../../scenario/override.js';
import { parseSource, type SourceDocument } from '../../scenario/source.js';
import { nearest } from '../../scenario/suggest.js';
import type { Setup } from '../run-source.js';
import { PlanError } from './plan-error.js';

export interface PlanPool {
  /** As the document names it: of the pool, with that of the group where it has several. */
  readonly name: string;
  /** In the scenario. */
  readonly pool: string;
  /** For `--set`: `pools.gpu.nodes`. */
  readonly path: string;
  readonly min: number;
  readonly max: number;
  /** As the scenario has it. */
  readonly nodes: number;
}

/** Bounds for a pool (`gpus`), a group of its nodes (`gpus.h100`), or the path of a node count. */
export interface PoolRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** Where no bounds are given: up to so many times what the scenario has, and at least so many nodes. */
const DEFAULT_FACTOR = 4;
const DEFAULT_LEAST_MAX = 8;

/** The scenario's text with the setup's assignments made. */
export function documentOf({ ref: { scenario, set } }: Setup): SourceDocument {
  return set.reduce(applyOverride, parseSource(scenario.text, scenario.name));
}

/** Every node count that may be planned, with the bounds that the scenario allows. */
function plannable(fleet: readonly PoolFleet[]): PlanPool[] {
  return fleet.flatMap(({ pool, counts, scaled }) => {
    const fixed = counts.map(({ group, path, nodes, least, most }) => ({
      name: group === null ? pool : `${pool}.${group}`,
      pool,
      path,
      min: least,
      max: most,
      nodes,
    }));
    if (scaled === null) return fixed;
    const { least, most, mostPath } = scaled;
    return [
      {
        name: pool,
        pool,
        path: mostPath,
        min: Math.max(1, least),
        max: Number.MAX_SAFE_INTEGER,
        nodes: most,
      },
    ];
  });
}

/**
 * The pools of a plan: those that are named with their bounds, or all that may be planned. Throws `PlanError` for a
 * name that is none of them, or bounds that the scenario does not allow.
 */
export function planPools(base: Setup, ranges: readonly PoolRange[] | null): PlanPool[] {
  const fleet = fleetOf(base.compiled, documentOf(base));
  const known = plannable(fleet);
  if (ranges === null)
    return known.map((pool) => ({
      ...pool,
      max: Math.min(pool.max, Math.max(DEFAULT_LEAST_MAX, DEFAULT_FACTOR * pool.nodes)),
    }));
  return ranges.map((range) => {
    const pool = known.find(({ name, path }) => name === range.name || path === range.name);
    if (pool === undefined) throw new PlanError(whyUnknown(range.name, fleet, known));
    if (range.min < pool.min || range.max > pool.max)
      throw new PlanError(
        `${range.name}: the scenario allows ${pool.min} to ${pool.max} nodes, not ${range.min}..${range.max}`,
      );
    return { ...pool, min: range.min, max: range.max };
  });
}

/** Where there is no pool to plan: why. */
export function whyNoFleet(base: Setup): string {
  const fleet = fleetOf(base.compiled, documentOf(base));
  if (fleet.length === 0) return 'there is no fleet to plan: the scenario has no pools';
  return `there is no fleet to plan: ${fleet.map(({ pool, whyNot }) => `${pool}: ${whyNot}`).join('; ')}`;
}

function whyUnknown(name: string, fleet: readonly PoolFleet[], known: readonly PlanPool[]): string {
  const listed = fleet.find((pool) => pool.pool === name);
  if (listed?.whyNot != null) return `${name} cannot be planned: ${listed.whyNot}`;
  const names = known.map((pool) => pool.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `expected ${names.join(', ')}` : `did you mean ${near}?`;
  return `there is no pool ${name} to plan: ${hint}`;
}

/** US dollars an hour with these node counts by path; of a pool that is scaled, at its most. */
export function priceOf(setup: Setup): (nodes: Readonly<Record<string, number>>) => number {
  const fleet = fleetOf(setup.compiled, documentOf(setup));
  // A policy set without scaling has no use for the bounds of a pool.
  const known = new Set(plannable(fleet).map(({ path }) => path));
  return (nodes) =>
    fleetUsdPerHour(fleet, Object.fromEntries(Object.entries(nodes).filter(([path]) => known.has(path))))
      .most;
}

/** What the scenario says for `run.load`. */
export function baseLoadOf(base: Setup): number {
  const node = documentOf(base).node(['run', 'load']);
  const load = node?.kind === 'scalar' ? Number(node.value) : 1;
  return Number.isFinite(load) && load > 0 ? load : 1;
}
