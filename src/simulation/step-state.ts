/**
 * The steps of all workflows as one flat table: a task's program counter (N.step) is an index into it, and a step
 * refers directly to what a task needs next, so the hot path follows one reference instead of names and indices.
 */
import { Deterministic } from '../kernel/distribution/deterministic.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import type { StepNetworkSpec } from '../model/network/spec.js';
import {
  END,
  NO_STAGE,
  type StepSpec,
  type SystemSpec,
  type TransferSpec,
  type WorkDemand,
  type WorkloadSpec,
} from '../model/system.js';
import { StepDraws } from './draws.js';
import { HOPS } from './queueing.js';
import type { StageState } from './stage-state.js';

/** Stands in where a step's work is not drawn. */
const NOTHING = new Deterministic(0);

export class StepState {
  readonly work: WorkDemand;
  /** Whether the work is drawn from a distribution: nearly always. */
  readonly drawn: boolean;
  readonly workDraws: StepDraws;
  readonly errorDraws: KeyedRandom;
  readonly branchDraws: KeyedRandom;
  readonly errorFraction: number;
  readonly idempotent: boolean;
  /** Stages downstream that may signal, with their distance in stages: 1 is the next. */
  ahead: readonly { readonly stage: StageState; readonly hops: number }[] = [];
  /** Units needed at once; 0: as the trace's row says. What follows may be FROM_TRACE. */
  readonly units: number;
  readonly unitsPerTraced: number;
  readonly cpus: number;
  readonly hostBytes: number;
  readonly groups: number;
  readonly tracedGroups: readonly number[] | null;
  readonly within: number;
  readonly throughput: readonly number[] | null;
  /** Of a request to an LLM server; null: the task's own tokens, or no request. */
  readonly promptDraws: StepDraws | null;
  readonly outputDraws: StepDraws | null;
  readonly keepsContext: boolean;
  readonly transfer: TransferSpec | null;
  readonly network: StepNetworkSpec | null;
  /** Which member of each family of data sets it reads; drawn once for all that a task does with the family. */
  readonly dataDraws: readonly KeyedRandom[];
  /** Steps (indices into the table, or END) that may come next, with cumulative probabilities. */
  readonly next: readonly number[];
  readonly cumulative: readonly number[];
  /** Stages that a task may enter next. */
  readonly nextStages: readonly StageState[];

  constructor(
    spec: StepSpec,
    /** Null for a pure delay. */
    readonly stage: StageState | null,
    draws: {
      work: KeyedRandom;
      error: KeyedRandom;
      branch: KeyedRandom;
      prompt: KeyedRandom;
      output: KeyedRandom;
      data: readonly KeyedRandom[];
    },
    distribution: Distribution | null,
    first: number,
    nextStages: readonly StageState[],
  ) {
    this.work = spec.work;
    this.drawn = distribution !== null;
    this.workDraws = new StepDraws(draws.work, distribution ?? NOTHING);
    this.errorDraws = draws.error;
    this.branchDraws = draws.branch;
    this.errorFraction = spec.errorFraction;
    this.idempotent = spec.idempotent;
    this.units = spec.units === 'trace' ? 0 : spec.units;
    this.unitsPerTraced = spec.unitsPerTraced;
    this.cpus = spec.cpus;
    this.hostBytes = spec.hostBytes;
    this.groups = spec.groups;
    this.tracedGroups = spec.tracedGroups;
    this.within = spec.within;
    this.throughput = spec.throughput;
    const request = spec.work.kind === 'request' ? spec.work : null;
    const drawsOf = (random: KeyedRandom, tokens: Distribution | null | undefined) =>
      tokens === null || tokens === undefined ? null : new StepDraws(random, tokens);
    this.promptDraws = drawsOf(draws.prompt, request?.promptTokens);
    this.outputDraws = drawsOf(draws.output, request?.outputTokens);
    this.keepsContext = request?.keepsContext ?? false;
    this.transfer = request?.transfer ?? null;
    this.network = spec.network;
    this.dataDraws = draws.data;
    this.next = spec.branches.map(({ to }) => (to === END ? END : first + to));
    this.cumulative = spec.branches.map(({ cumulative }) => cumulative);
    this.nextStages = nextStages;
  }
}

/** Stages of the steps that may follow a step. */
export function nextStagesOf({ steps }: WorkloadSpec, step: StepSpec): number[] {
  const next = step.branches.filter(({ to }) => to !== END).map(({ to }) => steps[to]!.stage);
  return [...new Set(next)].filter((stage) => stage !== NO_STAGE);
}

/** The table, and where each workload's steps begin in it. */
export function stepTable(
  system: SystemSpec,
  stages: readonly StageState[],
  streams: StreamFactory,
): { steps: StepState[]; first: number[] } {
  const steps: StepState[] = [];
  const first: number[] = [];
  for (const workload of system.workloads) {
    const begin = steps.length;
    first.push(begin);
    for (const step of workload.steps) {
      const keyed = (purpose: string) => streams.keyed(`${purpose}/${workload.name}/${step.name}`);
      steps.push(
        new StepState(
          step,
          step.stage === NO_STAGE ? null : stages[step.stage]!,
          {
            work: keyed('service'),
            error: keyed('error'),
            branch: keyed('branch'),
            prompt: keyed('prompt'),
            output: keyed('output'),
            data: (step.network?.data ?? []).map(({ family }) =>
              streams.keyed(`data/${workload.name}/${system.network!.dataSets[family]!.name}`),
            ),
          },
          distributionOf(system, step),
          begin,
          nextStagesOf(workload, step).map((stage) => stages[stage]!),
        ),
      );
    }
  }
  for (const [index, workload] of system.workloads.entries())
    for (const [at, step] of steps.slice(first[index], first[index]! + workload.steps.length).entries())
      step.ahead = aheadOf(workload, at, step, stages);
  return { steps, first };
}

/** The signalling stages that are so near that the step hears them. */
function aheadOf(
  workload: WorkloadSpec,
  at: number,
  step: StepState,
  stages: readonly StageState[],
): { stage: StageState; hops: number }[] {
  const ahead: { stage: StageState; hops: number }[] = [];
  const seen = new Set<number>([at]);
  let frontier = [at];
  for (let hops = 1; frontier.length > 0 && hops < HOPS; hops++) {
    const next = frontier.flatMap((from) =>
      workload.steps[from]!.branches.map(({ to }) => to).filter(
        (to) => to !== END && workload.steps[to]!.stage !== NO_STAGE && !seen.has(to),
      ),
    );
    frontier = [...new Set(next)];
    for (const to of frontier) {
      seen.add(to);
      const stage = stages[workload.steps[to]!.stage]!;
      const reach = stage.backpressure?.hops ?? 0;
      const isHeard = stage !== step.stage && hops <= reach;
      if (isHeard && !ahead.some((one) => one.stage === stage)) ahead.push({ stage, hops });
    }
  }
  return ahead;
}

/** The distribution that a step's work is drawn from; null where it is not drawn. */
function distributionOf(system: SystemSpec, step: StepSpec): Distribution | null {
  if (step.work.kind === 'distribution') return step.work.distribution;
  return step.work.kind === 'service'
    ? system.services[system.stages[step.stage]!.resource.index]!.latency
    : null;
}
