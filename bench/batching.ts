/**
 * Continuous batching in closed form against a loop that does what an engine does, iteration by iteration, over the
 * same requests: the seconds of both, and how many changes of membership stand for how many iterations. The loop is
 * written for this load alone (memory without end, whole prompts, all at hand), so it is a hard yardstick.
 */
import { Replica } from '../src/model/batching/replica.js';
import type { ReplicaSpec, Request } from '../src/model/batching/spec.js';
import { reference } from '../test/model/batching/reference.js';

const REQUESTS = 2000;
const PROMPT_TOKENS = 512;
/** A 70B model on four H100: 29.4 ms + 0.232 ms a sequence up to a batch of 32 (Splitwise), 0.031 us a cached token. */
const SPEC: ReplicaSpec = {
  timing: {
    batchS: [
      { batch: 0, s: 0.0294 },
      { batch: 1, s: 0.029632 },
    ],
    perKvTokenS: 3.1e-8,
    prefillBaseS: 0.0133,
    perPrefillTokenS: 6.5e-5,
    perPrefillTokenContextS: 0,
  },
  kvTokens: Number.POSITIVE_INFINITY,
  blockTokens: 16,
  watermark: 0.01,
  maxBatch: 32,
  tokenBudget: 8192,
  prefill: 'whole',
  onShortMemory: 'recompute',
  swapSPerToken: 0,
  role: 'both',
  prefixCache: false,
};

/** Long generations of differing length: a reasoning model's. */
function outputTokens(request: number): number {
  return 2000 + ((request * 7919) % 4001);
}

/** Where memory is short at times, as in production. */
const TIGHT: ReplicaSpec = { ...SPEC, prefill: 'chunked', kvTokens: 400_000 };
const REFERENCE_REQUESTS = 300;

const requestOf = (id: number): Request => ({
  id,
  promptTokens: PROMPT_TOKENS,
  outputTokens: outputTokens(id),
  session: -1,
  sharedTokens: 0,
});

/** Requests per second of the closed form and of the tests' reference, which goes from iteration to iteration. */
export function referenceRound(): { requestsPerS: number; referenceRequestsPerS: number } {
  const requests = Array.from({ length: REFERENCE_REQUESTS }, (_, id) => requestOf(id));
  const acts = requests.map((request) => ({ do: 'submit', atS: 0, request }) as const);
  return {
    requestsPerS: REFERENCE_REQUESTS / secondsOf(() => closedForm(TIGHT, requests)),
    referenceRequestsPerS: REFERENCE_REQUESTS / secondsOf(() => reference(TIGHT, acts)),
  };
}

const ALL = Array.from({ length: REQUESTS }, (_, id) => requestOf(id));

function closedForm(
  spec: ReplicaSpec,
  requests: readonly Request[],
): { endS: number; stretches: number; iterations: number } {
  let endS = 0;
  const replica = new Replica(spec, {
    firstToken: () => {},
    finished: (_, atS) => {
      endS = atS;
    },
    evicted: () => {},
  });
  for (const request of requests) replica.submit(request, 0);
  while (replica.nextS() < Number.POSITIVE_INFINITY) replica.advance(replica.nextS());
  return { endS, stretches: replica.stretches, iterations: replica.iterations };
}

function tokenLoop(): number {
  const { timing, maxBatch, tokenBudget } = SPEC;
  const left = new Int32Array(maxBatch);
  const held = new Float64Array(maxBatch);
  let batch = 0;
  let next = 0;
  let endS = 0;
  while (batch > 0 || next < REQUESTS) {
    let prompts = 0;
    while (batch < maxBatch && next < REQUESTS && (prompts + 1) * PROMPT_TOKENS <= tokenBudget) {
      left[batch] = outputTokens(next++) - 1;
      held[batch++] = PROMPT_TOKENS;
      prompts++;
    }
    if (prompts > 0) {
      endS += timing.batchS[0]!.s + timing.prefillBaseS + prompts * PROMPT_TOKENS * timing.perPrefillTokenS;
      continue;
    }
    let read = 0;
    for (let i = 0; i < batch; i++) read += held[i]!;
    endS +=
      timing.batchS[0]!.s + batch * (timing.batchS[1]!.s - timing.batchS[0]!.s) + read * timing.perKvTokenS;
    let stay = 0;
    for (let i = 0; i < batch; i++) {
      if (left[i] === 1) continue;
      left[stay] = left[i]! - 1;
      held[stay++] = held[i]! + 1;
    }
    batch = stay;
  }
  return endS;
}

function secondsOf(work: () => unknown): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}

/** One round: requests per second of both, and the iterations that one stretch stands for. */
export function batchingRound(): {
  requestsPerS: number;
  loopRequestsPerS: number;
  stretches: number;
  iterations: number;
} {
  const { endS, stretches, iterations } = closedForm(SPEC, ALL);
  const loopEndS = tokenLoop();
  if (Math.abs(endS - loopEndS) > 1e-9 * loopEndS)
    throw new Error(`closed form ends at ${endS}, the loop at ${loopEndS}`);
  return {
    requestsPerS: REQUESTS / secondsOf(() => closedForm(SPEC, ALL)),
    loopRequestsPerS: REQUESTS / secondsOf(tokenLoop),
    stretches,
    iterations,
  };
}
