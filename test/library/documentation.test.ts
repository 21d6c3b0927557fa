/** The examples of the page: type-checked with the tests, and run against the package as it is installed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install } from '../cli/installed.js';

const at = (path: string): URL => new URL(path, import.meta.url);
const EXAMPLES = readdirSync(at('examples')).map((file) => file.replace(/\.ts$/, ''));

/** Blocks of TypeScript with what they print. */
const blocks = [
  ...readFileSync(at('../../docs/library.md'), 'utf8').matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs),
].map(([, code, printed]) => ({ code: code!, printed: printed! }));

let installed: Installed;
let project: string;

beforeAll(async () => {
  installed = await install();
  // Imports go through the package's own `exports`.
  const { exports } = JSON.parse(readFileSync(at('../../package.json'), 'utf8')) as { exports: object };
  const own = join(installed.folder, 'package.json');
  writeFileSync(own, JSON.stringify({ ...(JSON.parse(readFileSync(own, 'utf8')) as object), exports }));
  project = join(installed.folder, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  symlinkSync(installed.folder, join(project, 'node_modules', 'wipsim'));
  cpSync(at('../../scenarios'), join(project, 'scenarios'), { recursive: true });
});
afterAll(() => installed.remove());

describe('the page of the library', () => {
  it('shows every example, each once and whole', () => {
    const files = EXAMPLES.map((name) => readFileSync(at(`examples/${name}.ts`), 'utf8'));
    expect(blocks.map(({ code }) => code).sort()).toEqual(files.sort());
  });

  it.each(EXAMPLES)('example %s prints what the page says', (name) => {
    const code = readFileSync(at(`examples/${name}.ts`), 'utf8');
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(project, `${name}.mjs`), outputText);
    const { stdout, stderr } = spawnSync(process.execPath, [`${name}.mjs`], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(blocks.find((block) => block.code === code)!.printed);
  });
});
