/** A checked scenario to the engine's tables: names become indices, defaults are filled in. */
import type { DistributionSpec } from '../kernel/distribution/definition.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import { createDistribution } from '../kernel/distribution/registry.js';
import {
  type ArrivalSpec,
  type Branch,
  type DisturbanceSpec,
  END,
  type HorizonSpec,
  NO_FALLBACK,
  NO_STAGE,
  type StepSpec,
  type SystemSpec,
  type WorkDemand,
  type WorkloadSpec,
} from '../model/system.js';
import type { TraceTable } from '../model/trace-table.js';
import { disturbanceOf, openArrivals } from './failures.js';
import { needsOf, poolOf } from './fleet.js';
import { fasterTrace, usersAt } from './load.js';
import { networkOf, stepNetworkOf } from './network.js';
import type { LoadedNodeLists } from './node-lists.js';
import { hasOwnWay } from './schema/network.js';
import type { PoolEntry } from './schema/pool.js';
import type { ServingEntry } from './schema/serving.js';
import { END_NAME, type REQUEST_KEYS, type StepEntry, type WorkloadEntry } from './schema/workload.js';
import type { Scenario } from './schema.js';
import { kvBytesOf } from './serving.js';
import { declaredTenants, hasTraceTenants, tenantNamesOf } from './tenants.js';
import type { LoadedTraces } from './trace-uses.js';
import { nextOf, stepNames } from './workflow.js';

/** Index of each name; a name that is missing here has slipped through the checks. */
class Indices {
  private readonly indices: ReadonlyMap<string, number>;

  constructor(
    private readonly what: string,
    names: readonly string[],
  ) {
    this.indices = new Map(names.map((name, index) => [name, index]));
  }

  of(name: string): number {
    const index = this.indices.get(name);
    if (index === undefined) throw new Error(`unchecked scenario: no ${this.what} "${name}"`);
    return index;
  }
}

export function systemOf(scenario: Scenario, traces: LoadedTraces, nodeLists: LoadedNodeLists): SystemSpec {
  const pools = new Indices('pool', Object.keys(scenario.pools));
  const services = new Indices('service', Object.keys(scenario.services));
  const stages = new Indices('stage', Object.keys(scenario.stages));
  const tenantNames = tenantNamesOf(scenario, traces);
  const tenants = new Indices('tenant', tenantNames);
  const workloads = new Indices('workload', Object.keys(scenario.workloads));
  const disturbances = scenario.disturbances.map((entry) =>
    disturbanceOf(entry, scenario, { pools, services, workloads }),
  );
  return {
    name: scenario.name,
    horizon: horizonOf(scenario),
    pools: Object.entries(scenario.pools).map(([name, pool]) =>
      poolOf(name, pool, scenario.network, nodeLists.get(name)?.order ?? null),
    ),
    services: Object.entries(scenario.services).map(([name, service]) => ({
      name,
      concurrency: service.concurrency ?? Number.POSITIVE_INFINITY,
      latency: createDistribution(service.latency),
      errorFraction: service.errorRate,
    })),
    stages: Object.entries(scenario.stages).map(([name, { pool, service, queue }]) => ({
      name,
      resource:
        pool === undefined
          ? { kind: 'service', index: services.of(service!) }
          : { kind: 'pool', index: pools.of(pool) },
      queueCapacity: queue?.capacity ?? Number.POSITIVE_INFINITY,
      whenFull: queue?.whenFull ?? 'refuse',
    })),
    tenantNames,
    workloads: Object.entries(scenario.workloads).map(([name, workload]) =>
      workloadOf(
        name,
        workload,
        scenario,
        stages,
        tenants,
        traces,
        surgesOf(disturbances, workloads.of(name)),
      ),
    ),
    network: networkOf(scenario),
    disturbances,
  };
}

function horizonOf({ run }: Scenario): HorizonSpec {
  const drain = run.drain ?? run.duration === undefined;
  return {
    durationS: run.duration ?? Number.POSITIVE_INFINITY,
    tasks: run.tasks ?? Number.POSITIVE_INFINITY,
    drainS: drain === true ? Number.POSITIVE_INFINITY : drain === false ? 0 : drain,
    warmup: run.warmup === 'auto' ? { method: 'mser-5' } : { method: 'fixed', lengthS: run.warmup },
  };
}

function workloadOf(
  name: string,
  workload: WorkloadEntry,
  scenario: Scenario,
  stages: Indices,
  tenants: Indices,
  traces: LoadedTraces,
  surges: Surges,
): WorkloadSpec {
  const arrival = arrivalOf(name, workload, scenario.run.load, tenants, traces, surges);
  const named = hasTraceTenants(workload)
    ? traces.get(name)!.table.tenantNames.map((tenant) => ({ name: tenant, weight: 1 }))
    : declaredTenants(workload);
  const hardware = traces.get(name)?.table.hardwareNames ?? [];
  const shares = cumulative(named.map(({ weight }) => weight));
  return {
    name,
    arrival,
    tenants: named.map((tenant, index) => ({ tenant: tenants.of(tenant.name), cumulative: shares[index]! })),
    users: workload.users,
    priority: workload.priority ?? 0,
    valueUsd: workload.value,
    deadlineS: workload.deadline ?? Number.POSITIVE_INFINITY,
    patience: distributionOrNull(workload.patience),
    timeout: distributionOrNull(workload.timeout),
    promptTokens: distributionOrNull(workload.promptTokens),
    outputTokens: distributionOrNull(workload.outputTokens),
    memory: distributionOrNull(workload.memory),
    fallbackStep: workload.fallback === undefined ? NO_FALLBACK : workload.workflow.length,
    fallbackValueUsd: workload.fallbackValue ?? workload.value,
    latePenaltyUsd: workload.latePenalty,
    steps: [
      ...stepsOf(workload.workflow, scenario, stages, hardware, 0),
      ...stepsOf(workload.fallback ?? [], scenario, stages, hardware, workload.workflow.length),
    ],
  };
}

type Surges = Parameters<typeof openArrivals>[3];

const surgesOf = (disturbances: readonly DisturbanceSpec[], workload: number): Surges =>
  disturbances.flatMap((disturbance, number) =>
    disturbance.kind === 'traffic' && disturbance.workload === workload ? [{ number, disturbance }] : [],
  );

const distributionOrNull = (spec: DistributionSpec | undefined): Distribution | null =>
  spec === undefined ? null : createDistribution(spec);

function arrivalOf(
  name: string,
  { arrival }: WorkloadEntry,
  load: number,
  tenants: Indices,
  traces: LoadedTraces,
  surges: Surges,
): ArrivalSpec {
  switch (arrival.kind) {
    case 'open':
      return openArrivals(name, arrival.spec, load, surges);
    case 'closed':
      return {
        kind: 'closed',
        users: usersAt(load, arrival.users),
        think: createDistribution(arrival.think),
      };
    case 'trace': {
      const loaded = traces.get(name);
      if (loaded === undefined) throw new Error(`the trace of workload "${name}" is not loaded`);
      const table = fasterTrace(loaded.table, load);
      const own = table.tenant === undefined ? [] : table.tenantNames;
      const { sample = null } = arrival.trace;
      return {
        kind: 'trace',
        table,
        sample:
          sample === null
            ? null
            : { ...sample, everyS: (sample.everyS ?? meanIntervalS(loaded.table)) / load },
        tenants: own.map((tenant) => tenants.of(tenant)),
      };
    }
  }
}

/** Between two rows; 0 where there is one. */
function meanIntervalS({ arrivalS, rows }: TraceTable): number {
  return rows < 2 ? 0 : (arrivalS[rows - 1]! - arrivalS[0]!) / (rows - 1);
}

/** @param first where the steps begin in the workload's table */
function stepsOf(
  steps: readonly StepEntry[],
  scenario: Scenario,
  stages: Indices,
  hardware: readonly string[],
  first: number,
): StepSpec[] {
  const names = stepNames(steps);
  const indices = new Indices('step', names);
  return steps.map((step, index) => ({
    // Streams are named after steps: a path of its own has draws of its own.
    name: first === 0 ? names[index]! : `fallback/${names[index]!}`,
    stage: step.stage === undefined ? NO_STAGE : stages.of(step.stage),
    work: workOf(step, poolUsedBy(step, scenario)),
    ...needsOf(step, poolUsedBy(step, scenario), hardware),
    errorFraction: step.errorRate,
    idempotent: step.idempotent,
    network: stepNetworkOf(step, scenario),
    branches: branchesOf(steps, names, index, indices, first),
  }));
}

const poolUsedBy = ({ stage }: StepEntry, { stages, pools }: Scenario) => {
  const pool = stage === undefined ? undefined : stages[stage]?.pool;
  return pool === undefined ? undefined : pools[pool];
};

function workOf({ work, delay, ...step }: StepEntry, pool: PoolEntry | undefined): WorkDemand {
  if (pool?.serving !== undefined) return requestOf(step, pool, pool.serving);
  const demand = delay ?? work;
  if (demand === undefined) return { kind: 'service' };
  if (demand === 'trace') return { kind: 'trace' };
  if ('dist' in demand)
    return { kind: 'distribution', distribution: createDistribution(demand as DistributionSpec) };
  const { base, perPromptToken, perOutputToken } = (demand as TokenWork).tokens;
  return { kind: 'tokens', baseS: base, perPromptTokenS: perPromptToken, perOutputTokenS: perOutputToken };
}

function requestOf(
  { prompt, output, context, transfer }: Pick<StepEntry, (typeof REQUEST_KEYS)[number] | 'transfer'>,
  pool: PoolEntry,
  serving: ServingEntry,
): WorkDemand {
  return {
    kind: 'request',
    promptTokens: distributionOrNull(prompt),
    outputTokens: distributionOrNull(output),
    keepsContext: context === 'kept',
    transfer:
      transfer === undefined || !hasOwnWay(transfer)
        ? null
        : {
            latencyS: transfer.latency ?? 0,
            bytesPerS: transfer.bandwidth ?? Number.POSITIVE_INFINITY,
            bytesPerToken: transfer.bandwidth === undefined ? 0 : kvBytesOf(pool, serving),
          },
  };
}

type TokenWork = Extract<StepEntry['work'], { tokens: { base: number } }>;

function branchesOf(
  steps: readonly StepEntry[],
  names: readonly string[],
  index: number,
  indices: Indices,
  first: number,
): Branch[] {
  const next = nextOf(steps, names, index);
  const sums = cumulative(next.map(({ probability }) => probability));
  return next.map(({ to }, i) => ({
    to: to === END_NAME ? END : first + indices.of(to),
    cumulative: sums[i]!,
  }));
}

/** Shares of the whole up to and including each; the last is exactly 1. */
function cumulative(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight, index) => {
    sum += weight;
    return index === weights.length - 1 ? 1 : sum / total;
  });
}
