/**
 * Language models by their shape, from the published config.json of each, and what follows from it: bytes of
 * weights in BF16 (2 bytes a parameter) and bytes of KV-cache for each token of context.
 */
import { type Figure, figure } from './figure.js';

/** Grouped-query attention keeps a key and a value for each KV head; multi-head latent attention one joint vector. */
export type AttentionShape =
  | { readonly kind: 'heads'; readonly layers: number; readonly kvHeads: number; readonly headDim: number }
  | { readonly kind: 'latent'; readonly layers: number; readonly latentDim: number };

export interface ModelProfile {
  readonly name: string;
  readonly summary: string;
  readonly attention: AttentionShape;
  /** Where the shape stands. */
  readonly source: string;
  readonly queryHeads: number;
  readonly parameters: Figure;
  readonly weightsBytes: Figure;
}

/** BF16 and FP16. */
export const HALF_PRECISION_BYTES = 2;

/** 2 x layers x KV heads x head dimension values, or layers x latent dimension (DeepSeek-V2, arXiv 2405.04434, section 2.1). */
export function kvBytesPerToken(shape: AttentionShape, bytesPerValue = HALF_PRECISION_BYTES): number {
  const values =
    shape.kind === 'heads'
      ? 2 * shape.layers * shape.kvHeads * shape.headDim
      : shape.layers * shape.latentDim;
  return values * bytesPerValue;
}

/**
 * The part of it that each GPU of a tensor-parallel group holds: KV heads are dealt out, and repeated where there are
 * fewer heads than GPUs; a latent vector belongs to all heads, so that every GPU holds it whole.
 */
export function kvBytesPerTokenAndGpu(shape: AttentionShape, tensorParallel: number): number {
  const ways = shape.kind === 'heads' ? Math.min(tensorParallel, shape.kvHeads) : 1;
  return kvBytesPerToken(shape) / ways;
}

interface Published {
  readonly name: string;
  readonly summary: string;
  readonly repository: string;
  readonly layers: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly parameters: number;
}

/** All of them have heads of 128 dimensions. */
function model(one: Published): ModelProfile {
  const source = `config.json of ${one.repository} (Hugging Face)`;
  return {
    name: one.name,
    summary: one.summary,
    attention: { kind: 'heads', layers: one.layers, kvHeads: one.kvHeads, headDim: 128 },
    source,
    queryHeads: one.queryHeads,
    parameters: figure(one.parameters, 'parameters', `counted from ${source}`),
    weightsBytes: figure(one.parameters * HALF_PRECISION_BYTES, 'bytes', 'parameters in BF16, 2 bytes each'),
  };
}

export const MODELS: readonly ModelProfile[] = [
  model({
    name: 'llama-2-7b',
    summary: 'Llama 2 7B, multi-head attention',
    repository: 'meta-llama/Llama-2-7b-hf',
    layers: 32,
    queryHeads: 32,
    kvHeads: 32,
    parameters: 6_738_415_616,
  }),
  model({
    name: 'llama-3.1-8b',
    summary: 'Llama 3.1 8B (and Llama 3 8B)',
    repository: 'meta-llama/Llama-3.1-8B',
    layers: 32,
    queryHeads: 32,
    kvHeads: 8,
    parameters: 8_030_261_248,
  }),
  model({
    name: 'qwen3-32b',
    summary: 'Qwen3 32B',
    repository: 'Qwen/Qwen3-32B',
    layers: 64,
    queryHeads: 64,
    kvHeads: 8,
    parameters: 32_762_123_264,
  }),
  model({
    name: 'llama-2-70b',
    summary: 'Llama 2 70B',
    repository: 'meta-llama/Llama-2-70b-hf',
    layers: 80,
    queryHeads: 64,
    kvHeads: 8,
    parameters: 68_976_648_192,
  }),
  model({
    name: 'llama-3-70b',
    summary: 'Llama 3, 3.1 and 3.3 70B',
    repository: 'meta-llama/Meta-Llama-3-70B',
    layers: 80,
    queryHeads: 64,
    kvHeads: 8,
    parameters: 70_553_706_496,
  }),
  model({
    name: 'bloom-176b',
    summary: 'BLOOM 176B, multi-head attention',
    repository: 'bigscience/bloom',
    layers: 70,
    queryHeads: 112,
    kvHeads: 112,
    parameters: 176_247_271_424,
  }),
  model({
    name: 'llama-3.1-405b',
    summary: 'Llama 3.1 405B',
    repository: 'meta-llama/Llama-3.1-405B',
    layers: 126,
    queryHeads: 128,
    kvHeads: 8,
    parameters: 405_853_388_800,
  }),
  {
    name: 'deepseek-v3',
    summary: 'DeepSeek-V3 and R1, latent attention, mixture of experts (37B of 671B active)',
    attention: { kind: 'latent', layers: 61, latentDim: 512 + 64 },
    source: 'config.json of deepseek-ai/DeepSeek-V3 (kv_lora_rank 512 and qk_rope_head_dim 64)',
    queryHeads: 128,
    parameters: figure(
      671e9,
      'parameters',
      'README_WEIGHTS.md of DeepSeek-V3, without the module for multi-token prediction',
    ),
    weightsBytes: figure(671e9, 'bytes', 'parameters in FP8, as published, 1 byte each'),
  },
];
