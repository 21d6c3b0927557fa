/**
 * Everything that changes during one run, in one place. The modules beside it are functions on it: each handles one
 * part of a task's way through the system.
 */

import type { ArrivalProcess } from '../kernel/arrival/arrival-process.js';
import { EventList } from '../kernel/event-list.js';
import type { KeyedRandom } from '../kernel/random/keyed.js';
import { StreamFactory } from '../kernel/random/streams.js';
import { Histogram } from '../metrics/histogram.js';
import { Levels } from '../metrics/levels.js';
import {
  NO_FALLBACK,
  NO_STAGE,
  type StageSpec,
  type SystemSpec,
  type WorkloadSpec,
} from '../model/system.js';
import { N, TaskTable } from '../model/task-table.js';
import type { RolloutPolicy } from '../policies/points.js';
import type { PolicySet } from '../policies/policy-set.js';
import type { SystemView } from '../policies/view.js';
import { activePhases } from './active-phases.js';
import type { DecisionSink } from './decisions.js';
import { mayStart } from './dispatch.js';
import { serviceAheadS } from './draws.js';
import { isExpress, visitsAreTasks } from './express.js';
import { PresentFailure } from './flow.js';
import { History } from './history.js';
import { type Observers, observersOf } from './observers.js';
import { instantiate, type PoliciesInForce } from './policies-in-force.js';
import { PolicyCalls, runtimeOf } from './policy-runtime.js';
import { remainingNowS } from './progress.js';
import { CellRecorder, PHASE } from './recorder.js';
import { SeriesRecorder } from './series-recorder.js';
import { PoolState, ServiceState, StageState } from './stations.js';
import { type StepState, stepTable } from './step-state.js';

/** Kinds of events; the subject is a task's task unless said otherwise. */
export const Event = {
  /** The next arrival of a workload (subject). */
  arrival: 0,
  /** A closed loop's user (subject) ends thinking. */
  think: 1,
  /** Work on a pool, or a delay, ends. */
  stepDone: 2,
  /** A service answers. */
  callDone: 3,
  /** An admission wait is over. */
  admissionOver: 4,
  patienceOver: 5,
  timeoutOver: 6,
  backoffOver: 7,
  checkpointDone: 8,
  resumeDone: 9,
  /** A bin of the time series ends. */
  tick: 10,
  warmupOver: 11,
  /** Arrivals stop. */
  stop: 12,
  /** The run ends although tasks are left. */
  end: 13,
  /** A disturbance (subject) begins and ends. */
  disturb: 14,
  calm: 15,
  /** A policy (subject: number of the timer) is called back. */
  policyTimer: 16,
  /** A stay in the dead-letter queue is over. */
  reviewOver: 17,
  /** A second copy is due. */
  hedge: 18,
  deadlineDue: 19,
  /** A change of a signal (subject: stage and distance) is heard upstream. */
  signal: 20,
  /** A credit of a stage (subject) is back. */
  credit: 21,
} as const;

/** The random draws that belong to tasks of a workload, keyed by task number. */
export interface WorkloadDraws {
  readonly tenant: KeyedRandom;
  readonly user: KeyedRandom;
  readonly tokens: KeyedRandom;
  readonly patience: KeyedRandom;
  readonly timeout: KeyedRandom;
  readonly backoff: KeyedRandom;
}

export interface WorkloadState {
  readonly spec: WorkloadSpec;
  readonly draws: WorkloadDraws;
  /** Open workloads only. */
  readonly arrivals: ArrivalProcess | null;
  // Copied from the spec for the hot path: what every task gets unless it has its own.
  readonly firstTenant: number;
  readonly firstCell: number;
  readonly priority: number;
  readonly valueUsd: number;
  readonly deadlineS: number;
  /** Its first step, an index into the table of steps. */
  readonly firstStep: number;
  /** That of its fallback path; NO_FALLBACK without one. */
  readonly fallbackStep: number;
  /** The event list's source of its arrivals; -1: they go through the heap. */
  readonly source: number;
  readonly closed: boolean;
  /** Never gives up waiting. */
  readonly patient: boolean;
  /** Nothing stands between arrival and the first step: no time-out, no admission policy, no closed entrance. */
  readonly straight: boolean;
  /** Whether its tasks differ in nothing but their numbers: no tenants, users, tokens or trace columns to look up. */
  readonly uniform: boolean;
  /** Tasks so far: the next one's number within the workload. */
  arrived: number;
}

/** Users of the closed loops are numbered through all workloads. */
export interface ClosedLoopUser {
  readonly workload: number;
  readonly think: KeyedRandom;
  /** Number within the workload. */
  readonly number: number;
  /** Tasks sent so far. */
  cycle: number;
}

export class RunState {
  readonly events = new EventList();
  readonly tasks: TaskTable;
  readonly levels: Levels;
  private readonly firstCellLevel: number;
  readonly pools: PoolState[];
  readonly services: ServiceState[];
  readonly stages: StageState[];
  readonly steps: readonly StepState[];
  readonly workloads: WorkloadState[];
  readonly users: ClosedLoopUser[] = [];
  /** By policy set: one, or two with a rollout. */
  readonly arms: readonly Arm[];
  readonly rollout: RolloutPolicy | null;
  readonly calls: PolicyCalls;
  readonly failure = new PresentFailure();
  /** Whether the wait that retry policies granted last is spent in the dead-letter queue. */
  parks = false;
  /** What the refusing policy at a stage said to the client. */
  retryAfterS = 0;
  /** Second copies in flight. */
  copies = 0;
  deadlocks = 0;
  /** Tasks left when nothing could happen any more. */
  stuckTasks = 0;
  readonly deadlockReports: { readonly atS: number; readonly cycle: readonly string[] }[] = [];
  readonly cells: CellRecorder[];
  readonly series: SeriesRecorder;
  readonly history = new History();
  /** Latency of completed tasks that arrived before the end of the warm-up: no measure, but part of the series. */
  readonly warmupLatency = new Histogram();

  /** Disturbances in force, in the order in which they began. */
  readonly disturbed = new Set<number>();
  /** Arrivals go on. */
  accepting = true;
  /** The run is over. */
  ended = false;
  arrived = 0;
  /** Arrivals stop after so many tasks. */
  readonly tasksMax: number;
  /** Workloads that will send more of their own accord; closed loops are not counted. */
  openWorkloads: number;
  /** Whether the run is over when nobody sends any more: no time is set, and no closed loop goes on. */
  readonly endsWithArrivals: boolean;
  /** Tasks that have left, by final state; never reset, for conservation. */
  readonly left = new Float64Array(16);
  /** Tasks and visits from then on count in histograms. */
  measureFromS: number;
  /** Next order number of the queues. */
  nextOrder = 0;
  /** Stations (pools, services, stages with tasks at the door) to look at before the present event is over. */
  unsettled = 0;
  /** Those of them that are stages with tasks at the door. */
  doorsToCheck = 0;
  /** Whether work can turn out to be wasted: some attempt may fail, time out or be preempted. */
  readonly canWaste: boolean;
  /** Whether any stage sends a backpressure signal. */
  readonly watchesDownstream: boolean;
  /** Whether some policy sends second copies. */
  readonly canHedge: boolean;
  /** Whether some stage gives credits. */
  readonly hasCredits: boolean;
  /** Whether some step must not be done twice. */
  readonly hasEffects: boolean;
  /** Whether tasks have GPU memory. */
  readonly tracksMemory: boolean;
  /** `mayStart` of this run, made once: the hot path makes no closures. */
  readonly mayStart: (task: number) => boolean = (task) => mayStart(this, task);
  /** Whether some policy acts on deadlines. */
  readonly actsOnDeadlines: boolean;
  /** Whether some policy is told of the ends of attempts. */
  readonly tellsAttempts: boolean;
  /** Whether anybody follows every transition: a listener, the decision record, or timers that must know. */
  isFollowed = false;
  /** Told of every transition; null in an ordinary run. */
  listener: ((task: number, from: number, to: number, nowS: number) => void) | null = null;

  constructor(
    readonly spec: SystemSpec,
    policySet: PolicySet,
    seed: string,
    readonly warmupS: number,
    readonly warmupObserver: ((latencyS: number, nowS: number) => void) | null = null,
    /** Where decisions are recorded; null: nowhere. */
    readonly record: DecisionSink | null = null,
  ) {
    const { pools, services, stages, workloads, tenantNames } = spec;
    const streams = new StreamFactory(seed);
    this.measureFromS = warmupS;
    this.tasksMax = spec.horizon.tasks;
    this.tasks = new TaskTable(pools.length);
    this.calls = new PolicyCalls(this);
    const view = this.view();
    const runtime = (stage: number) => runtimeOf(this, streams, stage);
    const base = instantiate(policySet, { spec, view, runtime, shared: null });
    const sets = [base];
    if (policySet.canary !== null)
      sets.push(instantiate(policySet.canary, { spec, view, runtime, shared: base }));
    this.arms = sets.map((policies) => ({ policies, observers: observersOf(policies, spec) }));
    this.rollout = base.rollout;
    const phases = activePhases(spec, sets);
    // Arrival is counted as admission even where no policy can make a task wait.
    this.tasks.phases = [...new Set([PHASE.admission, ...phases])];
    this.firstCellLevel = 2 * stages.length + pools.length + 2 * services.length;
    const cellCount = sets.length * workloads.length * tenantNames.length;
    this.levels = new Levels(this.firstCellLevel + cellCount);
    this.pools = pools.map(
      (pool, index) => new PoolState(pool, index, this.tasks, base, 2 * stages.length + index),
    );
    this.services = services.map(
      (service, index) =>
        new ServiceState(
          service,
          index,
          this.tasks,
          this.events,
          2 * stages.length + pools.length + 2 * index,
        ),
    );
    this.watchesDownstream = base.backpressure.some((policy) => policy !== null);
    this.stages = stages.map(
      (stage, index) =>
        new StageState(
          stage,
          index,
          this.tasks,
          this.events,
          sets,
          spec,
          this.watchesDownstream,
          this.stationOf(stage),
        ),
    );
    const { steps, first } = stepTable(spec, this.stages, streams);
    this.steps = steps;
    this.workloads = workloads.map((workload, index) => ({
      spec: workload,
      draws: drawsOf(workload, streams),
      arrivals: workload.arrival.kind === 'open' ? workload.arrival.create(streams) : null,
      firstTenant: workload.tenants[0]?.tenant ?? 0,
      firstCell: index * tenantNames.length + (workload.tenants[0]?.tenant ?? 0),
      priority: workload.priority,
      valueUsd: workload.valueUsd,
      deadlineS: workload.deadlineS,
      firstStep: first[index]!,
      fallbackStep:
        workload.fallbackStep === NO_FALLBACK ? NO_FALLBACK : first[index]! + workload.fallbackStep,
      closed: workload.arrival.kind === 'closed',
      patient: workload.patience === null,
      straight:
        workload.timeout === null &&
        sets.every(({ admission }) => admission[index]!.length === 0) &&
        !this.watchesDownstream &&
        !sets.some(hedges) &&
        workload.fallbackStep === NO_FALLBACK,
      uniform: isUniform(workload),
      source: workload.arrival.kind === 'closed' ? -1 : this.events.addSource(Event.arrival, index),
      arrived: 0,
    }));
    this.endsWithArrivals =
      spec.horizon.durationS === Number.POSITIVE_INFINITY &&
      workloads.every(({ arrival }) => arrival.kind !== 'closed');
    this.canHedge = sets.some(hedges);
    this.canWaste = this.canHedge || canWaste(spec, sets);
    this.actsOnDeadlines = sets.some(({ deadlines }) => deadlines.some((chain) => chain.length > 0));
    this.tellsAttempts = this.arms.some(({ observers }) =>
      observers.attemptEnd.some((policies) => policies !== null),
    );
    this.hasCredits = this.stages.some(({ creditsLeft }) => creditsLeft < Number.POSITIVE_INFINITY);
    this.hasEffects = this.steps.some(({ idempotent }) => !idempotent);
    this.tracksMemory = workloads.some(({ memory }) => memory !== null);
    this.isFollowed ||= record !== null;
    this.tasks.controlled =
      !this.workloads.every(({ straight }) => straight) ||
      this.hasEffects ||
      this.tracksMemory ||
      this.rollout !== null ||
      this.actsOnDeadlines ||
      sets[0]!.preemption.some((policy) => policy !== null) ||
      sets.some(({ retry }) => retry.flat().length > 0);
    for (const stage of this.stages) attend(stage, sets, this.arms);
    for (const stage of this.stages) {
      stage.express = isExpress(this, stage);
      stage.visitsAreTasks = visitsAreTasks(this, stage);
    }
    this.openWorkloads = workloads.filter((workload) => workload.arrival.kind !== 'closed').length;
    this.cells = Array.from({ length: cellCount }, () => new CellRecorder(phases));
    this.series = new SeriesRecorder(this);
    for (const [index, { spec: workload }] of this.workloads.entries()) {
      if (workload.arrival.kind !== 'closed') continue;
      const think = streams.keyed(`think/${workload.name}`);
      for (let number = 0; number < workload.arrival.users; number++)
        this.users.push({ workload: index, think, number, cycle: 0 });
    }
  }

  get nowS(): number {
    return this.events.nowS;
  }

  private stationOf({ resource }: StageSpec): PoolState | ServiceState {
    return resource.kind === 'pool' ? this.pools[resource.index]! : this.services[resource.index]!;
  }

  /** Row in `levels` of the number of a cell's tasks in the system. */
  cellLevel(cell: number): number {
    return this.firstCellLevel + cell;
  }

  private view(): SystemView {
    return {
      tasks: this.tasks,
      stageNames: this.spec.stages.map((stage) => stage.name),
      workloadNames: this.spec.workloads.map((workload) => workload.name),
      tenantNames: this.spec.tenantNames,
      poolNames: this.spec.pools.map((pool) => pool.name),
      queueLength: (stage) => this.stages[stage]!.waiting,
      inProgress: (stage) => this.stages[stage]!.inProgress,
      forEachWaiting: (stage, visit) => this.stages[stage]!.forEachWaiting(visit),
      entryStage: (workload) => entryStage(this.spec.workloads[workload]!),
      stagesOf: (workload) => [
        ...new Set(
          this.spec.workloads[workload]!.steps.map(({ stage }) => stage).filter(
            (stage) => stage !== NO_STAGE,
          ),
        ),
      ],
      poolOf: (stage) => {
        const { resource } = this.spec.stages[stage]!;
        return resource.kind === 'pool' ? resource.index : -1;
      },
      servers: (stage) => {
        const { pool, service } = this.stages[stage]!;
        return pool === null ? service!.concurrency : pool.pool.totalUnits;
      },
      poolUnits: (pool) => this.pools[pool]!.pool.totalUnits,
      poolUnitsTaken: (pool) => this.pools[pool]!.pool.totalUnits - this.pools[pool]!.pool.totalFree,
      poolSpeed: (pool) => this.pools[pool]!.speed,
      poolMemoryBytes: (pool) => this.pools[pool]!.memoryBytes,
      poolMemoryTakenBytes: (pool) => this.pools[pool]!.memoryTakenBytes,
      serviceAheadS: (task, inGpuTime) => serviceAheadS(this, task, inGpuTime),
      remainingNowS: (task) => remainingNowS(this, task),
    };
  }

  /** The policies that the task is under. */
  armOf(task: number): Arm {
    const { arms } = this;
    return arms.length === 1 ? arms[0]! : arms[this.tasks.n[task + N.arm]!]!;
  }
}

/** A policy set at work. */
export interface Arm {
  readonly policies: PoliciesInForce;
  readonly observers: Observers;
}

const hedges = ({ retry }: PoliciesInForce): boolean =>
  retry.flat().some((policy) => policy.hedgeAfterS !== undefined);

/** Whom the engine must ask or tell at the stage. */
function attend(stage: StageState, sets: readonly PoliciesInForce[], arms: readonly Arm[]): void {
  const admission = sets.flatMap((policies) => policies.admission).flat();
  stage.isGated = admission.some(({ gates }) => gates?.includes(stage.index) === true);
  stage.canDrop = admission.some(
    ({ drop, gates }) => drop !== undefined && gates?.includes(stage.index) !== false,
  );
  stage.isObserved = arms.some(({ observers }) => observers.atStage[stage.index]!);
  stage.isSampled ||= arms.some(({ observers }) => observers.hasServiceEnd[stage.index]!);
}

/** Stage of the first step that has one; -1 for a workflow of delays only. */
export function entryStage(workload: WorkloadSpec): number {
  return workload.steps.find((step) => step.stage >= 0)?.stage ?? -1;
}

/** Whether tasks that have worked may leave without completing, or work may have to be done again. */
function canWaste(
  { workloads, services, disturbances, stages }: SystemSpec,
  sets: readonly PoliciesInForce[],
): boolean {
  const fails = ({ timeout, steps }: WorkloadSpec): boolean =>
    timeout !== null || steps.some(({ errorFraction }) => errorFraction > 0);
  return (
    workloads.some(fails) ||
    services.some(({ errorFraction }) => errorFraction > 0) ||
    disturbances.some(({ errorFraction }) => errorFraction !== null) ||
    stages.some(({ queueCapacity }) => queueCapacity < Number.POSITIVE_INFINITY) ||
    sets[0]!.preemption.some((policy) => policy !== null) ||
    // Policies may refuse or stop tasks that have worked.
    sets.some(
      ({ admission, deadlines }) =>
        deadlines.some((chain) => chain.length > 0) ||
        admission.flat().some(({ gates, drop }) => gates !== undefined || drop !== undefined),
    ) ||
    sets[0]!.backpressure.some((policy) => policy !== null)
  );
}

function isUniform({ arrival, tenants, users, promptTokens, outputTokens, memory }: WorkloadSpec): boolean {
  return (
    arrival.kind !== 'trace' &&
    tenants.length === 1 &&
    users === 1 &&
    promptTokens === null &&
    outputTokens === null &&
    memory === null
  );
}

function drawsOf(workload: WorkloadSpec, streams: StreamFactory): WorkloadDraws {
  const own = (purpose: string) => streams.keyed(`${purpose}/${workload.name}`);
  return {
    tenant: own('tenant'),
    user: own('user'),
    tokens: own('tokens'),
    patience: own('patience'),
    timeout: own('timeout'),
    backoff: own('backoff'),
  };
}
