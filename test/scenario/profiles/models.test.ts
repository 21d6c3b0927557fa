import { describe, expect, it } from 'vitest';
import { kvTokensThatFit } from '../../../src/scenario/profiles/kv-capacity.js';
import { kvBytesPerToken, kvBytesPerTokenAndGpu } from '../../../src/scenario/profiles/models.js';
import { hardwareProfile, modelProfile } from '../../../src/scenario/profiles/registry.js';

const KIB = 1024;

describe('models', () => {
  it.each([
    ['llama-2-7b', 512 * KIB],
    ['llama-3.1-8b', 128 * KIB],
    ['qwen3-32b', 256 * KIB],
    ['llama-2-70b', 320 * KIB],
    ['llama-3-70b', 320 * KIB],
    ['llama-3.1-405b', 504 * KIB],
    ['bloom-176b', 3920 * KIB],
    ['deepseek-v3', 61 * 576 * 2],
  ])('%s: %d bytes of KV-cache a token in BF16, exactly', (name, bytes) => {
    const { attention } = modelProfile(name)!;
    expect(kvBytesPerToken(attention)).toBe(bytes);
    expect(kvBytesPerToken(attention, 1)).toBe(bytes / 2);
  });

  it('deal heads out over tensor parallelism, and repeat them where there are too few', () => {
    const { attention } = modelProfile('llama-3-70b')!;
    expect([1, 2, 8, 16].map((ways) => kvBytesPerTokenAndGpu(attention, ways) / KIB)).toEqual([
      320, 160, 40, 40,
    ]);
  });

  it('hold a latent vector whole on every GPU', () => {
    const { attention } = modelProfile('deepseek-v3')!;
    expect(kvBytesPerTokenAndGpu(attention, 8)).toBe(kvBytesPerToken(attention));
  });

  it.each([
    // vocabulary, width, layers, KV width, MLP width
    ['llama-2-7b', 32_000, 4096, 32, 4096, 11_008],
    ['llama-3.1-8b', 128_256, 4096, 32, 1024, 14_336],
    ['llama-2-70b', 32_000, 8192, 80, 1024, 28_672],
    ['llama-3-70b', 128_256, 8192, 80, 1024, 28_672],
    ['llama-3.1-405b', 128_256, 16_384, 126, 1024, 53_248],
  ])('%s: has as many parameters as its matrices', (name, vocabulary, width, layers, kvWidth, mlpWidth) => {
    const layer = 2 * width * width + 2 * width * kvWidth + 3 * width * mlpWidth + 2 * width;
    const count = 2 * vocabulary * width + layers * layer + width;
    const { parameters, weightsBytes } = modelProfile(name)!;
    expect(parameters.value).toBe(count);
    expect(weightsBytes.value).toBe(2 * count);
  });

  it('BLOOM: has as many parameters as its matrices and biases, its embedding used twice', () => {
    const width = 14_336;
    const layer = 12 * width * width + (3 + 1 + 4 + 1) * width + 4 * width;
    expect(modelProfile('bloom-176b')!.parameters.value).toBe(250_880 * width + 70 * layer + 4 * width);
  });
});

describe('KV-cache that fits', () => {
  it.each([
    ['llama-3.1-8b', 'a100-sxm-80', 1, 439_000],
    ['llama-3.1-8b', 'h100-sxm', 1, 439_000],
    ['llama-3.1-8b', 'h200-sxm', 1, 817_000],
    ['llama-3-70b', 'a100-sxm-80', 4, 467_000],
    ['llama-3-70b', 'h100-sxm', 4, 467_000],
    ['llama-3-70b', 'h100-sxm', 8, 1_365_000],
    ['llama-3-70b', 'h200-sxm', 2, 321_000],
  ])('%s on %s, %d of them: %d tokens within 1%', (model, hardware, ways, tokens) => {
    const fit = kvTokensThatFit(hardwareProfile(hardware)!, modelProfile(model)!, ways);
    expect(Math.abs(fit / tokens - 1)).toBeLessThan(0.01);
  });

  it('is bounded by one GPU where every GPU holds the whole cache', () => {
    // 8 x H200: 0.9 x 141 GB - 3.5 GiB - 671 GB / 8 on each, over 70,272 bytes.
    const free = 0.9 * 141e9 - 3.5 * 1024 ** 3 - 671e9 / 8;
    expect(kvTokensThatFit(hardwareProfile('h200-sxm')!, modelProfile('deepseek-v3')!, 8)).toBe(
      Math.floor(free / 70_272),
    );
  });

  it('is nothing where the weights do not fit, and grows with the share of memory', () => {
    const [h100, llama] = [hardwareProfile('h100-sxm')!, modelProfile('llama-3-70b')!];
    expect(kvTokensThatFit(h100, llama, 1)).toBe(0);
    expect(kvTokensThatFit(h100, llama, 4, 0.95)).toBeGreaterThan(kvTokensThatFit(h100, llama, 4));
  });
});
