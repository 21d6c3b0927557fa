/** Worker threads as they are installed: a fresh build, asked by the command line and by a program that uses the library. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../../../src/execution/engine-version.js';
import { type Installed, install, QUEUE } from '../../cli/installed.js';

let cli: Installed;
let folder: string;
let file: string;

beforeAll(async () => {
  cli = await install();
  folder = join(cli.folder, 'mine');
  mkdirSync(folder);
  file = join(folder, 'queue.yaml');
  writeFileSync(file, QUEUE);
}, 120_000);
afterAll(() => cli.remove());

const run = (...args: string[]) => cli.wipsim(['run', file, '--no-cache', '--json', ...args]);

/** What a policy does at every task that comes later than a minute into the run; how it is named in a scenario. */
function policyThat(name: string, body: string): string[] {
  writeFileSync(
    join(folder, `${name}.mjs`),
    `export default ({ definePolicy, z, ADMIT }) =>
  definePolicy({
    point: 'admission',
    name: '${name}',
    summary: 'Goes wrong.',
    source: 'Own work.',
    helps: 'Nowhere.',
    hurts: 'Everywhere.',
    parameters: z.strictObject({}),
    create: () => ({
      retryAfterS: 1,
      decide(task, nowS) {
        if (nowS > 60) ${body};
        return ADMIT;
      },
    }),
  });
`,
  );
  return ['--set', `policies.admission=./${name}.mjs`];
}

/** A program that uses the library; what it writes, as JSON. */
function program(text: string): unknown {
  const path = join(folder, 'program.mjs');
  writeFileSync(path, `import { simulate } from '../dist/index.js';\n${text}`);
  const { stdout, stderr } = spawnSync(process.execPath, [path, file], { encoding: 'utf8', timeout: 50_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('worker threads', () => {
  it('give the bytes that this thread gives, whatever their number', async () => {
    const here = await run('--workers', '1');
    expect(JSON.parse(here.stdout).runs).toHaveLength(3);
    for (const workers of ['2', '3']) expect((await run('--workers', workers)).stdout).toBe(here.stdout);
  });

  it('tell how far each run is while it goes on', () => {
    const samples = program(`
      const samples = [];
      await simulate(process.argv[2], {
        workers: 2, cache: false, replications: 2, set: ['run.duration=200h'],
        onProgress: ({ replications }) => samples.push(...replications.filter(({ state }) => state === 'running')),
      });
      console.log(JSON.stringify(samples));
    `) as { index: number; fraction: number; simulatedS: number; events: number }[];
    for (const index of [0, 1]) {
      const own = samples.filter((sample) => sample.index === index && sample.events > 0);
      expect(own.length).toBeGreaterThan(0);
      for (const [at, { fraction, simulatedS, events }] of own.entries()) {
        expect(fraction).toBeCloseTo(simulatedS / 720_000, 6);
        expect(events).toBeGreaterThanOrEqual(own[Math.max(0, at - 1)]!.events);
      }
    }
  });

  it('end at once when they are told to, in the midst of runs that would take minutes', () => {
    const told = program(`
      const controller = new AbortController();
      let abortedMs = 0;
      const error = await simulate(process.argv[2], {
        workers: 2, cache: false, replications: 2, set: ['run.duration=400000h'], signal: controller.signal,
        onProgress: ({ replications }) => {
          if (abortedMs > 0 || replications.every(({ events }) => events === 0)) return;
          abortedMs = performance.now();
          controller.abort();
        },
      }).catch((error) => error);
      console.log(JSON.stringify({ name: error.name, tookMs: performance.now() - abortedMs }));
    `) as { name: string; tookMs: number };
    expect(told.name).toBe('Interrupted');
    expect(told.tookMs).toBeLessThan(5000);
  });

  it('bring a mistake of a policy file through, with its file and line, as this thread does', async () => {
    const throwing = policyThat('throws', "throw new Error('enough')");
    const there = await run('--workers', '2', ...throwing);
    expect(there.stderr).toMatch(
      /^error: \.\/throws\.mjs: decide\(\) threw Error: enough \(throws\.mjs, line 13\)/,
    );
    const here = await run('--workers', '1', ...throwing);
    expect(there).toEqual(here);
    expect(there.code).toBe(1);
  });

  it('that a policy file ends are told of, and nothing waits for them', async () => {
    const { code, stdout, stderr } = await run(
      '--workers',
      '2',
      '--replications',
      '12',
      ...policyThat('ends', 'process.exit(3)'),
    );
    expect(stderr).toMatch(
      /^error: the worker thread with seed 7\/\d+ of .*queue\.yaml ended before the run did \(worker exited with code: 3\): policy files must not end the process\n$/,
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  it('that run out of memory are told of, with what to do', async () => {
    const hungry = policyThat('hungry', 'for (const kept = []; ; ) kept.push({ nowS: nowS + kept.length })');
    const { code, stderr } = await cli.wipsim(
      ['run', file, '--no-cache', '--json', '--workers', '2', ...hungry],
      { env: { NODE_OPTIONS: '--max-old-space-size=120' } },
    );
    expect(stderr).toMatch(
      /error: the worker thread with seed 7\/\d of .*queue\.yaml ran out of memory: fewer --workers/,
    );
    expect(code).toBe(1);
  });
});

describe('a build that is not this engine', () => {
  const chunks = () => join(cli.folder, 'dist', 'chunks');
  const worker = () => join(cli.folder, 'dist', 'execution', 'worker.js');
  const old = '0.0.1-0123456789abcdef';

  /** The threads are given the version of another build, as those of a `dist` from before a change have it. */
  it('is refused, with both versions and the remedy, and runs nothing of the result', async () => {
    const name = readdirSync(chunks()).find((chunk) => chunk.startsWith('engine-version-'))!;
    const text = readFileSync(join(chunks(), name), 'utf8');
    writeFileSync(join(chunks(), `old-${name}`), text.replaceAll(ENGINE_VERSION, old));
    expect(text).toContain(ENGINE_VERSION);
    const own = readFileSync(worker(), 'utf8');
    expect(own).toContain(name);
    writeFileSync(worker(), own.replaceAll(name, `old-${name}`));
    const { code, stdout, stderr } = await run('--workers', '2');
    writeFileSync(worker(), own);
    expect(stderr).toBe(
      `error: dist was built from other sources (worker threads are ${old}, this is ${ENGINE_VERSION}): npm run build\n`,
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  it('is missing: that is said too', async () => {
    renameSync(worker(), `${worker()}.away`);
    const { code, stderr } = await run('--workers', '2', '--replications', '12');
    renameSync(`${worker()}.away`, worker());
    expect(stderr).toMatch(/^error: worker threads need .*worker\.js, which is not there: npm run build\n$/);
    expect(code).toBe(1);
  });

  it('or cannot start: the same, and no run waits for it', async () => {
    const own = readFileSync(worker(), 'utf8');
    writeFileSync(worker(), "import './gone.js';\n");
    const { code, stderr } = await run('--workers', '2', '--replications', '12');
    writeFileSync(worker(), own);
    // Whether it had been given a run already is chance.
    expect(stderr).toMatch(/^error: (a|the) worker thread .*Cannot find module .*gone\.js/);
    expect(code).toBe(1);
  });
});
