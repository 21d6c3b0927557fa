/**
 * What a replica of an LLM server is, what it is asked for and what it tells. The batching itself follows Orca (OSDI
 * 2022), vLLM (SOSP 2023) and Sarathi-Serve (OSDI 2024); docs/serving.md has the mathematics and the semantics.
 */
import type { IterationTiming } from './timing.js';

export interface ReplicaSpec {
  readonly timing: IterationTiming;
  /** KV memory in tokens; Infinity: never short. */
  readonly kvTokens: number;
  /** Tokens of one block of KV memory; vLLM's default is 16, 1 counts tokens exactly. */
  readonly blockTokens: number;
  /** Share of the blocks that admission leaves free while anything runs; vLLM's default is 0.01. */
  readonly watermark: number;
  /** Sequences in the batch, those in prefill included (vLLM's max_num_seqs). */
  readonly maxBatch: number;
  /** Tokens of one iteration, decode and prefill together (vLLM's max_num_batched_tokens); Infinity: no limit. */
  readonly tokenBudget: number;
  /**
   * `chunked`: every iteration decodes, and prompts get the rest of the token budget, in order (Sarathi-Serve).
   * `whole`: while prompts wait to be prefilled, iterations hold whole prompts alone, and decoding stands still.
   */
  readonly prefill: 'chunked' | 'whole';
  /** What happens to the KV of a sequence that has to leave for want of memory. */
  readonly onShortMemory: 'recompute' | 'swap';
  /** Seconds to move one token's KV to host memory or back, one way. */
  readonly swapSPerToken: number;
  /**
   * `prefill`: a request ends at its first token. `decode`: a request begins with its prompt's KV and its first
   * token at hand; both made elsewhere (Splitwise, ISCA 2024).
   */
  readonly role: 'both' | 'prefill' | 'decode';
  /** Keep the KV of what has left for later requests of its session; without effect on a decode replica. */
  readonly prefixCache: boolean;
}

export interface Request {
  readonly id: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Whose KV it can use again; -1: nobody's. */
  readonly session: number;
  /** So many tokens at the beginning of the prompt are the session's earlier context. */
  readonly sharedTokens: number;
}

/** Hears what happens, in the order of time. It may submit to and cancel at the replica, but not advance it. */
export interface ReplicaSink {
  /** Into the batch, anew or after an eviction; so many of its tokens need no prefill. */
  started?(id: number, atS: number, cachedTokens: number): void;
  firstToken(id: number, atS: number): void;
  finished(id: number, atS: number): void;
  /** Out of the batch for want of memory, to come back by itself; so many of its tokens lost their KV. */
  evicted(id: number, atS: number, lostTokens: number): void;
}

/** KV tokens that a request holds at the end of its life here, the last token's KV being never written. */
export function peakKvTokens(spec: ReplicaSpec, request: Request): number {
  return spec.role === 'prefill' ? request.promptTokens : request.promptTokens + request.outputTokens - 1;
}

export function checkSpec(spec: ReplicaSpec): void {
  whole('blockTokens', spec.blockTokens, 1);
  wholeOrInfinite('maxBatch', spec.maxBatch, 1);
  wholeOrInfinite('tokenBudget', spec.tokenBudget, 1);
  if (!(spec.kvTokens >= spec.blockTokens)) throw new Error('kvTokens: less than one block');
  if (!(spec.watermark >= 0 && spec.watermark < 1))
    throw new Error(`watermark: ${spec.watermark} is no share`);
  if (!(spec.swapSPerToken >= 0)) throw new Error('swapSPerToken: less than 0');
  if (spec.prefill === 'chunked' && spec.tokenBudget < spec.maxBatch)
    throw new Error(
      `tokenBudget ${spec.tokenBudget} is below maxBatch ${spec.maxBatch}: not all could decode`,
    );
}

export function checkRequest(spec: ReplicaSpec, request: Request): void {
  const name = `request ${request.id}`;
  whole(`${name}: promptTokens`, request.promptTokens, 1);
  whole(`${name}: outputTokens`, request.outputTokens, spec.role === 'decode' ? 2 : 1);
  whole(`${name}: sharedTokens`, request.sharedTokens, 0);
  const needed = Math.ceil(peakKvTokens(spec, request) / spec.blockTokens);
  const blocks = Math.floor(spec.kvTokens / spec.blockTokens);
  if (needed > blocks)
    throw new Error(
      `${name} needs ${needed} blocks of KV memory and the replica has ${blocks}: it never fits`,
    );
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name}: ${value} is no whole number from ${least} on`);
}

function wholeOrInfinite(name: string, value: number, least: number): void {
  if (value !== Number.POSITIVE_INFINITY) whole(name, value, least);
}
