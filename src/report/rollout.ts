/**
 * The two policy sets of a rollout side by side. Both are of the same replication, with the same load and the same luck,
 * so their difference is taken in each one and its interval over the replications; a set without tasks in a replication
 * (nobody new goes there once it is decided) has nothing to say of it.
 */
import type { Estimate, ResultDocument } from '../experiment/document.js';
import { estimate } from '../experiment/estimate.js';
import { isTooFewFor } from '../experiment/tail.js';
import type { GroupMeasures, RunMeasures } from '../metrics/measures.js';
import { formatDuration, type Quantity } from './format.js';
import type { Percentile } from './tail.js';

interface ArmEstimates {
  /** Null where no replication says anything. */
  readonly base: Estimate | null;
  readonly canary: Estimate | null;
  /** Canary less base. */
  readonly difference: Estimate | null;
}

export interface ArmRow extends ArmEstimates {
  readonly label: string;
  readonly hint?: string;
  readonly quantity: Quantity;
  /** Null too where a difference has no sense. */
  readonly difference: Estimate | null;
  readonly differenceQuantity: Quantity;
  /** Of a percentile: whether it rests on too few tasks in one of the sets. */
  readonly rough: { readonly base: boolean; readonly canary: boolean };
}

/** One percentile of the latency of both sets. */
export interface TailPoint extends ArmEstimates {
  readonly percentile: string;
}

export interface RolloutComparison {
  /** The variant that is tried, where the policy in force names one. */
  readonly variant: string | null;
  /** What was decided, in words; null where nothing is known of it. */
  readonly outcome: string | null;
  readonly rows: readonly ArmRow[];
  readonly tail: readonly TailPoint[];
  /** Replications in which both sets completed tasks. */
  readonly paired: number;
}

type Arm = 'base' | 'canary';

interface Comparison {
  readonly label: string;
  readonly hint?: string;
  readonly quantity: Quantity;
  /** Undefined where the group has nothing to say. */
  readonly of: (group: GroupMeasures) => number | undefined;
  readonly percentile?: Percentile;
  /** Shown even if it is 0 in both. */
  readonly always?: boolean;
  readonly noDifference?: boolean;
}

const TAIL: readonly (readonly [string, Percentile])[] = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
];

const perArrival =
  (key: 'rejected' | 'timed_out' | 'cancelled' | 'dead_lettered' | 'failures') =>
  (group: GroupMeasures): number | undefined =>
    group.arrived === 0 ? undefined : group[key] / group.arrived;

const latency =
  (key: Percentile) =>
  ({ latency_s: { count, [key]: value } }: GroupMeasures): number | undefined =>
    count === 0 ? undefined : value;

function inTime(group: GroupMeasures): number | undefined {
  const { completed, rejected, timed_out, cancelled, dead_lettered } = group;
  const ended = completed + rejected + timed_out + cancelled + dead_lettered;
  return ended === 0 ? undefined : group.completed_in_time / ended;
}

const COMPARISONS: readonly Comparison[] = [
  {
    label: 'Arrived',
    quantity: 'count',
    of: ({ arrived }) => arrived,
    always: true,
    noDifference: true,
  },
  { label: 'p50 latency', quantity: 'duration', of: latency('p50'), percentile: 'p50', always: true },
  { label: 'p99 latency', quantity: 'duration', of: latency('p99'), percentile: 'p99', always: true },
  {
    label: 'In time',
    hint: 'Goodput: share of the tasks that ended which were completed by their deadline, or at all where they have none',
    quantity: 'fraction',
    of: inTime,
    always: true,
  },
  { label: 'Rejected', hint: 'Share of arrivals', quantity: 'fraction', of: perArrival('rejected') },
  { label: 'Timed out', hint: 'Share of arrivals', quantity: 'fraction', of: perArrival('timed_out') },
  { label: 'Cancelled', hint: 'Share of arrivals', quantity: 'fraction', of: perArrival('cancelled') },
  {
    label: 'Dead-lettered',
    hint: 'Share of arrivals, for good',
    quantity: 'fraction',
    of: perArrival('dead_lettered'),
  },
  {
    label: 'Failures a task',
    hint: 'Those tried again included',
    quantity: 'ratio',
    of: perArrival('failures'),
  },
];

const figureOf = (run: RunMeasures, arm: Arm, of: Comparison['of']): number | undefined => {
  const group = run.arms[arm];
  return group === undefined ? undefined : of(group);
};

const estimateOf = (values: readonly (number | undefined)[]): Estimate | null => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : estimate(known);
};

function compareArms(runs: readonly RunMeasures[], of: Comparison['of']): ArmEstimates {
  const base = runs.map((run) => figureOf(run, 'base', of));
  const canary = runs.map((run) => figureOf(run, 'canary', of));
  const differences = canary.map((value, index) => {
    const other = base[index];
    return value === undefined || other === undefined ? undefined : value - other;
  });
  return { base: estimateOf(base), canary: estimateOf(canary), difference: estimateOf(differences) };
}

/** Replications in which the set completed nothing have no percentile, so they are not counted. */
function isRough(runs: readonly RunMeasures[], arm: Arm, percentile: Percentile | undefined): boolean {
  const counts = runs.map(({ arms }) => arms[arm]?.latency_s.count ?? 0).filter((count) => count > 0);
  return percentile !== undefined && counts.length > 0 && isTooFewFor(percentile, estimate(counts).mean);
}

/** Null without a rollout. */
export function rolloutComparison({ runs, policies }: ResultDocument): RolloutComparison | null {
  if (runs.every(({ arms }) => arms.canary === undefined)) return null;
  const variant = policies.find(({ point }) => point === 'rollout')?.parameters.variant;
  const rows = COMPARISONS.flatMap(({ of, always, noDifference, percentile, ...shown }): ArmRow[] => {
    const { base, canary, difference } = compareArms(runs, of);
    const isNothing = (base?.mean ?? 0) === 0 && (canary?.mean ?? 0) === 0;
    if (isNothing && always !== true) return [];
    const differenceQuantity = shown.quantity === 'fraction' ? 'points' : shown.quantity;
    const paired = noDifference === true ? null : difference;
    const rough = { base: isRough(runs, 'base', percentile), canary: isRough(runs, 'canary', percentile) };
    return [{ ...shown, base, canary, difference: paired, differenceQuantity, rough }];
  });
  const hasBoth = ({ arms: { base, canary } }: RunMeasures): boolean =>
    (base?.latency_s.count ?? 0) > 0 && (canary?.latency_s.count ?? 0) > 0;
  return {
    variant: typeof variant === 'string' ? variant : null,
    outcome: outcomeOf(runs),
    rows,
    tail: TAIL.map(([percentile, key]) => ({ percentile, ...compareArms(runs, latency(key)) })),
    paired: runs.filter(hasBoth).length,
  };
}

/** `promoted in all 5 replications, after 10 min`; `of 5 replications, promoted in 4 (after 12 min on average), undecided in 1`. */
function outcomeOf(runs: readonly RunMeasures[]): string | null {
  const decisions = runs.flatMap(({ policies }) => {
    const own = Object.entries(policies).find(([name]) => name.startsWith('rollout/'))?.[1];
    const { promoted, rolled_back: rolledBack, decided_at_s: atS } = own ?? {};
    if (promoted === undefined || rolledBack === undefined || atS === undefined) return [];
    return [{ what: promoted > 0 ? 'promoted' : rolledBack > 0 ? 'rolled back' : 'undecided', atS }];
  });
  const kinds = ['promoted', 'rolled back', 'undecided']
    .map((what) => ({ what, timesS: decisions.filter((one) => one.what === what).map(({ atS }) => atS) }))
    .filter(({ timesS }) => timesS.length > 0);
  const [first] = kinds;
  if (first === undefined) return null;
  const when = ({ what, timesS }: typeof first): string => (what === 'undecided' ? '' : whenOf(timesS));
  if (kinds.length > 1) {
    const parts = kinds.map((kind) => {
      const at = when(kind);
      return `${kind.what} in ${kind.timesS.length}${at === '' ? '' : ` (${at})`}`;
    });
    return `of ${decisions.length} replications, ${parts.join(', ')}`;
  }
  const at = when(first);
  const where = decisions.length === 1 ? '' : ` in all ${decisions.length} replications`;
  return `${first.what}${where}${at === '' ? '' : `, ${at}`}`;
}

function whenOf(timesS: readonly number[]): string {
  const { mean } = estimate(timesS);
  const isAlike = timesS.every((timeS) => timeS === timesS[0]);
  return `after ${formatDuration(mean)}${isAlike ? '' : ' on average'}`;
}
