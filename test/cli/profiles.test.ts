import { describe, expect, it, vi } from 'vitest';
import { profiles } from '../../src/cli/commands/profiles.js';
import { PROFILE_NAMES, servingProfile } from '../../src/scenario/profiles/registry.js';

function printed(name?: string, options: { json?: boolean } = {}): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(profiles(name, options)).toBe(0);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

const ALL = Object.values(PROFILE_NAMES).flat();

describe('wipsim profiles', () => {
  it('lists every profile in its group, with main figures and price', () => {
    const lines = printed().split('\n');
    expect(lines.filter((line) => /^\S/.test(line))).toEqual(['hardware', 'model', 'serving']);
    for (const name of ALL) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
    expect(lines.find((line) => line.startsWith('  h100-sxm '))).toMatch(
      /80 GiB, 3\.35 TB\/s, 989 TFLOP\/s, \$6\.16\/h a GPU, reserved \$3\.85, spot \$2\.46$/,
    );
    expect(lines.find((line) => line.startsWith('  llama-3.1-8b '))).toContain('128 KiB of KV-cache a token');
    expect(lines.find((line) => line.startsWith('  llama-2-70b-h100-tp4 '))).toContain(
      '4 x h100-sxm, $24.62/h',
    );
  });

  it('lists one group', () => {
    const text = printed('model');
    expect(text.split('\n')[0]).toBe('model');
    expect(text).not.toContain('h100');
  });

  it('shows hardware with the source of each figure, and says what is assumed', () => {
    const text = printed('h100-sxm');
    expect(text).toMatch(/^Price on demand +\$6\.16\/h +CoreWeave price page.*\(2026-09-20\)$/m);
    expect(text).toMatch(/^Between failures of a node +264 d +Llama 3 405B training: 419 /m);
    expect(text).toMatch(/^Repair of a node +4 h +Assumption: /m);
    expect(printed('cpu')).not.toContain('BF16');
  });

  it('shows a model with its shape', () => {
    expect(printed('llama-3-70b')).toMatch(/^KV-cache a token +320 KiB /m);
    expect(printed('deepseek-v3')).toMatch(/whole on every GPU/);
  });

  it('shows each published point of a serving profile beside the fit, with its error and their median', () => {
    const text = printed('llama-2-70b-h100-tp8');
    expect(text).toMatch(/^Valid +up to 64 sequences in a batch, prompts of 512 to 4,096 tokens$/m);
    expect(text).toMatch(/^ +1 +29\.8 ms +30\.3 ms +\+1\.6%$/m);
    expect(text).toMatch(/^ +64 +50\.2 ms +50\.2 ms +0%$/m);
    expect(text).toMatch(/^ +8,192 +845 ms +1\.29 s +\+52\.8% \(outside\)$/m);
    expect(text.match(/^ {2}Median error \d/gm)).toHaveLength(2);
    expect(text).not.toContain('Overhead');
  });

  it('names the overhead that a floor assumes, and what it has no points for', () => {
    const text = printed('llama-3-70b-h100-tp8');
    expect(text).toMatch(/^Overhead +3 ms an iteration\. Assumption: not measured/m);
    expect(text).toContain('No published points in range to compare with.');
  });

  it('fits a terminal of 80 columns', () => {
    const { columns, isTTY } = process.stdout;
    Object.assign(process.stdout, { columns: 80, isTTY: true });
    try {
      for (const text of [printed(), ...ALL.map((name) => printed(name))])
        for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    } finally {
      Object.assign(process.stdout, { columns, isTTY });
    }
  });

  it('writes JSON with units in its names', () => {
    const all = JSON.parse(printed(undefined, { json: true })) as { kind: string; name: string }[];
    expect(all.map(({ name }) => name)).toEqual(ALL);
    const [hardware] = JSON.parse(printed('h100-sxm', { json: true }));
    expect(hardware).toMatchObject({
      kind: 'hardware',
      figures: {
        memory_bytes: { value: 80 * 1024 ** 3, unit: 'bytes' },
        node_repair_s: { value: 14_400, unit: 's', assumption: true },
      },
    });
    const [serving] = JSON.parse(printed('llama-2-70b-h100-tp4', { json: true }));
    const { timing } = servingProfile('llama-2-70b-h100-tp4')!;
    expect(serving).toMatchObject({
      kind: 'serving',
      method: 'measured',
      model: 'llama-2-70b',
      hardware: 'h100-sxm',
      tensor_parallel: 4,
      timing: { batch_s: timing.batchS, per_kv_token_s: timing.perKvTokenS },
      range: { batch_max: 64, prompt_tokens_min: 512, prompt_tokens_max: 8192 },
    });
    const [model] = JSON.parse(printed('qwen3-32b', { json: true }));
    expect(model).toMatchObject({ kind: 'model', kv_bytes_per_token: 262_144, attention: { kv_heads: 8 } });
  });

  it('suggests the name that was meant', () => {
    expect(() => printed('h100')).toThrow(
      'there is no profile "h100" (did you mean "h100-sxm"?); `wipsim profiles` lists them',
    );
    expect(() => printed('llama3-70b')).toThrow(/did you mean "llama-3-70b"\?/);
    expect(() => printed('hardwear')).toThrow(/did you mean "hardware"\?/);
    expect(() => printed('zzzzzz')).toThrow('there is no profile "zzzzzz"; `wipsim profiles` lists them');
  });
});
