/** What a careful reader of the results would object to, in words. */
import type { RunMeasures } from '../metrics/measures.js';
import type { CompiledScenario } from '../scenario/compile.js';
import type { EffectiveTasks, Estimate, Mapped, TraceReport } from './document.js';
import { growing, type Quarters } from './growth.js';
import type { Outcomes } from './outcomes.js';
import { tooShortForTail } from './statistics/effective-sample-size.js';
import { isTooFewFor, valuesBehind, valuesNeeded } from './tail.js';

/** With fewer completed tasks a p99 is hardly more than the maximum. */
const TASKS_FEW = 100;
/** Half of the interval over the mean, from which an interval is wide. */
const WIDE = 0.2;
/** How far an effective sample size from a few replications may be off. */
const UNSURE_FACTOR = 3;

type Estimates = Mapped<RunMeasures, Estimate>;

export function resultWarnings(
  compiled: CompiledScenario,
  estimates: Estimates,
  replications: number,
  quarters: readonly Quarters[],
): string[] {
  return [
    ...single(replications),
    ...stillGrowing(quarters),
    ...fewTasks(compiled, estimates),
    ...fewForQuantile(compiled, estimates, replications),
    ...fewForSummary(compiled, estimates, replications),
    ...wideInterval(estimates, replications),
  ];
}

/**
 * Enough tasks, but they waited together. With fewer tasks than the percentile takes, that is said already; what tasks
 * are worth is known within a factor of about three, so only a clear case is told.
 */
export function dependenceWarnings(effective: Readonly<Record<string, EffectiveTasks>>): string[] {
  return Object.entries(effective).flatMap(([name, { tasks, for_p99: worth }]) => {
    if (worth === null || tooShortForTail(tasks, null, 0.99) !== null) return [];
    const reason = tooShortForTail(tasks, Math.min(tasks, UNSURE_FACTOR * worth), 0.99);
    return reason === null
      ? []
      : [`workload ${name}: ${tooShortForTail(tasks, worth, 0.99)}; longer runs would tell more`];
  });
}

/** Rows of a trace that could not be read, and so were left out of the replay. */
export function badRowWarnings(traces: readonly TraceReport[]): string[] {
  return traces
    .filter(({ bad_rows: bad }) => bad > 0)
    .map(
      ({ workload, file, rows, bad_rows: bad, bad_row_examples: examples }) =>
        `trace ${file} of workload ${workload}: ${bad} of ${rows + bad} rows are bad and were left out (${examples.join('; ')}${bad > examples.length ? '; …' : ''})`,
    );
}

/** Nothing ends a deadlock by itself: all that comes after it is about a system that stands still in part. */
export function deadlockWarnings({ runs, deadlocks, deadlocked }: Outcomes): string[] {
  const [first] = deadlocks;
  if (first === undefined) return [];
  const { replication, at_s: atS } = first;
  return [
    `deadlock in ${deadlocked} of ${runs.length} replications (the first at ${rounded(atS)} s of replication ${replication}): tasks hold what each other waits for, until one is given up or preempted; let a full queue refuse instead of block, or make it larger`,
  ];
}

/** A deadlock is told as such; otherwise nothing that is left ever fits, or comes back. */
export function stuckWarnings({ runs, deadlocked }: Outcomes): string[] {
  const stuck = runs.filter(({ stuck_tasks: tasks }) => tasks > 0);
  if (stuck.length === 0 || deadlocked > 0) return [];
  const mean = stuck.reduce((sum, { stuck_tasks: tasks }) => sum + tasks, 0) / stuck.length;
  return [
    `${stuck.length} of ${runs.length} replications ended with tasks (${rounded(mean)} on average) that nothing could ever move: what they wait for is never free; \`run --record\` and \`explain\` tell what that is`,
  ];
}

function single(replications: number): string[] {
  return replications === 1
    ? ['one replication only: nothing says how much of this is chance; run at least 5 for intervals']
    : [];
}

function stillGrowing(quarters: readonly Quarters[]): string[] {
  const growth = growing(quarters);
  if (growth === null) return [];
  const [first, second] = [growth.first, growth.second].map((value) => Number(value.toPrecision(3)));
  return [
    `the number of tasks in the system was still growing at the end (on average ${first} in the first half of the measured time, ${second} in the second): the results depend on the length of the run`,
  ];
}

/** Runs bounded by time are warned of when they are compiled, from the load that they are offered. */
function fewTasks({ system }: CompiledScenario, estimates: Estimates): string[] {
  const bounded = system.horizon.durationS < Number.POSITIVE_INFINITY;
  return Object.entries(estimates.workloads).flatMap(([name, { arrived, completed }]) => {
    if (completed.mean >= TASKS_FEW || (bounded && arrived.mean < TASKS_FEW)) return [];
    return [
      `workload ${name} completed only ${rounded(completed.mean)} of ${rounded(arrived.mean)} tasks in a run: its p99 says little`,
    ];
  });
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

function fewForQuantile({ slos }: CompiledScenario, estimates: Estimates, replications: number): string[] {
  return slos.flatMap(({ name, metric, path }) => {
    const percentile = path.at(-1)!;
    const count = valuesBehind(estimates, metric, replications);
    if (count === undefined || !isTooFewFor(percentile, count)) return [];
    return [
      `SLO "${name}": its ${percentile} rests on ${rounded(count)} values; below ${valuesNeeded(percentile)} it is mostly chance; make the run longer`,
    ];
  });
}

/** What every summary shows: the p99 of each workload's latency. Fewer tasks still are told above; an SLO's own too. */
function fewForSummary({ slos }: CompiledScenario, estimates: Estimates, replications: number): string[] {
  const asked = new Set(slos.map(({ metric }) => metric));
  const few = Object.entries(estimates.workloads).flatMap(([name, { completed }]) => {
    const metric = `workloads.${name}.latency_s.p99`;
    const values = valuesBehind(estimates, metric, replications) ?? 0;
    const isTold = completed.mean < TASKS_FEW || asked.has(metric);
    return isTold || !isTooFewFor('p99', values) ? [] : [{ name, values }];
  });
  if (few.length === 0) return [];
  const told = few.map(({ name, values }) => `${name} (${rounded(values)})`);
  return [
    `too few tasks for a p99 of ${few.length === 1 ? 'workload' : 'the workloads'} ${told.join(', ')}: below ${valuesNeeded('p99')} it is mostly chance; make the run longer`,
  ];
}

/** The widest of the workloads' p99: one word about it is enough. */
function wideInterval(estimates: Estimates, replications: number): string[] {
  let widest: { readonly name: string; readonly half: number } | undefined;
  for (const [name, { latency_s }] of Object.entries(estimates.workloads)) {
    const { mean, ci_high: high } = latency_s.p99;
    if (high === null || mean === 0) continue;
    const half = (high - mean) / mean;
    if (half > WIDE && half > (widest?.half ?? 0)) widest = { name, half };
  }
  if (widest === undefined) return [];
  return [
    `the interval of workload ${widest.name}'s p99 latency is wide (±${Math.round(widest.half * 100)}% from ${replications} replications): more or longer ones would narrow it`,
  ];
}
