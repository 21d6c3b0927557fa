/** A few servers without an engine, for orders that choose between lanes: what they start, and when. */
import { LANE_BY_TENANT, LANE_BY_WORKLOAD, type OrderingPolicy } from '../../../src/policies/points.js';
import type { FakeTask } from '../fake-view.js';

interface Start {
  readonly task: number;
  readonly startS: number;
  /** Whether every tenant still has a task waiting once this one has started. */
  readonly allBacklogged: boolean;
}

/** A waiting task: it joins the queue at `queuedAtS` and works for `stepWorkS`. */
export interface Job extends FakeTask {
  queuedAtS: number;
  stepWorkS: number;
  tenant: number;
}

/** The heads of the lanes: of every tenant or workload, as the order wants it, the one that came first. */
function headsOf(order: OrderingPolicy, jobs: readonly FakeTask[], waiting: readonly number[]): number[] {
  const lanes = order.lanes ?? 0;
  const laneOf = ({ tenant = 0, workload = 0 }: FakeTask): number =>
    (lanes & LANE_BY_TENANT ? tenant : 0) * 100 + (lanes & LANE_BY_WORKLOAD ? workload : 0);
  const heads = new Map<number, number>();
  for (const task of waiting) {
    const lane = laneOf(jobs[task]!);
    if (!heads.has(lane)) heads.set(lane, task);
  }
  return [...heads.values()];
}

/**
 * Serves the jobs (in order of `queuedAtS`), each on one of the servers, without interruption. The rows are those of
 * the order's fake view: a job that is done has nothing left to do.
 */
export function serveOn(order: OrderingPolicy, jobs: readonly Job[], servers = 1): Start[] {
  const tenants = new Set(jobs.map(({ tenant }) => tenant)).size;
  const starts: Start[] = [];
  const waiting: number[] = [];
  const running: { readonly task: number; readonly endS: number }[] = [];
  let arrived = 0;
  let nowS = 0;
  while (starts.length < jobs.length) {
    while (arrived < jobs.length && jobs[arrived]!.queuedAtS <= nowS) waiting.push(arrived++);
    while (running.length < servers && waiting.length > 0) {
      const heads = headsOf(order, jobs, waiting);
      const task = heads[order.choose!(heads, heads.length, nowS)]!;
      waiting.splice(waiting.indexOf(task), 1);
      order.onStart!(task, 0, nowS);
      running.push({ task, endS: nowS + jobs[task]!.stepWorkS });
      const present = new Set(waiting.map((one) => jobs[one]!.tenant));
      starts.push({ task, startS: nowS, allBacklogged: present.size === tenants });
    }
    const nextArrivalS = jobs[arrived]?.queuedAtS ?? Number.POSITIVE_INFINITY;
    const nextEnd = running.reduce<(typeof running)[number] | undefined>(
      (first, one) => (first === undefined || one.endS < first.endS ? one : first),
      undefined,
    );
    if (nextEnd !== undefined && nextEnd.endS <= nextArrivalS) {
      nowS = nextEnd.endS;
      running.splice(running.indexOf(nextEnd), 1);
      jobs[nextEnd.task]!.remainingWorkS = 0;
      order.onServiceEnd?.(nextEnd.task, 0, jobs[nextEnd.task]!.stepWorkS, false, nowS);
      order.onStop!(nextEnd.task, 0, nowS);
    } else {
      nowS = nextArrivalS;
    }
  }
  return starts;
}

/** The largest difference of two tenants' service over weight, among tasks started in any stretch that all sat through. */
export function worstUnfairness(
  starts: readonly Start[],
  jobs: readonly Job[],
  weights: readonly number[],
  costOf: (job: Job) => number,
  allowed: (a: number, b: number) => number,
): number {
  let worst = Number.NEGATIVE_INFINITY;
  const last = starts.findIndex(({ allBacklogged }) => !allBacklogged);
  const backlogged = last < 0 ? starts : starts.slice(0, last + 1);
  for (let from = 0; from < backlogged.length; from++) {
    const service = weights.map(() => 0);
    for (let to = from; to < backlogged.length; to++) {
      const job = jobs[backlogged[to]!.task]!;
      service[job.tenant]! += costOf(job) / weights[job.tenant]!;
      for (let a = 0; a < weights.length; a++)
        for (let b = 0; b < a; b++)
          worst = Math.max(worst, Math.abs(service[a]! - service[b]!) - allowed(a, b));
    }
  }
  return worst;
}
