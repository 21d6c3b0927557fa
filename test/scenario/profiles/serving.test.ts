import { describe, expect, it } from 'vitest';
import { SERVING, servingProfile } from '../../../src/scenario/profiles/registry.js';
import { type ServingProfile, withEngineOverhead } from '../../../src/scenario/profiles/serving.js';
import { type Published, SPLITWISE_LINES, SPLITWISE_TABLES, VIDUR_TABLES } from './published.js';

const MEDIAN_ERROR_MAX = 0.05;
/** Splitwise decoded 128 tokens after prompts of 512. */
const CONTEXT_TOKENS = 512 + 64;

/** A profile's step in milliseconds, by the definition of the timing and not by its functions. */
function stepMs({ timing }: ServingProfile, batch: number, kvTokens: number): number {
  const upper = timing.batchS.findIndex((point) => point.batch >= batch);
  const [low, high] = [timing.batchS[Math.max(0, upper - 1)]!, timing.batchS[upper]!];
  const share = high.batch === low.batch ? 0 : (batch - low.batch) / (high.batch - low.batch);
  return 1000 * (low.s * (1 - share) + high.s * share + timing.perKvTokenS * kvTokens);
}

/** A prompt alone: every token is compared with those before it. */
function promptMs({ timing }: ServingProfile, tokens: number): number {
  let pairs = 0;
  for (let before = 0; before < tokens; before += 1) pairs += before;
  return (
    1000 *
    (timing.batchS[0]!.s +
      timing.prefillBaseS +
      timing.perPrefillTokenS * tokens +
      timing.perPrefillTokenContextS * pairs)
  );
}

function medianError(fitted: readonly number[], published: readonly number[]): number {
  const errors = fitted.map((value, index) => Math.abs(value / published[index]! - 1)).sort((a, b) => a - b);
  const half = Math.floor(errors.length / 2);
  return errors.length % 2 === 1 ? errors[half]! : (errors[half - 1]! + errors[half]!) / 2;
}

const inside = (profile: ServingProfile, { batches, prompts }: Published): boolean =>
  batches.at(-1)! === profile.range.batchMax &&
  prompts.every((n) => n >= profile.range.promptTokensMin && n <= profile.range.promptTokensMax);

describe('measured profiles against the tables of Splitwise', () => {
  it.each(Object.keys(SPLITWISE_TABLES))('%s: median error of decode and of prompts at most 5%', (name) => {
    const profile = servingProfile(name)!;
    const published = SPLITWISE_TABLES[name]!;
    expect(inside(profile, published)).toBe(true);
    const steps = published.batches.map((batch) => stepMs(profile, batch, batch * CONTEXT_TOKENS));
    const prompts = published.prompts.map((tokens) => promptMs(profile, tokens));
    expect(medianError(steps, published.decodeMs)).toBeLessThanOrEqual(MEDIAN_ERROR_MAX);
    expect(medianError(prompts, published.promptMs)).toBeLessThanOrEqual(MEDIAN_ERROR_MAX);
    // What the command prints is the same comparison.
    expect(profile.decode.medianError).toBeCloseTo(medianError(steps, published.decodeMs), 9);
    expect(profile.prompt.medianError).toBeCloseTo(medianError(prompts, published.promptMs), 9);
  });

  it.each(Object.entries(SPLITWISE_LINES))(
    '%s: within 2% of a line fitted elsewhere, up to batch 32',
    (name, [a, b]) => {
      for (const batch of [1, 8, 20, 32])
        expect(
          Math.abs(stepMs(servingProfile(name)!, batch, batch * CONTEXT_TOKENS) / (a + b * batch) - 1),
        ).toBeLessThan(0.02);
    },
  );

  it.each(Object.keys(SPLITWISE_LINES))('%s: keeps the knee, 6-21% above the line at batch 64', (name) => {
    const [a, b] = SPLITWISE_LINES[name]!;
    const above = stepMs(servingProfile(name)!, 64, 64 * CONTEXT_TOKENS) / (a + b * 64) - 1;
    expect(above).toBeGreaterThan(0.055);
    expect(above).toBeLessThan(0.22);
  });
});

describe('floors against the profiles of Vidur', () => {
  it.each(Object.keys(VIDUR_TABLES))('%s: median error at most 5%, the overhead taken off', (name) => {
    const profile = withEngineOverhead(servingProfile(name)!, 0);
    const published = VIDUR_TABLES[name]!;
    expect(inside(profile, published)).toBe(true);
    const steps = published.batches.map((batch) => stepMs(profile, batch, 0));
    expect(medianError(steps, published.decodeMs)).toBeLessThanOrEqual(MEDIAN_ERROR_MAX);
    const { timing } = profile;
    const prompts = published.prompts.map(
      (n) => 1000 * (timing.batchS[0]!.s + timing.prefillBaseS + timing.perPrefillTokenS * n),
    );
    if (prompts.length > 0)
      expect(medianError(prompts, published.promptMs)).toBeLessThanOrEqual(MEDIAN_ERROR_MAX);
  });

  it('follow the published lines, where single points were not published', () => {
    for (const [name, a, b, p0, p1] of [
      ['llama-3.1-8b-a100-tp1', 9.77, 0.029, 6.4, 0.0672],
      ['llama-3-70b-h100-tp4', 21.6, 0, 13.3, 0.065],
      ['llama-3-70b-h100-tp8', 13.4, 0.025, 15.2, 0.041],
    ] as const) {
      const profile = withEngineOverhead(servingProfile(name)!, 0);
      for (const batch of [1, 32, 128]) expect(stepMs(profile, batch, 0)).toBeCloseTo(a + b * batch, 9);
      const { batchS, prefillBaseS, perPrefillTokenS } = profile.timing;
      expect(1000 * (batchS[0]!.s + prefillBaseS)).toBeCloseTo(p0, 9);
      expect(1000 * perPrefillTokenS).toBeCloseTo(p1, 9);
    }
  });

  it('assume an overhead of the size that vLLM has on an H200: its step less the reading of the weights', () => {
    // 833.4 ms for 128 tokens of Llama 3.1 8B at batch 8; 16.06 GB at 0.8 of 4.8 TB/s.
    const overheadMs = 833.421 / 128 - (1000 * 16.06e9) / (0.8 * 4.8e12);
    const assumedMs = 1000 * servingProfile('llama-3.1-8b-a100-tp1')!.engineOverheadS!.value;
    expect(overheadMs).toBeCloseTo(2.33, 2);
    expect(Math.abs(assumedMs - overheadMs)).toBeLessThan(1);
  });

  it('come with it within 15% of the shortest steps that llm-d documents for batch 1', () => {
    for (const [name, shortestMs] of [
      ['llama-3.1-8b-a100-tp1', 15],
      ['llama-3-70b-h100-tp4', 25],
      ['llama-3-70b-h100-tp8', 18],
    ] as const)
      expect(Math.abs(stepMs(servingProfile(name)!, 1, 1000) / shortestMs - 1), name).toBeLessThan(0.15);
  });

  it('take another overhead for every iteration, whatever it does; measured ones have their own', () => {
    const profile = servingProfile('llama-3-70b-h100-tp8')!;
    const slower = withEngineOverhead(profile, 0.01);
    for (const batch of [0, 1, 100])
      expect(stepMs(slower, batch, 0) - stepMs(profile, batch, 0)).toBeCloseTo(7, 9);
    expect(promptMs(slower, 1000) - promptMs(profile, 1000)).toBeCloseTo(7, 9);
    expect(slower.engineOverheadS).toMatchObject({ value: 0.01, assumption: true });
    expect(() => withEngineOverhead(servingProfile('llama-2-70b-h100-tp8')!, 0.001)).toThrow(/measured/);
  });
});

describe('serving profiles', () => {
  it('read the KV-cache at 0.8 of the bandwidth, split over the GPUs: microseconds a token by hand', () => {
    for (const [name, us] of [
      ['llama-2-7b-a100-tp1', 0.321],
      ['llama-2-7b-h100-tp1', 0.196],
      ['llama-3.1-8b-a100-tp1', 0.08],
      ['llama-2-70b-a100-tp4', 0.05],
      ['llama-2-70b-a100-tp8', 0.025],
      ['llama-3-70b-h100-tp4', 0.031],
      ['llama-3-70b-h100-tp8', 0.015],
    ] as const)
      expect(Math.abs(servingProfile(name)!.timing.perKvTokenS * 1e6 - us), name).toBeLessThan(0.001);
  });

  it('have attention by arithmetic in floors: 7B on an A100 takes 37 ms for the pairs of 4,096 tokens', () => {
    // 4 FLOP x 32 heads x 128 x 32 layers, over 0.38 of 312 TFLOP/s; 4096 x 4095 / 2 pairs.
    const pairS = (4 * 32 * 128 * 32) / (0.38 * 312e12);
    const { timing } = servingProfile('llama-2-7b-a100-tp1')!;
    expect(timing.perPrefillTokenContextS).toBeCloseTo(pairS, 18);
    expect((pairS * 4096 * 4095) / 2).toBeCloseTo(0.0371, 4);
  });

  it('have timings that an engine can run on: nothing negative, steps that never shrink', () => {
    for (const { name, timing } of SERVING) {
      const { batchS, ...coefficients } = timing;
      for (const value of Object.values(coefficients)) expect(value, name).toBeGreaterThanOrEqual(0);
      expect(batchS[0]!.batch).toBe(0);
      expect(batchS[0]!.s, name).toBeGreaterThan(0);
      for (const [index, point] of batchS.slice(1).entries()) {
        expect(point.batch).toBeGreaterThan(batchS[index]!.batch);
        expect(point.s, name).toBeGreaterThanOrEqual(batchS[index]!.s);
      }
    }
  });

  it('fit in the memory of their group', () => {
    for (const { name, kvTokens } of SERVING) expect(kvTokens, name).toBeGreaterThan(20_000);
  });
});
