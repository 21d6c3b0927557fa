/** A system view made of plain rows, so that a policy can be tested without an engine. */
import type { DemandView } from '../../src/policies/points.js';
import type { SystemView, TaskView } from '../../src/policies/view.js';

/** `isIdempotent: 0` makes the step one that must not be done twice. */
export type FakeTask = Partial<Record<keyof TaskView, number>>;

export interface FakeSystem {
  readonly tasks?: readonly FakeTask[];
  readonly stages?: readonly string[];
  readonly workloads?: readonly string[];
  readonly tenants?: readonly string[];
  /** Waiting tasks by stage. */
  readonly queued?: readonly number[];
  /** First stage by workload. */
  readonly entry?: readonly number[];
  /** Tasks in progress by stage. */
  readonly busy?: readonly number[];
  /** Numbers of the waiting tasks by stage. */
  readonly waiting?: readonly (readonly number[])[];
  /** Stages of each workload's steps; by default the entry stage alone. */
  readonly route?: readonly (readonly number[])[];
  /** What a task's way will take; by default not known. */
  readonly tracedDemand?: DemandView;
  readonly throughputs?: readonly (readonly number[])[];
  readonly throughput?: (task: number, group: number) => number;
  readonly aheadS?: (task: number, inGpuTime: boolean) => number;
  /** Pool by stage (-1: a service); by default every stage has pool 0. */
  readonly poolOf?: readonly number[];
  readonly pools?: readonly {
    readonly name: string;
    readonly units: number;
    readonly taken?: number;
    readonly speed?: number;
    readonly memoryBytes?: number;
    readonly memoryTakenBytes?: number;
  }[];
}

/** What a row leaves out is 0, or what a task without that feature has. */
export function fakeView(system: FakeSystem = {}): SystemView {
  const rows = system.tasks ?? [];
  const column = (name: keyof TaskView, missing: (row: number) => number) => (row: number) =>
    rows[row]![name] ?? missing(row);
  const tasks: TaskView = {
    serial: column('serial', (row) => row),
    workload: column('workload', () => 0),
    tenant: column('tenant', () => 0),
    user: column('user', () => 0),
    priority: column('priority', () => 0),
    valueUsd: column('valueUsd', () => 0),
    arrivalS: column('arrivalS', () => 0),
    deadlineS: column('deadlineS', () => Number.POSITIVE_INFINITY),
    queuedAtS: column('queuedAtS', () => 0),
    startedAtS: column('startedAtS', () => 0),
    sentAtS: column('sentAtS', (row) => rows[row]!.arrivalS ?? 0),
    sent: column('sent', () => 1),
    stepWorkS: column('stepWorkS', (row) => rows[row]!.remainingWorkS ?? 1),
    memoryBytes: column('memoryBytes', () => 0),
    preemptions: column('preemptions', () => 0),
    isIdempotent: (row) => rows[row]!.isIdempotent !== 0,
    arm: column('arm', () => 0),
    stage: column('stage', () => 0),
    remainingWorkS: column('remainingWorkS', () => 1),
    gpus: column('gpus', () => 1),
    promptTokens: column('promptTokens', () => 0),
    outputTokens: column('outputTokens', () => 0),
    stepPromptTokens: column('stepPromptTokens', () => 0),
    stepOutputTokens: column('stepOutputTokens', () => 0),
    attempt: column('attempt', () => 1),
  };
  const pools = system.pools ?? [{ name: 'gpu', units: 1 }];
  const poolOf = (stage: number) => system.poolOf?.[stage] ?? 0;
  const entryStage = (workload: number) => system.entry?.[workload] ?? 0;
  return {
    tasks,
    stageNames: system.stages ?? ['model'],
    workloadNames: system.workloads ?? ['chat'],
    tenantNames: system.tenants ?? ['acme'],
    poolNames: pools.map(({ name }) => name),
    queueLength: (stage) => system.queued?.[stage] ?? system.waiting?.[stage]?.length ?? 0,
    inProgress: (stage) => system.busy?.[stage] ?? 0,
    forEachWaiting: (stage, visit) => system.waiting?.[stage]?.forEach(visit),
    entryStage,
    stagesOf: (workload) => system.route?.[workload] ?? [entryStage(workload)],
    poolOf,
    servers: (stage) => pools[poolOf(stage)]?.units ?? Number.POSITIVE_INFINITY,
    poolUnits: (pool) => pools[pool]!.units,
    poolUnitsTaken: (pool) => pools[pool]!.taken ?? 0,
    poolSpeed: (pool) => pools[pool]!.speed ?? 1,
    poolThroughputs: () => system.throughputs ?? [[1]],
    throughput: (task, group) => system.throughput?.(task, group) ?? 1,
    tracedDemand: () => system.tracedDemand ?? null,
    poolMemoryBytes: (pool) => pools[pool]!.memoryBytes ?? Number.POSITIVE_INFINITY,
    poolMemoryTakenBytes: (pool) => pools[pool]!.memoryTakenBytes ?? 0,
    serviceAheadS: (task, inGpuTime) => system.aheadS?.(task, inGpuTime) ?? Number.NaN,
    servedS: (task, nowS) => nowS - tasks.startedAtS(task),
    remainingNowS: (task) => tasks.remainingWorkS(task),
  };
}
