/** Workers, coordinators and Redis as processes of their own, ended as crashes end them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer, redisIsMissing } from '../execution/queue/redis-server.js';
import { type Installed, install, QUEUE } from './installed.js';

const RUNS = 20;
/** Long enough that something can be killed meanwhile: some tenth of a second a run. */
const SCENARIO = QUEUE.replace('duration: 10m', 'duration: 1h').replace(
  'replications: 3',
  `replications: ${RUNS}`,
);

let installed: Installed;
let folder: string;
/** What one machine gives. */
let expected: Buffer;

beforeAll(async () => {
  installed = await install();
  folder = mkdtempSync(join(tmpdir(), 'wipsim-distributed-'));
  writeFileSync(join(folder, 'queue.yaml'), SCENARIO);
  const alone = await installed.wipsim([
    'run',
    join(folder, 'queue.yaml'),
    '--no-cache',
    '--quiet',
    '--out',
    join(folder, 'alone'),
  ]);
  expect(alone.stderr).toBe('');
  expected = result('alone');
}, 120_000);
afterAll(() => {
  installed.remove();
  rmSync(folder, { recursive: true, force: true });
});

const result = (name: string): Buffer => readFileSync(join(folder, name, 'result.json'));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}

class Process {
  text = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], cache: string) {
    this.child = spawn(process.execPath, [installed.bin, ...args], {
      cwd: folder,
      env: { ...process.env, WIPSIM_CACHE: cache },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  get runs(): number {
    return this.text.match(/ finished \(/g)?.length ?? 0;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

describe.skipIf(redisIsMissing())('an experiment on several machines', { timeout: 180_000 }, () => {
  let redis: RedisServer;
  let workers: Process[] = [];
  let cache: string;
  const others: Process[] = [];

  afterEach(async () => {
    await Promise.all([...workers, ...others.splice(0)].map((one) => one.kill('SIGKILL')));
    workers = [];
    await redis.stop();
    rmSync(cache, { recursive: true, force: true });
  });

  const runsDone = (): number => workers.reduce((sum, { runs }) => sum + runs, 0);

  const worker = (): Process =>
    new Process(['worker', '--redis', redis.url, '--workers', '1', '--lock', '2s', '--verbose'], cache);

  async function begin(persistent = false): Promise<void> {
    cache = mkdtempSync(join(tmpdir(), 'wipsim-cache-'));
    redis = await RedisServer.start({ persistent });
    workers = [worker(), worker(), worker()];
  }

  function coordinator(name: string, ...more: string[]): Process {
    const one = new Process(
      ['run', 'queue.yaml', '--engine', 'bullmq', '--redis', redis.url, '--out', name, ...more],
      cache,
    );
    others.push(one);
    return one;
  }

  test('has the bytes that one machine gives, and no run is done twice', async () => {
    await begin();
    expect(await coordinator('shared').ended).toBe(0);
    expect(result('shared').equals(expected)).toBe(true);
    expect(runsDone()).toBe(RUNS);
    expect(workers.every(({ runs }) => runs > 0)).toBe(true);
    // And once more, from the journal alone: nothing else is needed.
    await redis.kill();
    expect(await coordinator('again').ended).toBe(0);
    expect(result('again').equals(expected)).toBe(true);
    expect(runsDone()).toBe(RUNS);
  });

  test('loses nothing with a worker that is killed; its run goes to another one', async () => {
    await begin();
    const one = coordinator('worker-killed');
    await until(() => runsDone() >= 5);
    await workers[0]!.kill('SIGKILL');
    expect(await one.ended).toBe(0);
    expect(result('worker-killed').equals(expected)).toBe(true);
    // The run that was under way is not finished twice; its result may have been there already.
    expect(runsDone()).toBeGreaterThanOrEqual(RUNS - 1);
    expect(runsDone()).toBeLessThanOrEqual(RUNS + 1);
  });

  test('goes on where it was when its coordinator is killed: nothing is repeated', async () => {
    await begin();
    const first = coordinator('killed');
    await until(() => runsDone() >= 5);
    await first.kill('SIGKILL');
    expect(await coordinator('killed').ended).toBe(0);
    expect(result('killed').equals(expected)).toBe(true);
    expect(runsDone()).toBe(RUNS);
  });

  test.each([
    { persistent: true, again: 3 },
    // What is in Redis and not taken yet is lost with it, besides the three runs under way.
    { persistent: false, again: 9 },
  ])('survives a restart of Redis (persistent: $persistent)', async ({ persistent, again }) => {
    await begin(persistent);
    const one = coordinator(`restarted-${persistent}`);
    await until(() => runsDone() >= 5);
    await redis.kill();
    await sleep(300);
    await redis.begin();
    expect(await one.ended).toBe(0);
    expect(result(`restarted-${persistent}`).equals(expected)).toBe(true);
    expect(runsDone()).toBeLessThanOrEqual(RUNS + again);
  });

  test('ends with words where Redis dies for good', async () => {
    await begin();
    const one = coordinator('redis-died', '--redis-timeout', '2s');
    await until(() => runsDone() >= 5);
    await redis.kill();
    expect(await one.ended).toBe(1);
    expect(one.text).toContain('for 2 s');
  });

  test('a worker that is asked to end hands its run to another one', async () => {
    await begin();
    const one = coordinator('handed-back');
    await until(() => runsDone() >= 5);
    await workers[0]!.kill('SIGTERM');
    expect(await workers[0]!.ended).toBe(0);
    expect(workers[0]!.text).toMatch(/ended after \d+ runs?/);
    expect(await one.ended).toBe(0);
    expect(result('handed-back').equals(expected)).toBe(true);
    expect(runsDone()).toBe(RUNS);
  });
});

describe('an experiment in shards', { timeout: 180_000 }, () => {
  const file = (): string => join(folder, 'queue.yaml');
  const run = (...args: string[]) => installed.wipsim(['run', file(), '--quiet', ...args]);
  const part = (index: number): string => join(folder, `part-${index}`);

  test('is joined to the bytes that one machine gives', async () => {
    for (const index of [1, 2, 3])
      expect(await run('--shard', `${index}/3`, '--out', part(index))).toMatchObject({ code: 0, stderr: '' });
    const parts = [1, 2, 3].map(part);
    const merged = await installed.wipsim(['merge', ...parts, '--out', join(folder, 'merged'), '--quiet']);
    expect(merged).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(result('merged').equals(expected)).toBe(true);
  });

  test('is not joined while parts are missing or not finished, and they are named', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await run('--shard', '1/4', '--out', first);
    const slow = new Process(['run', file(), '--shard', '2/4', '--out', second], join(folder, 'cache'));
    await until(() => {
      try {
        return readFileSync(join(second, 'shard.json'), 'utf8') !== '';
      } catch {
        return false;
      }
    });
    await slow.kill('SIGKILL');
    const merged = await installed.wipsim(['merge', first, second, '--out', join(folder, 'none')]);
    expect(merged).toMatchObject({ code: 2, stdout: '' });
    expect(merged.stderr).toBe(`error: missing: shard 3/4, 4/4; not finished: shard 2/4 (${second})\n`);
  });

  test('parts of different experiments are refused', async () => {
    const [first, second] = [join(folder, 'seed-1'), join(folder, 'seed-2')];
    await run('--shard', '1/2', '--out', first, '--seed', '1');
    await run('--shard', '2/2', '--out', second, '--seed', '2');
    const merged = await installed.wipsim(['merge', first, second, '--out', join(folder, 'none')]);
    expect(merged.code).toBe(2);
    expect(merged.stderr).toMatch(/not the same experiment/);
    const other = await run('--shard', '1/2', '--out', first, '--seed', '3');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/has another shard: 1\/2 of wipsim/);
  });

  test('a scenario that changed between computing and joining is noticed', async () => {
    const file = join(folder, 'changing.yaml');
    writeFileSync(file, QUEUE);
    const [first, second] = [join(folder, 'changed-1'), join(folder, 'changed-2')];
    for (const [index, out] of [first, second].entries())
      await installed.wipsim(['run', file, '--shard', `${index + 1}/2`, '--out', out]);
    writeFileSync(file, QUEUE.replace('rate: 2/s', 'rate: 1.9/s'));
    const merged = await installed.wipsim(['merge', first, second, '--out', join(folder, 'none')]);
    expect(merged.code).toBe(2);
    expect(merged.stderr).toMatch(/^error: 3 runs are in no shard: seed 7\/0 of Small queue/);
  });
});

test.each([
  [['--engine', 'bullmq'], /needs --redis URL, or WIPSIM_REDIS/],
  [['--redis', 'redis://x'], /--redis needs --engine bullmq/],
  [['--engine', 'slurm'], /Allowed choices are threads, bullmq/],
  [['--engine', 'bullmq', '--redis', 'x'], /cannot read the address of Redis "x"/],
  [['--shard', '1/2'], /--shard needs --out FOLDER/],
  [['--shard', '3/2', '--out', 'x'], /expected PART\/PARTS, for example 2\/8/],
])('run %j is refused with what was expected', async (args, words) => {
  const { code, stderr } = await installed.wipsim(['run', join(folder, 'queue.yaml'), ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});
