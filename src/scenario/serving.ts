/**
 * LLM servers of a checked scenario to the engine's: a profile's values, and what the scenario says in their place.
 */
import type { ReplicaSpec } from '../model/batching/spec.js';
import { batchSeconds, chunkSeconds, type IterationTiming } from '../model/batching/timing.js';
import type { ServingSpec } from '../model/system.js';
import type { HardwareProfile } from './profiles/hardware.js';
import { kvTokensThatFit } from './profiles/kv-capacity.js';
import { kvBytesPerToken, kvBytesPerTokenAndGpu, type ModelProfile } from './profiles/models.js';
import { hardwareProfile, modelProfile, poolDefaults, servingProfile } from './profiles/registry.js';
import type { PoolEntry } from './schema/pool.js';
import type { ServingEntry } from './schema/serving.js';

/** vLLM's defaults: block_size, gpu_memory_utilization, max_num_seqs; max_num_batched_tokens on GPUs of H100's class. */
const DEFAULTS = { blockTokens: 16, memoryShare: 0.9, maxBatch: 256, tokenBudget: 8192, watermark: 0.01 };

const NO_TIME: IterationTiming = {
  batchS: [],
  perKvTokenS: 0,
  prefillBaseS: 0,
  perPrefillTokenS: 0,
  perPrefillTokenContextS: 0,
};

/** What the names in the entry stand for; undefined where there is none or no such profile. */
export interface ServingSources {
  readonly model: ModelProfile | undefined;
  readonly hardware: HardwareProfile | undefined;
  readonly tensorParallel: number;
  readonly gpusPerNode: number;
}

export function servingSources(pool: PoolEntry, entry: ServingEntry): ServingSources {
  const profile = entry.profile === undefined ? undefined : servingProfile(entry.profile);
  const hardware = entry.hardware === undefined ? profile?.hardware : hardwareProfile(entry.hardware);
  return {
    model: entry.model === undefined ? profile?.model : modelProfile(entry.model),
    hardware,
    tensorParallel: entry.tensorParallel ?? profile?.tensorParallel ?? 1,
    gpusPerNode: pool.gpusPerNode ?? (hardware === undefined ? 1 : poolDefaults(hardware).gpusPerNode),
  };
}

/** KV tokens of a replica; undefined where nothing says how many. 0: the weights leave no room. */
export function kvTokensOf(pool: PoolEntry, entry: ServingEntry): number | undefined {
  if (entry.kvTokens !== undefined) return entry.kvTokens;
  const { model, hardware, tensorParallel } = servingSources(pool, entry);
  const share = entry.memoryShare ?? DEFAULTS.memoryShare;
  if (model === undefined) return undefined;
  if (pool.memory !== undefined) {
    const reserved = hardware?.figures.reservedBytes.value ?? 0;
    const freeBytes = pool.memory * share - reserved - model.weightsBytes.value / tensorParallel;
    return Math.max(0, Math.floor(freeBytes / kvBytesPerTokenAndGpu(model.attention, tensorParallel)));
  }
  return hardware === undefined ? undefined : kvTokensThatFit(hardware, model, tensorParallel, share);
}

export function timingOf({ profile, timing: own }: ServingEntry): IterationTiming {
  const base = (profile === undefined ? undefined : servingProfile(profile)?.timing) ?? NO_TIME;
  return {
    batchS: own?.batch ?? base.batchS,
    perKvTokenS: own?.perKvToken ?? base.perKvTokenS,
    prefillBaseS: own?.prefillBase ?? base.prefillBaseS,
    perPrefillTokenS: own?.perPrefillToken ?? base.perPrefillTokenS,
    perPrefillTokenContextS: own?.perPrefillTokenContext ?? base.perPrefillTokenContextS,
  };
}

export const maxBatchOf = (entry: ServingEntry): number => entry.maxBatch ?? DEFAULTS.maxBatch;
export const tokenBudgetOf = (entry: ServingEntry): number => entry.tokenBudget ?? DEFAULTS.tokenBudget;

/** KV of one token on the whole replica; NaN where nothing says. */
export function kvBytesOf(pool: PoolEntry, entry: ServingEntry): number {
  const { model } = servingSources(pool, entry);
  return entry.kvBytesPerToken ?? (model === undefined ? Number.NaN : kvBytesPerToken(model.attention));
}

/** Seconds to move a token's KV to host memory: each GPU moves its part at the same time. NaN where nothing says. */
export function swapSPerTokenOf(pool: PoolEntry, entry: ServingEntry): number {
  const { hardware, model, tensorParallel } = servingSources(pool, entry);
  if (entry.swapBandwidth !== undefined) return kvBytesOf(pool, entry) / entry.swapBandwidth;
  const pcieBytesPerS = hardware === undefined ? null : poolDefaults(hardware).pcieBytesPerS;
  if (pcieBytesPerS === null || model === undefined) return Number.NaN;
  return kvBytesPerTokenAndGpu(model.attention, tensorParallel) / pcieBytesPerS;
}

export function servingOf(pool: PoolEntry): ServingSpec | null {
  const { serving: entry } = pool;
  if (entry === undefined) return null;
  const { tensorParallel, gpusPerNode } = servingSources(pool, entry);
  const onShortMemory = entry.onShortMemory ?? 'recompute';
  const replica: ReplicaSpec = {
    timing: timingOf(entry),
    kvTokens: kvTokensOf(pool, entry)!,
    blockTokens: entry.blockTokens ?? DEFAULTS.blockTokens,
    watermark: entry.watermark ?? DEFAULTS.watermark,
    maxBatch: maxBatchOf(entry),
    tokenBudget: tokenBudgetOf(entry),
    prefill: entry.prefill ?? 'chunked',
    onShortMemory,
    swapSPerToken: onShortMemory === 'swap' ? swapSPerTokenOf(pool, entry) : 0,
    role: entry.role ?? 'both',
    prefixCache: entry.prefixCache ?? true,
  };
  return {
    replica,
    tensorParallel,
    replicasPerMachine: Math.floor(gpusPerNode / tensorParallel),
    kvBytesPerToken: kvBytesOf(pool, entry),
  };
}

/**
 * The least that a request takes of a replica, seconds: its own prompt read, and its part of the iterations that write
 * its answer at the batch where an iteration does most. A lower bound, so that more than this is certainly too much.
 */
export function leastReplicaS({ replica }: ServingSpec, promptTokens: number, outputTokens: number): number {
  const { timing, role, kvTokens, maxBatch } = replica;
  const prefillS = role === 'decode' ? 0 : chunkSeconds(timing, promptTokens, 0);
  if (role === 'prefill' || outputTokens <= 1) return prefillS;
  const most = Math.max(1, Math.min(maxBatch, Math.floor(kvTokens / (promptTokens + outputTokens))));
  const batches = [...timing.batchS.map(({ batch }) => batch), most].filter((at) => at >= 1 && at <= most);
  const stepS = Math.min(...batches.map((batch) => batchSeconds(timing, batch) / batch));
  return prefillS + (outputTokens - 1) * (stepS + timing.perKvTokenS * (promptTokens + outputTokens / 2));
}
