import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { resultSchema } from '../../src/experiment/result-schema.js';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
let folder: string;
let file: string;

beforeAll(async () => {
  cli = await install();
  folder = join(cli.folder, 'mine');
  mkdirSync(folder);
  file = join(folder, 'queue.yaml');
  writeFileSync(file, QUEUE);
  await cli.wipsim(['init', 'policy', join(folder, 'my-policy.ts')]);
});
afterAll(() => cli.remove());

const USE = 'policies.admission={policy: ./my-policy.ts, queueAbove: 1}';
const run = (...args: string[]) => cli.wipsim(['run', file, ...args]);

describe('wipsim init policy', () => {
  it('writes a policy and its test, and says how to go on', async () => {
    const path = join(folder, 'fairQueue.mjs');
    const { code, stdout, stderr } = await cli.wipsim(['init', 'policy', path]);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    const test = join(folder, 'fairQueue.test.mjs');
    expect(stderr).toBe(
      `wrote ${path} and ${test}; next: node --test ${test}, and in a scenario beside it: policies: {admission: ./fairQueue.mjs}\n`,
    );
    expect(readFileSync(path, 'utf8')).toContain("name: 'fair-queue'");
  });

  it.each(['tested.ts', 'tested-too.mjs'])(
    'the test of %s passes, and fails where the policy is wrong',
    async (name) => {
      const path = join(folder, name);
      await cli.wipsim(['init', 'policy', path]);
      const test = path.replace(/\.\w+$/, '.test.mjs');
      const env = { ...process.env, NODE_OPTIONS: '' };
      const passed = spawnSync(process.execPath, [test], { encoding: 'utf8', env });
      expect(passed.stdout + passed.stderr).toMatch(/pass 2/);
      expect(passed.status).toBe(0);
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('waiting <= queueAbove', 'waiting < queueAbove'),
      );
      expect(spawnSync(process.execPath, [test], { env }).status).not.toBe(0);
    },
  );

  it('overwrites nothing, neither the policy nor the test', async () => {
    const path = join(folder, 'kept.ts');
    const test = join(folder, 'kept.test.mjs');
    writeFileSync(test, 'mine');
    const { code, stderr } = await cli.wipsim(['init', 'policy', path]);
    expect(stderr).toBe(`error: ${test} is there already; remove it or give another name\n`);
    expect(code).toBe(2);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(test, 'utf8')).toBe('mine');
    expect((await cli.wipsim(['init', 'policy', path, '--force'])).stderr).toContain('overwrites nothing');
  });

  it('wants an ending that a scenario can tell from a name, and a folder that is there', async () => {
    expect((await cli.wipsim(['init', 'policy', 'mine'])).stderr).toContain(
      'mine: a policy file ends in one of .ts, .mts, .js, .mjs',
    );
    const { code, stderr } = await cli.wipsim(['init', 'policy', join(folder, 'no', 'such.ts')]);
    expect(stderr).toMatch(/^error: cannot write .*such\.ts/);
    expect(code).toBe(2);
    expect((await cli.wipsim(['init', 'quick-start', 'x.yaml'])).stderr).toContain(
      'unexpected argument x.yaml',
    );
  });
});

describe('a scenario with a policy of one’s own', () => {
  it('runs, lists it with its file, and gives the same bytes again', async () => {
    const first = await run('--set', USE, '--json');
    expect(first.stderr).toBe('');
    const document = JSON.parse(first.stdout) as ResultDocument;
    expect(resultSchema.safeParse(document).error).toBeUndefined();
    expect(document.policies).toContainEqual({
      point: 'admission',
      policy: 'my-policy',
      file: './my-policy.ts',
      at: [],
      parameters: { queueAbove: 1, keepPriority: 1, retryAfter: 10 },
    });
    expect(document.estimates.workloads.chat!.rejected.mean).toBeGreaterThan(0);
    expect((await run('--set', USE, '--json')).stdout).toBe(first.stdout);
  });

  it('tells a mistake in its parameters by line, as validate does', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, `${QUEUE}policies:\n  admission: {policy: ./my-policy.ts, queueAbov: 1}\n`);
    const { code, stderr } = await cli.wipsim(['validate', bad]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'policies.admission.queueAbov: unknown key `queueAbov` (did you mean "queueAbove"?)',
    );
    expect(stderr).toMatch(/ \| {3}admission: \{policy: \.\/my-policy\.ts, queueAbov: 1\}$/m);
  });

  it('that throws in a run is named with its function and line: exit code 1, no stack of ours', async () => {
    const text = readFileSync(join(folder, 'my-policy.ts'), 'utf8');
    writeFileSync(
      join(folder, 'throws.ts'),
      text.replace(
        'decide(task) {',
        "decide(task, nowS) {\n          if (nowS > 60) throw new Error('enough');",
      ),
    );
    const { code, stdout, stderr } = await run('--set', 'policies.admission=./throws.ts');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^error: \.\/throws\.ts: decide\(\) threw Error: enough \(throws\.ts, line \d+\), 6\d\.\d+ s into the simulated time\n$/,
    );
  });

  it('that answers nonsense is stopped', async () => {
    const text = readFileSync(join(folder, 'my-policy.ts'), 'utf8');
    writeFileSync(join(folder, 'nothing.ts'), text.replace('return ADMIT', 'return undefined as never'));
    const { code, stderr } = await run('--set', 'policies.admission=./nothing.ts');
    expect(stderr).toMatch(
      /^error: \.\/nothing\.ts: decide\(\) must return ADMIT, REFUSE, HOLD or the seconds to wait, as a number, got nothing, /,
    );
    expect(code).toBe(1);
  });

  it('that fails asynchronously ends the run without a stack', async () => {
    const text = readFileSync(join(folder, 'my-policy.ts'), 'utf8');
    writeFileSync(join(folder, 'later.ts'), `Promise.reject(new Error('too late'));\n${text}`);
    const { code, stderr } = await run('--set', 'policies.admission=./later.ts');
    expect(stderr).toMatch(/^wipsim: something asynchronous failed: too late\nA policy file must do nothing/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  });

  it('from standard input is found from the current folder', async () => {
    const input = `${QUEUE}policies: {admission: ./mine/my-policy.ts}\n`;
    const { code, stdout } = await cli.wipsim(['validate', '-'], { input });
    expect(stdout).toContain('admission/my-policy');
    expect(code).toBe(0);
  });

  it('gives its reasons to the record', async () => {
    const out = join(folder, 'out');
    await run('--set', USE, '--record', '--out', out);
    const { stdout } = await cli.wipsim(['explain', out, '--policy', 'my-policy']);
    expect(stdout).toMatch(/^ {2}refuse +long queue .*waiting \d/m);
  });
});
