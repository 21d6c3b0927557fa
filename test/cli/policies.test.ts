import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { policies } from '../../src/cli/commands/policies.js';
import { evidenceOf, figureTexts } from '../../src/cli/evidence.js';
import { POLICY_POINTS } from '../../src/policies/definition.js';
import { describeParameters } from '../../src/policies/describe.js';
import { findPolicy, POLICIES } from '../../src/policies/registry.js';
import { policiesSchema } from '../../src/scenario/schema/policies.js';
import { STILL_TO_COME } from '../evidence/still-to-come.js';

function printed(name?: string, options: { json?: boolean } = {}): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(policies(name, options)).toBe(0);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

interface PolicyJson {
  readonly point: string;
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly default: string }[];
  readonly example: string;
}

describe('wipsim policies', () => {
  it('lists every point in the order in which they act, and every policy with its sentence', () => {
    const text = printed();
    expect(text.split('\n').filter((line) => /^\S/.test(line))).toEqual([...POLICY_POINTS]);
    const lines = text.split('\n');
    for (const { name, summary } of POLICIES)
      expect(lines.some((line) => line.startsWith(`  ${name} `) && line.endsWith(`  ${summary}`))).toBe(true);
  });

  it('fits a terminal of 80 columns, and cuts no word off', () => {
    const { columns, isTTY } = process.stdout;
    Object.assign(process.stdout, { columns: 80, isTTY: true });
    try {
      for (const text of [printed(), printed('codel'), printed('cost-budget')])
        for (const line of text.split('\n').filter((one) => !one.startsWith('    admission:')))
          expect(line.length, line).toBeLessThanOrEqual(80);
      const text = printed('cost-budget').replaceAll(/\s+/g, ' ');
      for (const { name, description } of describeParameters(findPolicy('admission', 'cost-budget')!)) {
        expect(text).toContain(` ${name}: `);
        expect(text).toContain(description);
      }
    } finally {
      Object.assign(process.stdout, { columns, isTTY });
    }
  });

  it('lists the policies of one point', () => {
    expect(printed('ordering').split('\n')[0]).toBe('ordering');
    expect(printed('ordering')).not.toContain('token-bucket');
  });

  it('explains a policy: parameters with units and defaults, source, when it helps and hurts', () => {
    const text = printed('token-bucket');
    expect(text).toMatch(/^admission\/token-bucket: Admits at a long-run rate/);
    expect(text).toMatch(/^Source {2}golang\.org\/x\/time\/rate/m);
    expect(text).toMatch(/^Helps {3}\S/m);
    expect(text).toMatch(/^Hurts {3}\S/m);
    expect(text).toMatch(/^rate +rate, Hz +required +Tokens added/m);
    expect(printed('admission/token-bucket')).toBe(text);
    expect(printed('fifo')).toContain('No parameters.');
  });

  it('tells what was measured under what is claimed', () => {
    const id = 'ordering/sjf';
    const { helps, hurts } = evidenceOf(id)!;
    const lines = printed(id).split('\n');
    const [claimed, harm] = [/^Helps {3}/, /^Hurts {3}/].map((start) =>
      lines.findIndex((one) => start.test(one)),
    );
    expect(lines[claimed! + 1]).toBe(`        Seen: ${helps.says}`);
    expect(lines[claimed! + 2]).toBe(
      `        ${figureTexts(helps).metric}: ${figureTexts(helps).without} without, ${figureTexts(helps).with} with; difference ${figureTexts(helps).difference}`,
    );
    expect(lines[harm! + 1]).toBe(`        Seen: ${hurts.says}`);
    // Shortest first lowers the mean and makes the longest wait.
    expect(helps.with).toBeLessThan(helps.without);
    expect(hurts.with).toBeGreaterThan(hurts.without);
    expect(JSON.parse(printed(id, { json: true }))).toMatchObject([{ evidence: { helps, hurts } }]);
  });

  it('explains all policies of a name', () => {
    expect(printed('priority').match(/^\w+\/priority: /gm)).toEqual([
      'ordering/priority: ',
      'preemption/priority: ',
    ]);
  });

  it('suggests the name that was meant', () => {
    expect(() => policies('tokenbucket', {})).toThrow(
      'there is no policy "tokenbucket" (did you mean "token-bucket"?)',
    );
    expect(() => policies('ordering/fif', {})).toThrow('(did you mean "ordering/fifo"?)');
    expect(() => policies('admision', {})).toThrow('(did you mean "admission"?)');
  });

  it.each(POLICIES.map(({ point, name }) => `${point}/${name}`).filter((id) => !STILL_TO_COME.includes(id)))(
    'has an example of %s that a scenario takes',
    (id) => {
      const [{ example, point }] = JSON.parse(printed(id, { json: true })) as [PolicyJson];
      const { policies: written } = parse(example) as { policies: Record<string, unknown> };
      expect(Object.keys(written)).toEqual([point]);
      expect(policiesSchema.safeParse(written).error).toBeUndefined();
      expect(printed(id)).toContain(example.replaceAll(/^/gm, '  '));
    },
  );

  it('--json holds them all', () => {
    const all = JSON.parse(printed(undefined, { json: true })) as PolicyJson[];
    expect(all.map(({ point, name }) => `${point}/${name}`)).toEqual(
      POLICIES.map(({ point, name }) => `${point}/${name}`),
    );
    expect(all.find(({ name }) => name === 'ageing')!.parameters).toMatchObject([
      { name: 'interval', default: '60s' },
    ]);
  });
});
