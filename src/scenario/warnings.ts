/** What is possible but probably not meant: overload, runs too short, parts that nothing uses. */
import type { Distribution } from '../kernel/distribution/distribution.js';
import { StreamFactory } from '../kernel/random/streams.js';
import {
  END,
  gpusOf,
  NO_STAGE,
  nodesOf,
  type PoolSpec,
  type StepSpec,
  type SystemSpec,
  type WorkloadSpec,
} from '../model/system.js';
import { ThroughputCurve } from '../model/throughput-curve.js';
import { gpusOfRow, meanTracedGpus } from '../model/trace-table.js';
import { type Need, POLICY_POINTS } from '../policies/definition.js';
import { AT_KIND } from '../policies/policy-set.js';
import { checkpointHints } from './checkpoint-hints.js';
import { isActive, type PoliciesInForce } from './policy-choices.js';
import { pathText } from './problem.js';
import type { Scenario } from './schema.js';
import { leastReplicaS } from './serving.js';
import { reachability, stepNames, waysOf } from './workflow.js';

/** With fewer tasks in the window than this, a p99 is hardly more than the maximum. */
const TASKS_FEW = 100;

export function warningsOf(scenario: Scenario, system: SystemSpec, inForce: PoliciesInForce): string[] {
  return [
    ...overloads(system),
    ...shortRuns(system),
    ...checkpointHints(system, inForce, (workload, step) =>
      meanWorkS(system, workload, workload.steps[step]!),
    ),
    ...unreachableSteps(scenario),
    ...unused(scenario, system),
    ...shadowed(inForce),
    ...idle(scenario, inForce),
    ...unscaled(scenario, inForce),
  ];
}

/** Tasks per second in the long run; undefined for a closed loop, whose rate follows from the system. */
function offeredRateHz({ arrival }: WorkloadSpec): number | undefined {
  switch (arrival.kind) {
    case 'open':
      return arrival.create(new StreamFactory('mean rate')).meanRateHz;
    case 'closed':
      return undefined;
    case 'trace': {
      const spanS = arrival.table.arrivalS.at(-1)! - arrival.table.arrivalS[0]!;
      return spanS > 0 ? (arrival.table.rows - 1) / spanS : undefined;
    }
  }
}

/** Sweeps over a workflow; each adds what takes one step more, so loops left with this much to go are exact enough. */
const SWEEPS_MAX = 10_000;
const MASS_LEFT = 1e-9;

/** Mean number of visits to each step, retries left out. */
export function meanVisits(steps: readonly StepSpec[]): number[] {
  const visits = steps.map(() => 0);
  let mass: number[] = steps.map((_, index) => (index === 0 ? 1 : 0));
  for (let sweep = 0; sweep < SWEEPS_MAX && mass.some((share) => share > MASS_LEFT); sweep++) {
    const ahead = steps.map(() => 0);
    for (const [index, { branches }] of steps.entries()) {
      visits[index]! += mass[index]!;
      let before = 0;
      for (const { to, cumulative } of branches) {
        if (to !== END) ahead[to]! += mass[index]! * (cumulative - before);
        before = cumulative;
      }
    }
    mass = ahead;
  }
  return visits;
}

/** Columns may have millions of rows, so without a copy. */
function meanOf(column: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < column.length; row++) sum += column[row]!;
  return sum / column.length;
}

/** Mean work of one visit, at speed 1. */
const meanWorkS = (system: SystemSpec, workload: WorkloadSpec, step: StepSpec): number =>
  meanDemand(system, workload, { ...step, units: 1 });
const meanTokens = (drawn: Distribution | null, column: ArrayLike<number> | undefined): number =>
  drawn?.mean ?? (column === undefined ? 0 : meanOf(column));

/** Mean of work times units: what one visit takes from its resource, unit-seconds at speed 1. */
function meanDemand(system: SystemSpec, workload: WorkloadSpec, step: StepSpec): number {
  const table = workload.arrival.kind === 'trace' ? workload.arrival.table : undefined;
  const units = step.units === 'trace' ? meanTracedGpus(table!) : step.units;
  const { work } = step;
  switch (work.kind) {
    case 'request':
      return leastReplicaS(
        system.pools[system.stages[step.stage]!.resource.index]!.serving!,
        meanTokens(work.promptTokens ?? workload.promptTokens, table?.promptTokens),
        meanTokens(work.outputTokens ?? workload.outputTokens, table?.outputTokens),
      );
    case 'distribution':
      return work.distribution.mean * units;
    case 'service':
      return system.services[system.stages[step.stage]!.resource.index]!.latency.mean;
    case 'tokens': {
      const prompt =
        table?.promptTokens === undefined ? workload.promptTokens?.mean : meanOf(table.promptTokens);
      const output =
        table?.outputTokens === undefined ? workload.outputTokens?.mean : meanOf(table.outputTokens);
      return (
        (work.baseS + work.perPromptTokenS * (prompt ?? 0) + work.perOutputTokenS * (output ?? 0)) * units
      );
    }
    case 'trace': {
      const workS = table!.workS!;
      if (step.units !== 'trace') return meanOf(workS) * units;
      return meanOf(workS.map((timeS, row) => timeS * gpusOfRow(table!, row)));
    }
  }
}

function overloads(system: SystemSpec): string[] {
  const pools = system.pools.map(() => 0);
  const services = system.services.map(() => 0);
  for (const workload of system.workloads) {
    const rateHz = offeredRateHz(workload);
    if (rateHz === undefined) continue;
    const visits = meanVisits(workload.steps);
    for (const [index, step] of workload.steps.entries()) {
      if (step.stage === NO_STAGE || visits[index] === 0) continue;
      const { kind, index: resource } = system.stages[step.stage]!.resource;
      const demand = rateHz * visits[index]! * meanDemand(system, workload, step);
      if (kind === 'pool') pools[resource]! += demand / meanSpeed(system.pools[resource]!);
      else services[resource]! += demand;
    }
  }
  const told = (what: string, name: string, offered: number, capacity: number, unit: string): string[] => {
    if (!(offered > capacity)) return [];
    const load = Number.isFinite(offered)
      ? `${(offered / capacity).toFixed(2)} of what it has`
      : 'without bound';
    return [
      `${what} ${name} is offered more than it can do: the load is ${load} (${capacity} ${unit}); queues will grow as long as tasks arrive, unless they are refused or give up`,
    ];
  };
  return [
    ...system.pools.flatMap((pool, index) => {
      const { name, mode, slotsPerGpu, sharing } = pool;
      const gpus = gpusMax(pool);
      if (mode === 'batching')
        return told('pool', name, pools[index]!, pool.scaling?.maxNodes ?? nodesOf(pool), 'replicas at best');
      if (sharing !== null) {
        const most = new ThroughputCurve(sharing, 1).peak(slotsPerGpu);
        return told('pool', name, pools[index]!, gpus * most, 'seconds of work a second at best');
      }
      return mode === 'slots'
        ? told('pool', name, pools[index]!, gpus * slotsPerGpu, 'slots')
        : told('pool', name, pools[index]!, gpus, 'GPUs');
    }),
    ...system.services.flatMap(({ name, concurrency }, index) =>
      told('service', name, services[index]!, concurrency, 'calls at a time'),
    ),
  ];
}

/** With all the nodes that there may be. */
function gpusMax(pool: PoolSpec): number {
  const { scaling, groups } = pool;
  if (scaling === null) return gpusOf(pool);
  return gpusOf(pool) + (scaling.maxNodes - nodesOf(pool)) * groups[scaling.group]!.gpusPerNode;
}

/** Of its GPUs. */
function meanSpeed(pool: PoolSpec): number {
  const sum = pool.groups.reduce((s, { nodes, gpusPerNode, speed }) => s + nodes * gpusPerNode * speed, 0);
  return sum / gpusOf(pool);
}

function shortRuns({ horizon, workloads }: SystemSpec): string[] {
  const { durationS, warmup } = horizon;
  if (durationS === Number.POSITIVE_INFINITY) return [];
  const windowS = durationS - (warmup.method === 'fixed' ? warmup.lengthS : 0);
  return workloads.flatMap((workload) => {
    const rateHz = offeredRateHz(workload);
    const tasks = rateHz === undefined ? Number.POSITIVE_INFINITY : rateHz * windowS;
    if (tasks >= TASKS_FEW) return [];
    return [
      `workload ${workload.name} sends only about ${Number(tasks.toPrecision(2))} tasks in the measured time of a run: its p99 says little; make \`run.duration\` longer`,
    ];
  });
}

function unreachableSteps(scenario: Scenario): string[] {
  return Object.entries(scenario.workloads).flatMap(([workload, entry]) =>
    waysOf(entry).flatMap(({ steps }) => {
      const names = stepNames(steps);
      const { reached } = reachability(steps, names);
      return names
        .filter((_, index) => !reached[index])
        .map((name) => `step ${name} of workload ${workload} is never reached`);
    }),
  );
}

function unused(scenario: Scenario, system: SystemSpec): string[] {
  const steps = Object.values(scenario.workloads)
    .flatMap(waysOf)
    .flatMap((way) => way.steps);
  const stagesUsed = new Set(steps.map((step) => step.stage));
  const resources = new Set(system.stages.map(({ resource }) => `${resource.kind}/${resource.index}`));
  const idle = (kind: 'pool' | 'service', names: readonly string[]) =>
    names
      .filter((_, index) => !resources.has(`${kind}/${index}`))
      .map((name) => `${kind} ${name} has no stage, so nothing uses it`);
  return [
    ...Object.keys(scenario.stages)
      .filter((stage) => !stagesUsed.has(stage))
      .map((stage) => `stage ${stage} is in no workflow`),
    ...idle('pool', Object.keys(scenario.pools)),
    ...idle('service', Object.keys(scenario.services)),
  ];
}

/** WIP limits and rollouts have no places: nothing before them covers any. */
const NEED_WORDS: Readonly<Record<Need, string>> = {
  deadline: 'a `deadline`',
  fallback: 'a `fallback` path',
  memory: '`memory`',
};

/** Policies that go by what none of the workloads concerned has. */
function idle(scenario: Scenario, inForce: PoliciesInForce): string[] {
  const workloads = Object.values(scenario.workloads);
  return POLICY_POINTS.flatMap((point) =>
    inForce[point].flatMap(({ definition, parameters, places, path }) => {
      // What is nowhere in force is told above.
      if (AT_KIND[point] !== null && places.length === 0) return [];
      const concerned = AT_KIND[point] === 'workload' ? places.map((place) => workloads[place]!) : workloads;
      if (concerned.length === 0) return [];
      return (definition.needs?.(parameters) ?? [])
        .filter((need) => concerned.every((workload) => workload[need] === undefined))
        .map(
          (need) =>
            `${pathText(path ?? [point])} (${definition.name}) can do nothing: no workload that it concerns has ${NEED_WORDS[need]}`,
        );
    }),
  );
}

/** Scaling takes both: a policy that says when, and a pool that says how far. */
function unscaled(scenario: Scenario, inForce: PoliciesInForce): string[] {
  const pools = Object.entries(scenario.pools);
  const policies = inForce.scaling.filter(isActive);
  // One that says `none` of it is not surprised.
  const settled = new Set(inForce.scaling.flatMap(({ places }) => places));
  return [
    ...policies
      .filter(({ places }) => places.every((place) => pools[place]![1].scaling === undefined))
      .map(
        ({ definition, path }) =>
          `${pathText(path ?? ['scaling'])} (${definition.name}) can do nothing: no pool that it concerns has \`scaling\``,
      ),
    ...pools
      .filter(([, pool], index) => pool.scaling !== undefined && !settled.has(index))
      .map(([name]) => `pool ${name} has \`scaling\`, but no scaling policy: its number of nodes is fixed`),
  ];
}

function shadowed(inForce: PoliciesInForce): string[] {
  return POLICY_POINTS.filter((point) => AT_KIND[point] !== null).flatMap((point) =>
    inForce[point]
      .filter(({ places }) => places.length === 0)
      .map(
        ({ definition, path }) =>
          `${pathText(path ?? [point])} (${definition.name}) is never in force: those before it cover every place`,
      ),
  );
}
