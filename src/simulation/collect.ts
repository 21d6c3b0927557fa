/** Turns the records of a finished run into its measures. */
import type { CostMeasures, GpuHours, PoolCost } from '../metrics/cost.js';
import { jainIndex } from '../metrics/fairness.js';
import { Histogram } from '../metrics/histogram.js';
import { nearestRank } from '../metrics/kept-values.js';
import type {
  GroupMeasures,
  LimitMeasures,
  PoolMeasures,
  RunMeasures,
  ServiceMeasures,
  ServingMeasures,
  StageMeasures,
  Summary,
} from '../metrics/measures.js';
import { PHASES } from '../metrics/measures.js';
import { F, N } from '../model/task-table.js';
import { activePhases } from './active-phases.js';
import { billRun } from './billing.js';
import { CellRecorder, COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import type { ServingState } from './serving.js';
import type { StageState } from './stage-state.js';
import type { PoolState, ServiceState } from './stations.js';

const HOUR_S = 3600;

export function collect(run: RunState): RunMeasures {
  noteThoseStillWaiting(run);
  const { spec, nowS } = run;
  const windowS = Math.max(0, nowS - run.warmupS);
  const tenantCount = spec.tenantNames.length;
  const phases = activePhases(
    spec,
    run.arms.map(({ policies }) => policies),
  );
  const perArm = spec.workloads.length * tenantCount;
  const uses = run.pools.map((pool) => poolUse(run, pool, windowS));
  const bill = billRun(run, windowS, uses);
  /** Of the cells of the first arm, those of the other belong as well. */
  const group = (own: readonly number[]): GroupMeasures =>
    ofCells(run.arms.flatMap((_, arm) => own.map((cell) => arm * perArm + cell)));
  const ofCells = (cells: readonly number[], cost = bill.of(cells)): GroupMeasures => {
    const merged = new CellRecorder(phases, run.serves);
    for (const cell of cells) merged.merge(run.cells[cell]!);
    const inSystem = cells.reduce((sum, cell) => sum + run.levels.mean(run.cellLevel(cell), nowS), 0);
    return groupMeasures(merged, windowS, inSystem, cost);
  };
  const workloads = spec.workloads.map((_, workload) =>
    group(spec.tenantNames.map((__, tenant) => workload * tenantCount + tenant)),
  );
  const tenants = spec.tenantNames.map((_, tenant) =>
    group(spec.workloads.map((__, workload) => workload * tenantCount + tenant)),
  );
  const total = ofCells([...run.cells.keys()], bill.total);
  const pools = run.pools.map((pool, index) =>
    poolMeasures(run, pool, windowS, uses[index]!, bill.pools[index]!),
  );
  const served = tenants.filter((tenant) => tenant.latency_s.count > 0);
  const arrived = tenants.filter((tenant) => tenant.arrived > 0);
  const sumOf = (key: Exclude<keyof PoolCost, 'billedGpuHours'>) =>
    bill.pools.reduce((sum, pool) => sum + pool[key], 0);
  return {
    window_s: windowS,
    events: run.events.popped,
    total,
    workloads: named(spec.workloads, workloads),
    tenants: Object.fromEntries(spec.tenantNames.map((name, index) => [name, tenants[index]!])),
    stages: named(
      spec.stages,
      run.stages.map((stage) => stageMeasures(run, stage, windowS)),
    ),
    pools: named(spec.pools, pools),
    serving: servingMeasures(run, pools, windowS),
    services: named(
      spec.services,
      run.services.map((service) => serviceMeasures(run, service)),
    ),
    links: run.interconnect?.linkMeasures(nowS, windowS) ?? {},
    data: run.interconnect?.dataMeasures() ?? {},
    limits: limitMeasures(run),
    arms: run.rollout === null ? {} : armMeasures(run, ofCells),
    policies: policyMeasures(run),
    deadlocks: run.deadlocks,
    stuck_tasks: run.stuckTasks,
    fairness: {
      jain_speed: jainIndex(served.map((tenant) => tenant.starvation.speed)),
      jain_completed_share: jainIndex(arrived.map((tenant) => tenant.completed / tenant.arrived)),
    },
    cost: {
      total_usd: sumOf('totalUsd'),
      idle_usd: sumOf('idleUsd'),
      wasted_usd: sumOf('wastedUsd'),
      down_usd: sumOf('downUsd'),
      starting_usd: sumOf('startingUsd'),
      reserved_usd: sumOf('reservedUsd'),
      spot_usd: sumOf('spotUsd'),
      on_demand_usd: sumOf('onDemandUsd'),
      penalty_usd: bill.penaltyUsd,
      per_completed_task_usd: bill.total.per_completed_task_usd,
      completed_value_usd: run.cells.reduce((sum, cell) => sum + cell.completedValueUsd, 0),
    },
  };
}

/** Latency of completed tasks by workload, for pooling over replications. */
export function latencyByWorkload(run: RunState): Histogram[] {
  const tenantCount = run.spec.tenantNames.length;
  const perArm = run.spec.workloads.length * tenantCount;
  return run.spec.workloads.map((_, workload) => {
    const merged = new Histogram();
    for (let tenant = 0; tenant < tenantCount; tenant++)
      for (let arm = 0; arm < run.arms.length; arm++)
        merged.merge(run.cells[arm * perArm + workload * tenantCount + tenant]!.latency);
    return merged;
  });
}

function named<T>(specs: readonly { readonly name: string }[], values: readonly T[]): { [name: string]: T } {
  return Object.fromEntries(specs.map(({ name }, index) => [name, values[index]!]));
}

/** A task that never started is the worst starved of all: its wait so far counts. */
function noteThoseStillWaiting(run: RunState): void {
  const { tasks } = run;
  tasks.forEach((task) => {
    if (!Number.isNaN(tasks.f[task + F.firstStartS]!)) return;
    const cell = run.cells[run.tasks.n[task + N.cell]!]!;
    cell.longestWaitS = Math.max(cell.longestWaitS, run.nowS - tasks.f[task + F.arrivalS]!);
  });
}

function summary(histogram: Histogram): Summary {
  return {
    count: histogram.count,
    mean: histogram.mean,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.max,
  };
}

/** The same, of values that are all at hand. */
function exactSummary(histogram: Histogram, sorted: Float64Array): Summary {
  return {
    count: histogram.count,
    mean: histogram.mean,
    p50: nearestRank(sorted, 0.5),
    p90: nearestRank(sorted, 0.9),
    p95: nearestRank(sorted, 0.95),
    p99: nearestRank(sorted, 0.99),
    p999: nearestRank(sorted, 0.999),
    max: histogram.max,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function groupMeasures(
  cell: CellRecorder,
  windowS: number,
  inSystem: number,
  cost: CostMeasures,
): GroupMeasures {
  const { counts, latency } = cell;
  const phases: GroupMeasures['phases'] = {};
  for (const [index, histogram] of cell.phases.entries())
    if (histogram !== null) phases[`${PHASES[index]!}_s`] = summary(histogram);
  const arrived = counts[COUNT.arrived]!;
  return {
    arrived,
    completed: counts[COUNT.completed]!,
    completed_in_time: counts[COUNT.completedInTime]!,
    rejected: counts[COUNT.rejected]!,
    timed_out: counts[COUNT.timedOut]!,
    cancelled: counts[COUNT.cancelled]!,
    dead_lettered: counts[COUNT.deadLettered]!,
    refusals: counts[COUNT.refusals]!,
    failures: counts[COUNT.failures]!,
    retries: counts[COUNT.retries]!,
    preemptions: counts[COUNT.preemptions]!,
    interruptions: counts[COUNT.interruptions]!,
    hedges: counts[COUNT.hedges]!,
    completed_fallback: counts[COUNT.completedFallback]!,
    escalations: counts[COUNT.escalations]!,
    deadline_drops: counts[COUNT.deadlineDrops]!,
    duplicate_side_effects: counts[COUNT.duplicateSideEffects]!,
    dead_letter_entries: counts[COUNT.deadLetterEntries]!,
    dead_letter_returns: counts[COUNT.deadLetterReturns]!,
    throughput_hz: share(counts[COUNT.completed]!, windowS),
    goodput_hz: share(counts[COUNT.completedInTime]!, windowS),
    reject_fraction: share(counts[COUNT.rejected]!, arrived),
    timeout_fraction: share(counts[COUNT.timedOut]!, arrived),
    ...(cell.firstToken === null ? {} : { ttft_s: summary(cell.firstToken) }),
    ...(cell.perToken === null ? {} : { tpot_s: summary(cell.perToken) }),
    latency_s: cell.kept.isComplete ? exactSummary(latency, cell.kept.sorted()) : summary(latency),
    phases,
    starvation: {
      longest_wait_s: cell.longestWaitS,
      waited_over_10x_service_fraction: share(cell.starved, latency.count),
      speed: share(cell.serviceSumS, latency.sum),
    },
    mean_in_system: inSystem,
    cost,
  };
}

/** What was recorded of tasks, where a visit to the stage is all there is to a task. */
function visitsOf(run: RunState, { index, recorder, visitsAreTasks }: StageState) {
  if (!visitsAreTasks) return recorder;
  const visits = { wait: new Histogram(), service: new Histogram(), sojourn: new Histogram() };
  const tenantCount = run.spec.tenantNames.length;
  for (const [workload, { steps }] of run.spec.workloads.entries()) {
    if (steps[0]!.stage !== index) continue;
    for (const cell of run.cells.slice(workload * tenantCount, (workload + 1) * tenantCount)) {
      visits.wait.merge(cell.phases[PHASE.queue]!);
      visits.service.merge(cell.phases[PHASE.work]!);
      visits.sojourn.merge(cell.latency);
    }
  }
  return visits;
}

function stageMeasures(run: RunState, stage: StageState, windowS: number): StageMeasures {
  const { recorder } = stage;
  const visits = visitsOf(run, stage);
  const waiting = stage.waitingLevel;
  const inProgress = stage.inProgressLevel;
  return {
    arrived: recorder.arrived,
    completed: recorder.completed,
    refused: recorder.refused,
    throughput_hz: share(recorder.completed, windowS),
    wait_s: summary(visits.wait),
    waited_fraction: visits.wait.positiveFraction,
    service_s: summary(visits.service),
    blocked_s: summary(recorder.blocked ?? new Histogram()),
    sojourn_s: summary(visits.sojourn),
    mean_queue_length: run.levels.mean(waiting, run.nowS),
    max_queue_length: run.levels.max(waiting, run.nowS),
    mean_in_progress: run.levels.mean(inProgress, run.nowS),
    max_in_progress: run.levels.max(inProgress, run.nowS),
  };
}

/** What a batching pool's GPUs spent on reading again what was lost. */
function recomputedGpuS(run: RunState, { serving, spec }: PoolState): number {
  if (serving === null) return 0;
  const tokens = serving.measured(run.nowS).recomputedTokens + serving.lostTokens;
  return tokens * serving.spec.replica.timing.perPrefillTokenS * spec.groups[0]!.gpusPerNode;
}

interface PoolUse extends GpuHours {
  readonly gpus: number;
  readonly capacity: number;
  /** Fractions of the capacity. */
  readonly busyFraction: number;
  readonly downFraction: number;
  readonly wastedFraction: number;
}

function poolUse(run: RunState, station: PoolState, windowS: number): PoolUse {
  const { pool } = station;
  const units = station.meanUnits(run.nowS, windowS);
  const gpus = units / pool.unitsPerGpu;
  const capacity = (gpus * windowS) / HOUR_S;
  const busyFraction = units === 0 ? 0 : run.levels.mean(station.busyLevel, run.nowS) / units;
  const downFraction = units === 0 ? 0 : station.meanDownUnits(run.nowS, windowS) / units;
  // Work begun before the warm-up's end may be found wasted after it.
  const wastedFraction = Math.min(
    busyFraction,
    share(station.wastedGpuS + recomputedGpuS(run, station), gpus * windowS),
  );
  return {
    gpus,
    capacity,
    busyFraction,
    downFraction,
    wastedFraction,
    busy: busyFraction * capacity,
    wasted: wastedFraction * capacity,
    down: downFraction * capacity,
  };
}

function poolMeasures(
  run: RunState,
  station: PoolState,
  windowS: number,
  use: PoolUse,
  cost: PoolCost,
): PoolMeasures {
  const { meters } = station.fleet;
  const { busyFraction: busy, downFraction: down, wastedFraction: wasted } = use;
  return {
    gpus: use.gpus,
    utilisation: { busy, idle: 1 - busy - down, down, wasted },
    unallocatable_gpus: run.levels.mean(station.unallocatableLevel, run.nowS) / station.pool.unitsPerGpu,
    fragmentation: share(station.fragmentedGpuS, station.freeGpuS),
    gpu_hours: use.capacity,
    busy_gpu_hours: use.busy,
    wasted_gpu_hours: use.wasted,
    mean_nodes: meters.reduce((sum, meter) => sum + meter.meanServing(run.nowS, windowS), 0),
    max_nodes: meters.reduce((sum, meter) => sum + meter.maxServing, 0),
    billed_gpu_hours: cost.billedGpuHours,
    cost_usd: cost.totalUsd,
    idle_cost_usd: cost.idleUsd,
    wasted_cost_usd: cost.wastedUsd,
    down_cost_usd: cost.downUsd,
    starting_cost_usd: cost.startingUsd,
    reserved_cost_usd: cost.reservedUsd,
    spot_cost_usd: cost.spotUsd,
    on_demand_cost_usd: cost.onDemandUsd,
  };
}

/** What the LLM servers of the batching pools did. */
function servingMeasures(
  run: RunState,
  pools: readonly PoolMeasures[],
  windowS: number,
): RunMeasures['serving'] {
  const measures: RunMeasures['serving'] = {};
  for (const [index, station] of run.pools.entries())
    if (station.serving !== null)
      measures[station.spec.name] = ofServers(run, station, station.serving, pools[index]!, windowS);
  return measures;
}

function ofServers(
  run: RunState,
  { spec, stages }: PoolState,
  serving: ServingState,
  { gpus, utilisation, cost_usd: costUsd }: PoolMeasures,
  windowS: number,
): ServingMeasures {
  const replicas = gpus / spec.groups[0]!.gpusPerNode;
  const tally = serving.measured(run.nowS);
  const promptTokens = tally.prefillTokens + tally.cachedTokens;
  const outputTokens = tally.decodedTokens + tally.firstTokens;
  const { kvTokens } = serving.spec.replica;
  const hasBound = kvTokens < Number.POSITIVE_INFINITY;
  const inProgress = stages.reduce((sum, stage) => sum + run.levels.mean(stage.inProgressLevel, run.nowS), 0);
  const busyS = utilisation.busy * replicas * windowS;
  return {
    replicas,
    requests: serving.finished,
    ttft_s: summary(serving.firstToken),
    tpot_s: summary(serving.perToken),
    request_s: summary(serving.request),
    prompt_tokens_hz: share(promptTokens, windowS),
    output_tokens_hz: share(outputTokens, windowS),
    tokens_per_gpu_hz: share(promptTokens + outputTokens, windowS * gpus),
    cached_prompt_fraction: share(tally.cachedTokens, promptTokens),
    evictions: tally.evictions,
    recomputed_tokens: tally.recomputedTokens + serving.lostTokens,
    swapped_tokens: tally.swappedTokens,
    kv_fraction: hasBound ? share(tally.kvArea, kvTokens * replicas * windowS) : 0,
    kv_peak_fraction: hasBound ? serving.kvPeakTokens / kvTokens : 0,
    mean_batch: share(inProgress * windowS, busyS),
    mean_iteration_s: share(busyS, tally.iterations),
    cost_per_million_tokens_usd: share(costUsd * 1e6, promptTokens + outputTokens),
    cost_per_million_output_tokens_usd: share(costUsd * 1e6, outputTokens),
  };
}

function serviceMeasures(run: RunState, service: ServiceState): ServiceMeasures {
  const busy = run.levels.mean(service.busyLevel, run.nowS);
  const { concurrency } = service.spec;
  return {
    calls: service.calls,
    errors: service.errors,
    error_fraction: share(service.errors, service.calls),
    mean_busy: busy,
    utilisation: concurrency === Number.POSITIVE_INFINITY ? 0 : busy / concurrency,
    mean_waiting: run.levels.mean(service.insideLevel, run.nowS),
    latency_s: summary(service.recorder),
  };
}

function limitMeasures(run: RunState): { [stage: string]: LimitMeasures } {
  const limits: { [stage: string]: LimitMeasures } = {};
  for (const stage of run.stages) {
    for (const [arm, { track }] of stage.limits.entries())
      if (track !== null)
        limits[arm === 0 ? stage.spec.name : `${stage.spec.name}/canary`] = track.measures(run.nowS);
  }
  return limits;
}

/** The policy sets of a rollout, each with its tasks. */
function armMeasures(
  run: RunState,
  ofCells: (cells: readonly number[]) => GroupMeasures,
): RunMeasures['arms'] {
  const perArm = run.spec.workloads.length * run.spec.tenantNames.length;
  const cellsOf = (arm: number) => Array.from({ length: perArm }, (_, cell) => arm * perArm + cell);
  return { base: ofCells(cellsOf(0)), canary: ofCells(cellsOf(1)) };
}

/** What the policies say of themselves. */
function policyMeasures(run: RunState): RunMeasures['policies'] {
  const measures: RunMeasures['policies'] = {};
  for (const [arm, { policies }] of run.arms.entries())
    for (const { name, policy } of policies.named) {
      const own = policy.measures?.(run.nowS);
      if (own !== undefined) measures[arm === 0 ? name : `${name}/canary`] = { ...own };
    }
  return measures;
}
