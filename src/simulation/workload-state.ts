/** What a run knows of each workload: its draws, its arrivals, and what its tasks have in common. */
import type { ArrivalProcess } from '../kernel/arrival/arrival-process.js';
import type { EventList } from '../kernel/event-list.js';
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import { type ArrivalSpec, NO_FALLBACK, type SystemSpec, type WorkloadSpec } from '../model/system.js';
import { tracedGpus } from './draws.js';
import { Event } from './event-kinds.js';

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
  /** Rows of the trace are drawn, not replayed; null otherwise. */
  readonly sample: SampledRows | null;
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

/**
 * @param first index of each workload's first step in the table of steps
 * @param isStraight whether nothing stands between arrival and the first step of a workload's tasks
 */
export function workloadStates(
  { workloads, tenantNames }: SystemSpec,
  streams: StreamFactory,
  events: EventList,
  first: readonly number[],
  isStraight: (workload: number) => boolean,
): WorkloadState[] {
  return workloads.map((workload, index) => ({
    spec: workload,
    draws: drawsOf(workload, streams),
    arrivals: workload.arrival.kind === 'open' ? workload.arrival.create(streams) : null,
    firstTenant: workload.tenants[0]?.tenant ?? 0,
    firstCell: index * tenantNames.length + (workload.tenants[0]?.tenant ?? 0),
    priority: workload.priority,
    valueUsd: workload.valueUsd,
    deadlineS: workload.deadlineS,
    firstStep: first[index]!,
    fallbackStep: workload.fallbackStep === NO_FALLBACK ? NO_FALLBACK : first[index]! + workload.fallbackStep,
    closed: workload.arrival.kind === 'closed',
    patient: workload.patience === null,
    straight: isStraight(index),
    uniform: isUniform(workload),
    source: workload.arrival.kind === 'closed' ? -1 : events.addSource(Event.arrival, index),
    sample:
      workload.arrival.kind === 'trace' && workload.arrival.sample !== null
        ? new SampledRows(workload.arrival, streams.keyed(`sample/${workload.name}`))
        : null,
    arrived: 0,
  }));
}

/**
 * Rows of a trace drawn with replacement, or in a random order and then in another: the one of a task depends on the seed
 * and the task's number alone.
 */
class SampledRows {
  private gpus = 0;
  private readonly order: Int32Array;

  constructor(
    private readonly arrival: Extract<ArrivalSpec, { kind: 'trace' }>,
    private readonly random: KeyedRandom,
  ) {
    const { table, sample } = arrival;
    this.order = Int32Array.from({ length: sample!.isShuffled ? table.rows : 0 }, (_, row) => row);
  }

  /** When the task of this number comes; Infinity where the one before was the last. */
  arrivalS(serial: number): number {
    const { rows, gpus, everyS } = this.arrival.sample!;
    return serial >= rows || this.gpus >= gpus ? Number.POSITIVE_INFINITY : serial * everyS;
  }

  /** The row of the task of this number; to be asked once for each, in order. */
  next(serial: number): number {
    const { table, sample } = this.arrival;
    const row = sample!.isShuffled
      ? this.shuffled(serial, table.rows)
      : Math.floor(this.random.at(serial, 0).next() * table.rows);
    this.gpus += tracedGpus(table, row, GPU_PARTS) / GPU_PARTS;
    return row;
  }

  /** The next row of a shuffle made as it is needed (Fisher and Yates): each round permutes the one before. */
  private shuffled(serial: number, rows: number): number {
    const { order } = this;
    const at = serial % rows;
    const from = at + Math.floor(this.random.at(serial, 0).next() * (rows - at));
    const row = order[from]!;
    order[from] = order[at]!;
    order[at] = row;
    return row;
  }
}

/** Parts of a GPU are summed up in thousandths, which have no rounding errors to speak of. */
const GPU_PARTS = 1000;

/** The users of all closed loops. */
export function closedLoopUsers({ workloads }: SystemSpec, streams: StreamFactory): ClosedLoopUser[] {
  return workloads.flatMap(({ name, arrival }, workload) => {
    if (arrival.kind !== 'closed') return [];
    const think = streams.keyed(`think/${name}`);
    return Array.from({ length: arrival.users }, (_, number) => ({ workload, think, number, cycle: 0 }));
  });
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
