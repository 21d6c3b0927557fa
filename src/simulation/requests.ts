/**
 * What tasks ask of LLM servers: the tokens of a step, the context that they gather over their steps, and the KV that
 * goes from a prefill to a decode replica. Data plane.
 */
import { batchSeconds, chunkSeconds } from '../model/batching/timing.js';
import { State } from '../model/life-cycle.js';
import type { ServingSpec, TransferSpec } from '../model/system.js';
import { F, N, NONE } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import { scheduleEnd } from './queueing.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';
import type { StepState } from './step-state.js';
import { transition } from './transition.js';

/** Sessions of different workloads are told apart; a workload has fewer tasks than this. */
const SESSIONS = 2 ** 40;

/** No replica has room for so many (the schema's limit), and beyond 2^53 there are no whole numbers to count with. */
const TOKENS_MAX = 1e12;

const wholeTokens = (tokens: number): number => Math.min(TOKENS_MAX, Math.max(1, Math.round(tokens)));

/** The draws of a visit: another try of the step asks for the same. */
const visitKey = (run: RunState, task: number): number => run.tasks.n[task + N.visit]!;

function ownPromptTokens({ tasks }: RunState, task: number, key: number, step: StepState): number {
  const { promptDraws } = step;
  if (promptDraws === null) return wholeTokens(tasks.f[task + F.promptTokens]!);
  return wholeTokens(promptDraws.of(tasks.f[task + F.serial]!, key));
}

function outputTokensOf({ tasks }: RunState, task: number, key: number, step: StepState): number {
  const { outputDraws } = step;
  if (outputDraws === null) return wholeTokens(tasks.f[task + F.outputTokens]!);
  return wholeTokens(outputDraws.of(tasks.f[task + F.serial]!, key));
}

/**
 * Says what the task asks of a replica at the step that it enters. A decode replica goes on with what the prefill
 * replica before it was asked. False where no replica of the pool could ever hold it.
 */
export function noteRequest(run: RunState, task: number, step: StepState, station: PoolState): boolean {
  const { f } = run.tasks;
  const { kvTokens, blockTokens, role } = station.serving!.spec.replica;
  if (role !== 'decode') {
    const key = visitKey(run, task);
    const before = step.keepsContext ? f[task + F.contextTokens]! : 0;
    f[task + F.stepPromptTokens] = before + ownPromptTokens(run, task, key, step);
    f[task + F.answerTokens] = outputTokensOf(run, task, key, step);
    f[task + F.stepOutputTokens] = f[task + F.answerTokens]!;
    f[task + F.firstTokenS] = Number.NaN;
  }
  const written = role === 'prefill' ? 0 : f[task + F.stepOutputTokens]! - 1;
  const blocks = Math.ceil((f[task + F.stepPromptTokens]! + written) / blockTokens);
  return blocks <= Math.floor(kvTokens / blockTokens);
}

const REQUEST = [F.stepPromptTokens, F.stepOutputTokens, F.answerTokens, F.firstTokenS] as const;

/** Shows the task as it would be at the step, until `restoreRequest`; null where the pool takes no requests. */
export function peekRequest(
  run: RunState,
  task: number,
  step: StepState,
  station: PoolState,
): readonly number[] | null {
  if (station.serving === null) return null;
  const present = REQUEST.map((field) => run.tasks.f[task + field]!);
  noteRequest(run, task, step, station);
  return present;
}

export function restoreRequest({ tasks }: RunState, task: number, present: readonly number[]): void {
  for (const [index, field] of REQUEST.entries()) tasks.f[task + field] = present[index]!;
}

/** Seconds that the step would take on a replica with nobody else and nothing cached: what policies take for its work. */
export function drawAloneS(run: RunState, task: number, step: StepState): number {
  const key = visitKey(run, task);
  const before = step.keepsContext ? run.tasks.f[task + F.contextTokens]! : 0;
  return aloneS(
    step.stage!.pool!.serving!.spec,
    before + ownPromptTokens(run, task, key, step),
    outputTokensOf(run, task, key, step),
  );
}

export function aloneS({ replica }: ServingSpec, promptTokens: number, outputTokens: number): number {
  const { timing, role, tokenBudget, prefill } = replica;
  let seconds = 0;
  if (role !== 'decode') {
    const iterations = prefill === 'chunked' ? Math.max(1, Math.ceil(promptTokens / tokenBudget)) : 1;
    seconds += iterations * (batchSeconds(timing, 0) + timing.prefillBaseS);
    seconds += chunkSeconds(timing, promptTokens, 0);
  }
  if (role !== 'prefill') {
    const steps = outputTokens - 1;
    const meanContext = promptTokens + (steps - 1) / 2;
    seconds += steps * (batchSeconds(timing, 1) + timing.perKvTokenS * meanContext);
  }
  return seconds;
}

/** The step is done: what it has read and written is part of the task's context. */
export function extendContext(run: RunState, task: number, step: StepState, station: PoolState): void {
  const { f } = run.tasks;
  const { role } = station.serving!.spec.replica;
  if (role === 'decode') {
    f[task + F.contextTokens]! += f[task + F.answerTokens]!;
    return;
  }
  const readTokens = f[task + F.stepPromptTokens]! + (role === 'both' ? f[task + F.stepOutputTokens]! : 0);
  f[task + F.contextTokens] = (step.keepsContext ? 0 : f[task + F.contextTokens]!) + readTokens;
}

/** The same of a step that the task will take. */
export function foreseeContext(run: RunState, task: number, step: StepState): void {
  const key = visitKey(run, task);
  const { role } = step.stage!.pool!.serving!.spec.replica;
  if (role !== 'decode') run.tasks.f[task + F.contextTokens]! += ownPromptTokens(run, task, key, step);
  if (role !== 'prefill') run.tasks.f[task + F.contextTokens]! += outputTokensOf(run, task, key, step);
}

/** A preempted request keeps the tokens that it has, and reads them again together with its prompt. */
export function keepWritten(run: RunState, task: number, writtenTokens: number, station: PoolState): void {
  const { f } = run.tasks;
  // A decode replica begins with one token, whose KV it writes itself.
  const kept =
    station.serving!.spec.replica.role === 'decode' ? Math.max(0, writtenTokens - 1) : writtenTokens;
  f[task + F.stepPromptTokens]! += kept;
  f[task + F.stepOutputTokens]! -= kept;
}

/** Whose cache the task's request can use: its own, where its steps keep their context; NONE where nobody's. */
export function sessionOf({ tasks, steps }: RunState, task: number): number {
  const { f, n } = tasks;
  if (!steps[n[task + N.step]!]!.keepsContext) return NONE;
  return n[task + N.workload]! * SESSIONS + f[task + F.serial]!;
}

/** Of the prompt of the present step, tokens that earlier steps have read or written. */
export function sharedTokens({ tasks, steps }: RunState, task: number): number {
  return steps[tasks.n[task + N.step]!]!.keepsContext ? tasks.f[task + F.contextTokens]! : 0;
}

/**
 * The prompt's KV is on its way to the stage by a way of its own; the task holds nothing meanwhile. What goes over the
 * interconnect, shared with others, is in transfers.ts.
 */
export function beginTransfer(
  run: RunState,
  task: number,
  { latencyS, bytesPerS, bytesPerToken }: TransferSpec,
): void {
  const { f, n } = run.tasks;
  n[task + N.stage] = NONE;
  transition(run, task, State.inProgress, PHASE.transfer);
  const bytes = f[task + F.stepPromptTokens]! * bytesPerToken;
  const copyS = bytesPerS === Number.POSITIVE_INFINITY ? 0 : bytes / bytesPerS;
  scheduleEnd(run, task, latencyS + copyS, Event.transferDone);
}
