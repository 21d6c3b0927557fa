/** What the ledger knows of a fleet, as the document says it. */
import type { Estimate } from '../document.js';
import { estimate } from '../estimate.js';
import type { PlanCandidate, PlanSlo, PlanStatus } from './document.js';
import { isImpossible, type SloTarget } from './evaluator.js';
import { slackOf, spreadOf } from './judge.js';
import type { Entry, Ledger } from './ledger.js';

/** Names of the pools, in the order of the space. */
export type PoolNames = readonly string[];

export const byPool = <Value>(pools: PoolNames, value: (pool: number) => Value): { [pool: string]: Value } =>
  Object.fromEntries(pools.map((name, pool) => [name, value(pool)]));

/** Estimates of every SLO; empty where the scenario cannot run so. */
export function slosOf(slos: readonly SloTarget[], { answer, replications }: Entry): PlanSlo[] {
  if (isImpossible(answer)) return [];
  return slos.map((slo, index) => {
    const { name, metric, comparison, threshold } = slo;
    const values = answer.slos[index]!.slice(0, replications);
    const slack_fraction = slackOf(slo, spreadOf(values).mean);
    return { name, metric, comparison, threshold, estimate: estimate(values), slack_fraction };
  });
}

/** The SLO with the least slack; the first of equals. */
export function bindingOf(slos: readonly PlanSlo[]): PlanSlo | null {
  let least: PlanSlo | null = null;
  for (const slo of slos) if (least === null || slo.slack_fraction < least.slack_fraction) least = slo;
  return least;
}

/** What follows from other fleets counts too; what is left open counts as not shown. */
export function statusOf(ledger: Ledger, entry: Entry): PlanStatus {
  return entry.status ?? (ledger.isFailed(entry.question) ? 'missed' : 'not-shown');
}

/** Names of the SLOs that fail, the worst first. */
export const failingOf = (slos: readonly SloTarget[], { judgement }: Entry): string[] =>
  judgement.failing.map((index) => slos[index]!.name);

export function candidateOf(
  ledger: Ledger,
  entry: Entry,
  pools: PoolNames,
  costUsdPerHour: number,
): PlanCandidate {
  const { question, answer, replications } = entry;
  return {
    nodes: byPool(pools, (pool) => question.nodes[pool]!),
    setting: question.setting,
    cost_usd_per_hour: costUsdPerHour,
    status: statusOf(ledger, entry),
    replications: isImpossible(answer) ? 0 : replications,
    slos: slosOf(ledger.evaluator.slos, entry),
    p99_s: isImpossible(answer) ? null : estimate(answer.p99S),
    on_frontier: false,
  };
}

/** Cheapest first; on the frontier is whom nothing at the same cost or less undercuts. */
export function withFrontier(candidates: readonly PlanCandidate[]): PlanCandidate[] {
  const sorted = [...candidates].sort(
    (a, b) => a.cost_usd_per_hour - b.cost_usd_per_hour || p99Of(a) - p99Of(b) || a.setting - b.setting,
  );
  let least = Number.POSITIVE_INFINITY;
  return sorted.map((candidate) => {
    const p99 = p99Of(candidate);
    const onFrontier = p99 < least;
    least = Math.min(least, p99);
    return { ...candidate, on_frontier: onFrontier };
  });
}

const p99Of = ({ p99_s }: PlanCandidate): number => p99_s?.mean ?? Number.POSITIVE_INFINITY;

/** How far the mean is beyond the threshold, with its interval. */
export function missedBy({ comparison, threshold, estimate: { mean, ci_low, ci_high } }: PlanSlo): Estimate {
  const beyond = (value: number) => (comparison === 'at_most' ? value - threshold : threshold - value);
  const ends = [ci_low, ci_high].map((end) => (end === null ? null : beyond(end)));
  const [low, high] = comparison === 'at_most' ? ends : [ends[1], ends[0]];
  return { mean: beyond(mean), ci_low: low ?? null, ci_high: high ?? null };
}
