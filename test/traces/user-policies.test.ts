import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyText } from '../../src/cli/policy-template.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { loadScenario } from '../../src/traces/load-scenario.js';
import { loadPolicy } from '../../src/traces/user-policies.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wipsim-own-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const policyFile = (name: string, change: (text: string) => string = (text) => text): string =>
  write(name, change(policyText({ name: 'mine', file: name, typed: name.endsWith('ts'), libraryUrl: '' })));

function scenario(policies: string, variants = ''): string {
  return write(
    'scenario.yaml',
    `version: 1
name: own
run: {duration: 10m}
pools: {gpus: {}}
stages: {model: {pool: gpus}}
workloads:
  chat:
    arrival: {process: poisson, rate: 1/s}
    workflow: [{stage: model, work: 2s}]
policies:
  ${policies}
${variants}`,
  );
}

/** The mistakes, each as `line:column message -> suggestion`; the folder's path left out. */
async function mistakes(policies: string, variants?: string): Promise<string[]> {
  try {
    await loadScenario(scenario(policies, variants));
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` -> ${suggestion}`}`.replaceAll(
        `${folder}/`,
        '',
      ),
    );
  }
}

describe('a policy from a file', () => {
  test.each(['mine.ts', 'mine.mts', 'mine.js', 'mine.mjs'])('%s is loaded and used', async (name) => {
    policyFile(name);
    const { compiled } = await loadScenario(
      scenario(`admission: {policy: ./${name}, queueAbove: 3, at: chat}`),
    );
    expect(compiled.policyUses[0]).toEqual({
      point: 'admission',
      policy: 'mine',
      file: `./${name}`,
      at: [],
      parameters: { queueAbove: 3, keepPriority: 1, retryAfter: 10 },
    });
  });

  test('may be named bare, with its defaults, in a list and in a variant', async () => {
    policyFile('mine.ts');
    const list = await loadScenario(scenario('admission: [accept-all, mine.ts]'));
    expect(list.compiled.policyUses[0]).toMatchObject({ policy: 'mine', parameters: { queueAbove: 20 } });
    const path = scenario('ordering: fifo', 'variants: {own: {admission: ./mine.ts}}');
    const variant = await loadScenario(path, { variant: 'own' });
    expect(variant.compiled.policyUses[0]).toMatchObject({ policy: 'mine', file: './mine.ts' });
    const set = await loadScenario(path, { set: ['policies.admission=./mine.ts'] });
    expect(set.compiled.policyUses[0]).toMatchObject({ policy: 'mine', file: './mine.ts' });
  });

  test('may import from beside it, and what it imports is loaded once', async () => {
    write('count.ts', 'export const state = { made: 0 };\n');
    write('more.ts', "import { state } from './count';\nstate.made += 1;\nexport const { made } = state;\n");
    policyFile('importing.ts', (text) =>
      `import { made } from './more.ts';\nimport { state } from './count.js';\n${text}`.replace(
        ".default(20).describe('",
        ".default(made === 1 && state.made === 1 ? 7 : 8).describe('",
      ),
    );
    const { compiled } = await loadScenario(scenario('admission: ./importing.ts'));
    expect(compiled.policyUses[0]!.parameters.queueAbove).toBe(7);
  });

  test('that is changed is read anew, and changes the hash, as does what it imports', async () => {
    const hash = async () => (await loadScenario(scenario('admission: ./changing.ts'))).compiled.hash;
    write('part.ts', 'export const most = 20;\n');
    const withLimit = (text: string) =>
      `import { most } from './part.ts';\n${text}`.replace('.default(20)', '.default(most)');
    policyFile('changing.ts', withLimit);
    const first = await hash();
    expect(await hash()).toBe(first);
    policyFile('changing.ts', (text) => withLimit(text).replace('<= queueAbove', '< queueAbove'));
    const second = await hash();
    expect(second).not.toBe(first);
    write('part.ts', 'export const most = 10 + 10;\n');
    expect(await hash()).not.toBe(second);
  });

  test('has the same hash wherever it lies', async () => {
    const text = policyFile('here.ts');
    const hash = async (name: string) => (await loadScenario(scenario(`admission: ${name}`))).compiled.hash;
    expect(await hash('./here.ts')).toBe(await hash(text));
  });
});

describe('mistakes in its use are told as those of any policy', () => {
  beforeAll(() => void policyFile('mine.ts'));

  test('a parameter that it does not have', async () => {
    expect(await mistakes('admission: {policy: ./mine.ts, queueAbov: 3}')).toEqual([
      '11:34 unknown key `queueAbov` -> queueAbove',
    ]);
  });

  test('a value of the wrong kind', async () => {
    expect(await mistakes('admission: {policy: ./mine.ts, retryAfter: soon}')).toEqual([
      '11:46 expected a duration, for example 8s, got text "soon"',
    ]);
  });

  test('a place that does not exist', async () => {
    expect(await mistakes('admission: {policy: ./mine.ts, at: chats}')).toEqual([
      '11:38 unknown workload `chats` -> chat',
    ]);
  });

  test('a point that is not its own', async () => {
    expect(await mistakes('ordering: ./mine.ts')).toEqual([
      '11:13 ./mine.ts is a policy of the point admission; it cannot stand under ordering',
    ]);
  });

  test('two policies of one name', async () => {
    policyFile('other.ts');
    expect(await mistakes('admission: [./mine.ts, {policy: ./other.ts}]')).toEqual([
      '11:35 ./mine.ts and ./other.ts are both called admission/mine; rename one',
    ]);
  });

  test('a name in its parameters that does not exist', async () => {
    policyFile('naming.ts', (text) =>
      text
        .replace('keepPriority: z', "stage: z.string().default('model'),\n      keepPriority: z")
        .replace(
          '    // Made',
          "    references: ({ stage }) => [{ kind: 'stage', name: stage, path: ['stage'] }],\n    // Made",
        ),
    );
    expect(await mistakes('admission: {policy: ./naming.ts, stage: modl}')).toEqual([
      '11:36 unknown stage `modl` -> model',
    ]);
    expect(await mistakes('admission: ./naming.ts')).toEqual([]);
  });
});

describe('mistakes in the file stand where the scenario names it', () => {
  test.each<[string, string | null, RegExp]>([
    ['missing.ts', null, /^11:14 there is no policy file \.\/missing\.ts: tried missing\.ts$/],
    [
      'syntax.ts',
      'export default (kit) => {\n  const a = ;\n};\n',
      /cannot load \.\/syntax\.ts: syntax\.ts:2:12: Unexpected token$/,
    ],
    [
      'throws.ts',
      'const a: any = 1;\na.b.c();\nexport default 1;\n',
      /: TypeError: Cannot read .* \(throws\.ts, line 2\)$/,
    ],
    ['imports.mjs', "import { x } from './no.mjs';\nexport default x;\n", /Cannot find module '\.\/no\.mjs'/],
    ['empty.ts', 'export const policy = 1;\n', /^11:14 \.\/empty\.ts has no default export; expected/],
    ['number.ts', 'export default () => 5;\n', /must return a definition, .* got 5$/],
    ['async.ts', 'export default async () => ({});\n', /the function must not be async$/],
  ])('%s', async (name, text, message) => {
    if (text !== null) write(name, text);
    const told = await mistakes(`admission: ./${name}`);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(message);
  });

  test('all of them at once', async () => {
    write('number.ts', 'export default () => 5;\n');
    expect(
      await mistakes('admission: [./no-1.ts, ./number.ts]', 'variants: {a: {wip: ./no-2.ts}}'),
    ).toHaveLength(3);
  });

  test('a field of the definition', async () => {
    policyFile('field.ts', (text) => text.replace("name: 'mine'", "name: 'Mine'"));
    expect(await mistakes('admission: ./field.ts')).toEqual([
      '11:14 ./field.ts: `name` must be text in kebab case such as "my-policy", got "Mine"',
    ]);
  });

  test('a folder', async () => {
    expect(await mistakes('admission: ./')).toEqual(['11:14 ./ is a folder, not a policy file']);
  });

  test('a check of its parameters that throws', async () => {
    policyFile('checking.ts', (text) =>
      text.replace(".describe('Tasks of", ".refine((n: any) => n.no.such, 'no').describe('Tasks of"),
    );
    await expect(
      loadScenario(scenario('admission: {policy: ./checking.ts, keepPriority: 2}')),
    ).rejects.toThrow(/^\.\/checking\.ts: its parameters threw TypeError: .* \(checking\.ts, line \d+\)$/);
  });

  test('a check of its parameters that is asynchronous', async () => {
    policyFile('later.ts', (text) =>
      text.replace(".describe('Tasks of", ".refine(async () => true).describe('Tasks of"),
    );
    await expect(loadScenario(scenario('admission: {policy: ./later.ts, keepPriority: 2}'))).rejects.toThrow(
      './later.ts: a check of the parameters is asynchronous; it must answer at once',
    );
  });
});

test('a program can load one by itself', async () => {
  const policy = await loadPolicy(policyFile('alone.ts'));
  expect(policy.point).toBe('admission');
  await expect(loadPolicy(join(folder, 'nowhere.ts'))).rejects.toThrow('there is no policy file');
});
