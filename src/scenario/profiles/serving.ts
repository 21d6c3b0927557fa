/**
 * Serving profiles: a model on a tensor-parallel group of one kind of GPU, as the timing of its iterations, with the
 * published points it was fitted to and the range in which it may be believed.
 *
 * Two kinds. *Measured*: the whole engine, fitted to Splitwise's tables. *Floor*: Vidur's operators, with the engine's
 * overhead as a named assumption and attention by arithmetic. The time for reading the KV-cache is arithmetic in both:
 * bytes a token over 0.8 of the memory's bandwidth. Splitwise's steps contain it, at 576 tokens of context a
 * sequence; it is taken out of them before the fit, so that it is counted once.
 */
import { assumed, type Figure } from './figure.js';
import { fittedPrompt, fittedTable, median, type Point, type PromptCurve } from './fit.js';
import { type HardwareProfile, MEMORY_EFFICIENCY } from './hardware.js';
import { kvTokensThatFit } from './kv-capacity.js';
import { kvBytesPerTokenAndGpu, type ModelProfile } from './models.js';
import { type MeasuredTable, SPLITWISE } from './splitwise.js';
import { type BatchSeconds, decodeStepS, type IterationTiming, promptS } from './timing.js';
import { type FloorTable, type Line, VIDUR } from './vidur.js';

export interface CheckedPoint {
  /** Sequences of the batch, or tokens of the prompt. */
  readonly at: number;
  readonly publishedS: number;
  readonly fittedS: number;
  /** Fitted over published, less one. */
  readonly error: number;
  /** Whether the point lies in the profile's range. */
  readonly inRange: boolean;
}

export interface Check {
  /** How the curve was found, in words. */
  readonly fit: string;
  readonly points: readonly CheckedPoint[];
  /** Of the absolute errors in range; null where nothing published can be compared. */
  readonly medianError: number | null;
}

export interface ServingProfile {
  readonly name: string;
  readonly kind: 'measured' | 'floor';
  readonly model: ModelProfile;
  readonly hardware: HardwareProfile;
  readonly tensorParallel: number;
  readonly source: string;
  /** Seconds of every iteration that belong to the engine; in a measured profile they are in the table already. */
  readonly engineOverheadS: Figure | null;
  readonly timing: IterationTiming;
  readonly range: {
    readonly batchMax: number;
    readonly promptTokensMin: number;
    readonly promptTokensMax: number;
  };
  readonly kvTokens: number;
  readonly decode: Check;
  readonly prompt: Check;
  readonly notes: readonly string[];
}

const MS = 1e-3;
const pointsOf = (table: readonly (readonly [number, number])[]): readonly Point[] =>
  table.map(([at, ms]) => ({ at, s: ms * MS }));

/** Seconds to read one token's KV-cache, each GPU its part at the same time. */
export function kvReadS(hardware: HardwareProfile, model: ModelProfile, tensorParallel: number): number {
  const bandwidth = hardware.figures.memoryBytesPerS;
  if (bandwidth === null) throw new Error(`${hardware.name} has no memory bandwidth`);
  return kvBytesPerTokenAndGpu(model.attention, tensorParallel) / (bandwidth.value * MEMORY_EFFICIENCY);
}

/**
 * A prompt's fixed time is that of any iteration as far as it is no longer than a decode step's: the table's value at
 * batch 0. What is beyond belongs to prompts. So an iteration that decodes and reads prompts pays it once.
 */
function timingOf(
  decode: readonly BatchSeconds[],
  prompt: PromptCurve,
  perKvTokenS: number,
): IterationTiming {
  const emptyS = Math.min(prompt.fixedS, decode[0]!.s);
  return {
    batchS: [{ batch: 0, s: emptyS }, ...decode],
    perKvTokenS,
    prefillBaseS: prompt.fixedS - emptyS,
    perPrefillTokenS: prompt.perTokenS,
    perPrefillTokenContextS: prompt.perPairS,
  };
}

function checked(
  fit: string,
  published: readonly Point[],
  fittedS: (at: number) => number,
  range: readonly [number, number],
): Check {
  const points = published.map(({ at, s }) => ({
    at,
    publishedS: s,
    fittedS: fittedS(at),
    error: fittedS(at) / s - 1,
    inRange: at >= range[0] && at <= range[1],
  }));
  const errors = points.filter((point) => point.inRange).map((point) => Math.abs(point.error));
  return { fit, points, medianError: errors.length === 0 ? null : median(errors) };
}

/** Steps grow in a straight line up to here; the next published batch lies 6-21% above it. */
const KNEE_BATCH = 32;

export function measuredProfile(
  table: MeasuredTable,
  model: ModelProfile,
  hardware: HardwareProfile,
): ServingProfile {
  const { tensorParallel } = table;
  const decode = pointsOf(table.decodeMs);
  const prompt = pointsOf(table.promptMs);
  const perKvTokenS = kvReadS(hardware, model, tensorParallel);
  const contextTokens = SPLITWISE.decodeContextTokens;
  const batchMax = decode.at(-1)!.at;
  const promptTokensMin = prompt[0]!.at;
  const promptTokensMax = table.promptTokensMax ?? prompt.at(-1)!.at;
  const steps = fittedTable(
    decode.map(({ at, s }) => ({ at, s: s - perKvTokenS * contextTokens * at })),
    batchMax > KNEE_BATCH ? [1, KNEE_BATCH, batchMax] : [1, batchMax],
  );
  const curve = fittedPrompt(prompt.filter(({ at }) => at <= promptTokensMax));
  const timing = timingOf(steps, curve, perKvTokenS);
  return {
    name: table.name,
    kind: 'measured',
    model,
    hardware,
    tensorParallel,
    source: `${SPLITWISE.source}, ${SPLITWISE.engine}`,
    engineOverheadS: null,
    timing,
    range: { batchMax, promptTokensMin, promptTokensMax },
    kvTokens: kvTokensThatFit(hardware, model, tensorParallel),
    decode: checked(
      `a line from batch 1 to ${Math.min(KNEE_BATCH, batchMax)}${batchMax > KNEE_BATCH ? `, another to ${batchMax}` : ''}, by least squares on relative errors, after ${contextTokens} tokens of KV-cache a sequence were taken out`,
      decode,
      (batch) => decodeStepS(timing, batch, contextTokens * batch),
      [1, batchMax],
    ),
    prompt: checked(
      'fixed + per token + per pair of tokens, by least squares on relative errors',
      prompt,
      (tokens) => promptS(timing, tokens),
      [promptTokensMin, promptTokensMax],
    ),
    notes: table.notes ?? [],
  };
}

/** What the engine itself adds to every iteration: scheduling, sampling, launching. */
export const ENGINE_OVERHEAD: Figure = assumed(
  3 * MS,
  's',
  'not measured here. vLLM took 6.5 ms a token for Llama 3.1 8B on one H200 (its performance benchmark, build 9515, batch 8), 2.3 ms more than reading the weights; 2-5 ms are plausible, in 2023 it was some 16 ms (Splitwise less Vidur)',
);

/** Share of the peak FLOP/s that attention reaches while prompts are read (BLIS, its hardware figures). */
const PREFILL_MFU: Readonly<Record<string, number>> = { 'a100-sxm-80': 0.38, 'h100-sxm': 0.45 };

/** Two products of a head's dimension, 2 FLOP each, for every pair of tokens, head and layer. */
function attentionPairS(hardware: HardwareProfile, model: ModelProfile, tensorParallel: number): number {
  const flops = hardware.figures.bf16FlopsPerS;
  const mfu = PREFILL_MFU[hardware.name];
  const shape = model.attention;
  if (flops === null || mfu === undefined || shape.kind !== 'heads')
    throw new Error(`no attention time for ${model.name} on ${hardware.name}`);
  return (4 * model.queryHeads * shape.headDim * shape.layers) / tensorParallel / (flops.value * mfu);
}

const onLine = ({ fixedMs, perTokenMs }: Line, at: number): number => (fixedMs + perTokenMs * at) * MS;

export function floorProfile(
  table: FloorTable,
  model: ModelProfile,
  hardware: HardwareProfile,
): ServingProfile {
  const { tensorParallel, decode, prompt } = table;
  const overhead = ENGINE_OVERHEAD;
  const published = 'ms' in decode ? pointsOf(decode.ms) : [];
  const floor =
    'ms' in decode
      ? fittedTable(published, decode.knots)
      : [decode.from, decode.to].map((batch) => ({ batch, s: onLine(decode, batch) }));
  const batchMax = floor.at(-1)!.batch;
  const timing = timingOf(
    floor.map(({ batch, s }) => ({ batch, s: s + overhead.value })),
    {
      fixedS: prompt.fixedMs * MS + overhead.value,
      perTokenS: prompt.perTokenMs * MS,
      perPairS: attentionPairS(hardware, model, tensorParallel),
    },
    kvReadS(hardware, model, tensorParallel),
  );
  return {
    name: table.name,
    kind: 'floor',
    model,
    hardware,
    tensorParallel,
    source: VIDUR.source,
    engineOverheadS: overhead,
    timing,
    range: { batchMax, promptTokensMin: prompt.from, promptTokensMax: prompt.to },
    kvTokens: kvTokensThatFit(hardware, model, tensorParallel),
    decode: checked(
      'ms' in decode
        ? `a line with corners at batch ${decode.knots.join(', ')}, by least squares on relative errors; the engine's overhead and the KV-cache come on top`
        : `published as a line, itself within ${((decode.medianError ?? 0) * 100).toFixed(1)}% (median) of its profile; the engine's overhead and the KV-cache come on top`,
      published,
      (batch) => decodeStepS(timing, batch, 0) - overhead.value,
      [1, batchMax],
    ),
    prompt: checked(
      "published as a line; the engine's overhead and attention (FLOP over the share of the peak that BLIS gives) come on top",
      pointsOf(table.promptMs),
      (tokens) => onLine(prompt, tokens),
      [prompt.from, prompt.to],
    ),
    notes: table.notes ?? [],
  };
}

/** The same profile with another overhead of the engine; a measured one contains its own and cannot be changed so. */
export function withEngineOverhead(profile: ServingProfile, overheadS: number): ServingProfile {
  const { engineOverheadS: before, timing } = profile;
  if (before === null)
    throw new Error(`${profile.name} was measured with its engine: it has no overhead to set`);
  const moreS = overheadS - before.value;
  return {
    ...profile,
    engineOverheadS: assumed(overheadS, 's', 'set by the user'),
    timing: { ...timing, batchS: timing.batchS.map(({ batch, s }) => ({ batch, s: s + moreS })) },
  };
}
