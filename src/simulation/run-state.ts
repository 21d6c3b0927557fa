/**
 * Everything that changes during one run, in one place. The modules beside it are functions on it: each handles one
 * part of a task's way through the system.
 */

import { EventList } from '../kernel/event-list.js';
import type { RandomStream } from '../kernel/random/stream.js';
import { StreamFactory } from '../kernel/random/streams.js';
import { Histogram } from '../metrics/histogram.js';
import { Levels } from '../metrics/levels.js';
import type { StageSpec, SystemSpec } from '../model/system.js';
import { N, TaskTable } from '../model/task-table.js';
import type { RolloutPolicy } from '../policies/points.js';
import type { PolicySet } from '../policies/policy-set.js';
import { activePhases } from './active-phases.js';
import type { DecisionSink } from './decisions.js';
import { mayStart } from './dispatch.js';
import { isExpress, visitsAreTasks } from './express.js';
import { PresentFailure } from './failing.js';
import type { FailureClock, PoolFailures } from './failures.js';
import { History } from './history.js';
import { Interconnect } from './interconnect.js';
import { observersOf } from './observers.js';
import { instantiate } from './policies-in-force.js';
import { PolicyCalls, runtimeOf } from './policy-runtime.js';
import { CellRecorder, PHASE } from './recorder.js';
import type { ReplicaState } from './replica-state.js';
import {
  type Arm,
  attend,
  canWaste,
  hasOutages,
  hasTokens,
  hedges,
  isStraight,
  isUniform,
  statesNodes,
  takesGpuless,
} from './run-traits.js';
import type { PoolScaler } from './scaling.js';
import { SeriesRecorder } from './series-recorder.js';
import { ServingState } from './serving.js';
import { StageState } from './stage-state.js';
import { PoolState, ServiceState } from './stations.js';
import { type StepState, stepTable } from './step-state.js';
import { systemView } from './system-view.js';
import { UseAccounts } from './use.js';
import {
  type ClosedLoopUser,
  closedLoopUsers,
  type WorkloadState,
  workloadStates,
} from './workload-state.js';

export class RunState {
  readonly events = new EventList();
  readonly tasks: TaskTable;
  readonly levels: Levels;
  private readonly firstCellLevel: number;
  readonly pools: PoolState[];
  /** Of all batching pools, by number. */
  readonly replicas: ReplicaState[] = [];
  readonly services: ServiceState[];
  readonly stages: StageState[];
  readonly steps: readonly StepState[];
  readonly workloads: WorkloadState[];
  readonly users: ClosedLoopUser[];
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
  /** Null where the scenario has no network. */
  readonly interconnect: Interconnect | null;
  readonly history = new History();
  /** Latency of completed tasks that arrived before the end of the warm-up: no measure, but part of the series. */
  readonly warmupLatency = new Histogram();

  /** Disturbances in force, in the order in which they began. */
  readonly disturbed = new Set<number>();
  /** Where those that come again and again draw from, by number. */
  readonly onsets = new Map<number, RandomStream>();
  /** What fails by itself, by pool, and the clock of each place. */
  readonly failures = new Map<number, PoolFailures>();
  readonly clocks: FailureClock[] = [];
  /** Events to come of failures and recurring disturbances, which alone keep no run alive. */
  background = 0;
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
  /** Pools to be scheduled when this instant is over. */
  readonly roundsNow: PoolState[] = [];
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
  /** Whether some step says on which nodes it can be. */
  readonly statesNodes: boolean;
  readonly scalers: PoolScaler[] = [];
  /** Nodes on their way, by the number of the order. */
  readonly orderedFor = new Map<number, PoolState>();
  ordersGiven = 0;
  /** Whether it is kept who uses which nodes, because they cost something; see use.ts. */
  readonly billsUse: boolean;
  readonly useAccounts: UseAccounts;
  /** Whether tasks have tokens. */
  readonly hasTokens: boolean;
  /** Whether some pool has LLM servers. */
  readonly serves: boolean;
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
    const view = systemView(this);
    const runtime = (stage: number, name: string) => runtimeOf(this, streams, stage, name);
    const base = instantiate(policySet, { spec, view, runtime, shared: null });
    const sets = [base];
    if (policySet.canary !== null)
      sets.push(instantiate(policySet.canary, { spec, view, runtime, shared: base }));
    this.arms = sets.map((policies) => ({ policies, observers: observersOf(policies, spec) }));
    this.rollout = base.rollout;
    const phases = activePhases(spec, sets);
    // Arrival is counted as admission even where no policy can make a task wait.
    this.tasks.phases = [...new Set([PHASE.admission, ...phases])];
    this.firstCellLevel = 2 * stages.length + 2 * pools.length + 2 * services.length;
    const cellCount = sets.length * workloads.length * tenantNames.length;
    this.useAccounts = new UseAccounts(pools, this.firstCellLevel + cellCount, cellCount);
    this.billsUse = this.useAccounts.count > 0;
    this.levels = new Levels(this.firstCellLevel + cellCount + this.useAccounts.rows);
    this.pools = pools.map(
      (pool, index) =>
        new PoolState(
          pool,
          index,
          this.tasks,
          base,
          2 * stages.length + index,
          isUniform(spec, index),
          hasOutages(spec, index),
          this.firstCellLevel - pools.length + index,
          takesGpuless(spec, index),
        ),
    );
    for (const station of this.pools)
      if (station.spec.serving !== null)
        station.serving = new ServingState(station.spec.serving, station, this);
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
    this.interconnect =
      spec.network === null ? null : new Interconnect(spec.network, this.events, this.pools, this.tasks);
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
    this.interconnect?.serve(steps);
    this.workloads = workloadStates(spec, streams, this.events, first, (index) =>
      isStraight(workloads[index]!, index, sets),
    );
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
    this.statesNodes = statesNodes(spec);
    this.hasTokens = workloads.some(hasTokens);
    this.serves = pools.some(({ serving }) => serving !== null);
    this.tracksMemory = workloads.some(({ memory }) => memory !== null);
    this.isFollowed ||= record !== null || this.pools.some(({ outages }) => outages !== null);
    this.tasks.controlled =
      this.serves ||
      !this.workloads.every(({ straight }) => straight) ||
      this.hasEffects ||
      this.tracksMemory ||
      this.statesNodes ||
      this.interconnect !== null ||
      this.pools.some(({ outages }) => outages !== null) ||
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
    this.cells = Array.from({ length: cellCount }, () => new CellRecorder(phases, this.serves));
    this.series = new SeriesRecorder(this);
    this.users = closedLoopUsers(spec, streams);
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

  /** The policies that the task is under. */
  armOf(task: number): Arm {
    const { arms } = this;
    return arms.length === 1 ? arms[0]! : arms[this.tasks.n[task + N.arm]!]!;
  }
}
