/** That a run ends, measures something, and that time goes on in it. */

import { createArrivals } from '../../kernel/arrival/registry.js';
import type { DistributionSpec } from '../../kernel/distribution/definition.js';
import { createDistribution } from '../../kernel/distribution/registry.js';
import { StreamFactory } from '../../kernel/random/streams.js';
import { meanTracedGpus } from '../../model/trace-table.js';
import { usersAt } from '../load.js';
import type { PoliciesInForce } from '../policy-choices.js';
import { isActive } from '../policy-choices.js';
import { CLOSED_USERS_MAX } from '../schema/arrival.js';
import type { WorkloadEntry } from '../schema/workload.js';
import type { CheckContext } from './context.js';

export function checkHorizon(context: CheckContext): void {
  const { run, workloads } = context.scenario;
  const endless = Object.entries(workloads).filter(([, workload]) => !endsByItself(workload));
  if (run.duration === undefined && run.tasks === undefined && endless.length > 0)
    context.problem(
      ['run'],
      `the run would never end: workload \`${endless[0]![0]}\` sends tasks for ever; add \`duration\` or \`tasks\``,
    );
  checkNumbers(context);
  if (typeof run.warmup !== 'number' || run.warmup === 0) return;
  if (run.duration !== undefined && run.warmup >= run.duration)
    context.problem(
      ['run', 'warmup'],
      `the warm-up (${run.warmup} s) must be shorter than the duration (${run.duration} s)`,
    );
  const lastS = endless.length === 0 ? lastArrivalS(context) : undefined;
  if (run.duration === undefined && lastS !== undefined && run.warmup >= lastS)
    context.problem(
      ['run', 'warmup'],
      `the warm-up (${run.warmup} s) must end before the last arrival of the trace (${lastS} s)`,
    );
}

/** More have no end that anybody would live to see; the limit of `run.tasks` as well. */
const TASKS_MAX = 1e12;

function checkNumbers(context: CheckContext): void {
  const { run, workloads } = context.scenario;
  const { duration: runS = Number.POSITIVE_INFINITY, tasks: most = Number.POSITIVE_INFINITY } = run;
  for (const [name, { arrival }] of Object.entries(workloads)) {
    const path = ['workloads', name, 'arrival'];
    if (arrival.kind === 'open') {
      const { meanRateHz } = createArrivals(arrival.spec, new StreamFactory('mean rate'), name, run.load);
      const tasks = runS * meanRateHz;
      if (tasks > TASKS_MAX && tasks < Number.POSITIVE_INFINITY && most > TASKS_MAX)
        context.problem(
          path,
          `the workload would send about ${Number(tasks.toPrecision(2))} tasks in a run; at most ${TASKS_MAX} are supported`,
        );
      continue;
    }
    if (arrival.kind === 'closed' && usersAt(run.load, arrival.users) > CLOSED_USERS_MAX)
      context.problem(
        [...path, 'users'],
        `at \`run.load\` ${run.load} the workload would have ${usersAt(run.load, arrival.users)} users; at most ${CLOSED_USERS_MAX} are supported`,
      );
    const table = context.traces?.get(name)?.table;
    if (arrival.kind !== 'trace' || arrival.trace.sample === undefined || table === undefined) continue;
    const { rows, gpus, everyS } = arrival.trace.sample;
    const tasks = Math.min(
      rows,
      gpus / meanTracedGpus(table),
      everyS === null ? rows : (runS * run.load) / everyS,
      most,
    );
    if (tasks > TASKS_MAX)
      context.problem(
        [...path, 'trace', 'sample'],
        tasks === Number.POSITIVE_INFINITY
          ? 'no row of the trace needs a GPU, so drawing until they need so many would never end; say how many `rows`'
          : `about ${Number(tasks.toPrecision(2))} rows would be drawn; at most ${TASKS_MAX} are supported`,
      );
  }
}

function endsByItself({ arrival }: WorkloadEntry): boolean {
  if (arrival.kind === 'open') return arrival.spec.stop !== undefined;
  return arrival.kind === 'trace';
}

/** Undefined where not every workload is a trace that has been read. */
function lastArrivalS({ scenario, traces }: CheckContext): number | undefined {
  const last = Object.keys(scenario.workloads).map((name) => traces?.get(name)?.table.arrivalS.at(-1));
  if (last.some((timeS) => timeS === undefined)) return undefined;
  return Math.max(...(last as number[])) / scenario.run.load;
}

/** A closed loop that never waits anywhere sends tasks without end while the clock stands still. */
export function checkClosedLoops(context: CheckContext, inForce: PoliciesInForce): void {
  const { stages, workloads, services } = context.scenario;
  for (const [index, [name, { arrival, workflow }]] of Object.entries(workloads).entries()) {
    if (arrival.kind !== 'closed' || !isAlwaysZero(arrival.think)) continue;
    const path = ['workloads', name, 'arrival', 'think'];
    const takesTime = workflow.some(({ work, stage, delay }) => {
      const service = stage === undefined ? undefined : stages[stage]?.service;
      const demand = delay ?? work ?? (service === undefined ? undefined : services[service]?.latency);
      if (demand === undefined || demand === 'trace') return true;
      return !('dist' in demand) || !isAlwaysZero(demand as DistributionSpec);
    });
    if (!takesTime)
      context.problem(
        path,
        'the users neither think nor does their work take time: the clock would stand still',
      );
    const refusing = inForce.admission.find((policy) => isActive(policy) && policy.places.includes(index));
    const full = workflow.find(({ stage }) => {
      const queue = stage === undefined ? undefined : stages[stage]?.queue;
      return queue?.capacity !== undefined && queue.whenFull === 'refuse';
    });
    const refuses =
      refusing !== undefined
        ? `admission \`${refusing.definition.name}\``
        : full !== undefined
          ? `the full queue of stage \`${full.stage}\``
          : undefined;
    if (takesTime && refuses !== undefined)
      context.problem(
        path,
        `users who do not think send again at once when ${refuses} refuses them, for ever at the same instant; give them a time to think`,
      );
  }
}

const isAlwaysZero = (spec: DistributionSpec): boolean => createDistribution(spec).quantile(1) === 0;
