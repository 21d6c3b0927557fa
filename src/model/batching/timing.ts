/**
 * Seconds of one iteration: f(B) + c K for B sequences in decode that read K cached tokens, and for prompts a base
 * once, a part by token and a part by (token x context before it), because attention is quadratic. The form is that
 * of Vidur (MLSys 2024) and of the measurements of Splitwise (ISCA 2024).
 */
export interface IterationTiming {
  /**
   * f: sequences in decode -> seconds, linear between the points; beyond the last point its slope goes on, before
   * the first its value holds. `a + b B` is two points, a knee three. A point at batch 0 is what an iteration costs
   * that only reads prompts: launching it and reading the weights; without one it costs nothing beside the prompts.
   */
  readonly batchS: readonly { readonly batch: number; readonly s: number }[];
  /** c: seconds to read one cached token. */
  readonly perKvTokenS: number;
  /** Once in an iteration with any prefill. */
  readonly prefillBaseS: number;
  readonly perPrefillTokenS: number;
  /** By pair of a new token and a token before it. */
  readonly perPrefillTokenContextS: number;
}

export function checkTiming(timing: IterationTiming): void {
  const { batchS, perKvTokenS, prefillBaseS, perPrefillTokenS, perPrefillTokenContextS } = timing;
  if (batchS.length === 0) throw new Error('batchS: no points');
  for (let i = 0; i < batchS.length; i++) {
    if (!(batchS[i]!.s >= 0 && batchS[i]!.s < Number.POSITIVE_INFINITY))
      throw new Error(`batchS: ${batchS[i]!.s} is no time`);
    if (i > 0 && !(batchS[i]!.batch > batchS[i - 1]!.batch)) throw new Error('batchS: batches must ascend');
  }
  if (batchS.length > 1 && batchS.at(-1)!.s < batchS.at(-2)!.s)
    throw new Error('batchS: the last slope goes down, and would go on to below 0');
  for (const costS of [perKvTokenS, prefillBaseS, perPrefillTokenS, perPrefillTokenContextS])
    if (!(costS >= 0 && costS < Number.POSITIVE_INFINITY)) throw new Error(`${costS} is no time of a token`);
}

/** f(B). */
export function batchSeconds({ batchS }: IterationTiming, batch: number): number {
  if (batch === 0) return batchS[0]!.batch === 0 ? batchS[0]!.s : 0;
  const last = batchS.length - 1;
  let i = 0;
  while (i < last && batchS[i + 1]!.batch < batch) i++;
  const from = batchS[Math.max(0, Math.min(i, last - 1))]!;
  if (last === 0 || batch <= from.batch) return from.s;
  const to = batchS[Math.min(i, last - 1) + 1]!;
  return from.s + ((to.s - from.s) * (batch - from.batch)) / (to.batch - from.batch);
}

/** Prefill of so many tokens behind a context, without the base: token j of them looks back on context + j. */
export function chunkSeconds(timing: IterationTiming, tokens: number, context: number): number {
  const pairs = tokens * context + (tokens * (tokens - 1)) / 2;
  return timing.perPrefillTokenS * tokens + timing.perPrefillTokenContextS * pairs;
}
