import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemplate, readTemplates, templateList } from '../../src/cli/commands/init.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
const QUICK = `# Quick: a first queue.\n# More words.\n${QUEUE}`;

beforeAll(async () => {
  cli = await install();
  writeFileSync(join(cli.folder, 'scenarios', 'quick-start.yaml'), QUICK);
  writeFileSync(join(cli.folder, 'scenarios', 'big.yaml'), QUEUE);
  writeFileSync(join(cli.folder, 'scenarios', 'README.md'), 'not a scenario');
});
afterAll(() => cli.remove());

describe('wipsim init', () => {
  it('lists the shipped scenarios with what their first comment says', async () => {
    const { code, stdout } = await cli.wipsim(['init']);
    expect(stdout).toBe('big\nquick-start  Quick: a first queue.\n');
    expect(code).toBe(0);
  });

  it('prints a template as it is', async () => {
    expect(await cli.wipsim(['init', 'quick-start'])).toEqual({ code: 0, stdout: QUICK, stderr: '' });
  });

  it('writes a file, but overwrites one only with --force', async () => {
    const file = join(cli.folder, 'mine.yaml');
    const first = await cli.wipsim(['init', 'quick-start', '-o', file]);
    expect(first).toEqual({ code: 0, stdout: '', stderr: `wrote ${file}; next: wipsim run ${file}\n` });
    expect(readFileSync(file, 'utf8')).toBe(QUICK);
    const again = await cli.wipsim(['init', 'big', '-o', file]);
    expect(again.stderr).toBe(`error: ${file} is there already; --force overwrites it\n`);
    expect(again.code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe(QUICK);
    expect((await cli.wipsim(['init', 'big', '-o', file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(QUEUE);
  });

  it('suggests the template that was meant', async () => {
    const { code, stderr } = await cli.wipsim(['init', 'quickstart']);
    expect(stderr).toMatch(/there is no template "quickstart" \(did you mean "quick-start"\?\)/);
    expect(code).toBe(2);
  });

  it('cannot write to a folder that is not there', async () => {
    const { code, stderr } = await cli.wipsim(['init', 'big', '-o', join(cli.folder, 'no', 'such.yaml')]);
    expect(stderr).toMatch(/^error: cannot write .*such\.yaml/);
    expect(code).toBe(2);
  });
});

describe('the shipped scenarios', () => {
  it('have a comment that says what they show, and are without mistakes', async () => {
    const templates = await readTemplates(join(import.meta.dirname, '../../scenarios'));
    expect(templates.length).toBeGreaterThan(0);
    expect(findTemplate(templates, 'quick-start').text).toMatch(/^# /);
    for (const line of templateList(templates).split('\n')) expect(line).toMatch(/^[a-z-]+ {2,}\S/);
    const folder = mkdtempSync(join(tmpdir(), 'wipsim-templates-'));
    for (const { name, text } of templates) {
      const file = join(folder, `${name}.yaml`);
      writeFileSync(file, text);
      expect((await loadScenario(file)).compiled.name).not.toBe('');
    }
    rmSync(folder, { recursive: true });
  });
});
