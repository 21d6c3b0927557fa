/**
 * How long one iteration of a continuously batching LLM server takes, as a table and four coefficients, and the
 * two sums that the published tables can be compared with: a decode step and a prompt processed alone.
 *
 * The fixed cost of an iteration (launching it, reading the weights) is paid once, whatever the iteration does.
 * The table therefore begins at batch 0, an iteration that only processes prompts; `batch` counts the sequences
 * in decode. `prefillBaseS` is what a prompt costs beyond that.
 */
export interface BatchSeconds {
  readonly batch: number;
  readonly s: number;
}

export interface IterationTiming {
  /** Seconds by sequences in decode: linear between the points, beyond the last one its slope goes on. */
  readonly batchS: readonly BatchSeconds[];
  /** Seconds for each token of KV-cache that the iteration reads. */
  readonly perKvTokenS: number;
  /** Seconds once, in an iteration with any prefill. */
  readonly prefillBaseS: number;
  readonly perPrefillTokenS: number;
  /** Seconds for each pair of a new token and a token before it: attention is quadratic. */
  readonly perPrefillTokenContextS: number;
}

/** The table at `batch`. */
export function tableS(table: readonly BatchSeconds[], batch: number): number {
  let index = 1;
  while (index < table.length - 1 && table[index]!.batch < batch) index += 1;
  const [low, high] = [table[index - 1]!, table[index]!];
  return low.s + ((batch - low.batch) / (high.batch - low.batch)) * (high.s - low.s);
}

/** A decode step of `batch` sequences that together hold `kvTokens` tokens of context. */
export const decodeStepS = (timing: IterationTiming, batch: number, kvTokens: number): number =>
  tableS(timing.batchS, batch) + timing.perKvTokenS * kvTokens;

/** A prompt of `tokens` in one iteration, alone: token i is compared with the i - 1 before it. */
export const promptS = (timing: IterationTiming, tokens: number): number =>
  tableS(timing.batchS, 0) +
  timing.prefillBaseS +
  timing.perPrefillTokenS * tokens +
  timing.perPrefillTokenContextS * ((tokens * (tokens - 1)) / 2);
