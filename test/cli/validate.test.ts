import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
let file: string;
let bad: string;

beforeAll(async () => {
  cli = await install();
  file = join(cli.folder, 'queue.yaml');
  bad = join(cli.folder, 'bad.yaml');
  writeFileSync(file, QUEUE);
  writeFileSync(bad, QUEUE.replace('10m', '10x').replace('price', 'prize'));
});
afterAll(() => cli.remove());

describe('wipsim validate', () => {
  it('says ok and what there is', async () => {
    const { code, stdout, stderr } = await cli.wipsim(['validate', file]);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'ok: Small queue',
      '  workload chat: 2/s on average; 1 step (work)',
      '  stage work: pool gpu, 4 GPUs, 4 slots',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('tells of a load that the pool cannot carry, and of the variant', async () => {
    const { code, stdout } = await cli.wipsim([
      'validate',
      file,
      '--policy=lifo',
      '--set=workloads.chat.arrival.rate=4/s',
    ]);
    expect(stdout).toMatch(/^ok: Small queue \(lifo\)$/m);
    expect(stdout).toMatch(/^! pool gpu is offered more than it can do: the load is 1\.50/m);
    expect(code).toBe(0);
  });

  it('lists all problems with their lines, and exits with 2', async () => {
    const { code, stdout, stderr } = await cli.wipsim(['validate', bad]);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${bad}:3:17: run.duration: expected a duration`);
    expect(stderr).toContain('  3 | run: {duration: 10x,');
    expect(stderr).toMatch(/:5:\d+: pools\.gpu\.prize: .*\(did you mean "price"\?\)/);
    expect(code).toBe(2);
  });

  it('--json writes {ok, problems}', async () => {
    expect(await cli.wipsim(['validate', file, '--json'])).toEqual({
      code: 0,
      stdout: '{"ok":true,"problems":[]}\n',
      stderr: '',
    });
    const { code, stdout, stderr } = await cli.wipsim(['validate', bad, '--json']);
    const { ok, problems } = JSON.parse(stdout) as {
      ok: boolean;
      problems: { path: string[]; line: number }[];
    };
    expect(ok).toBe(false);
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toContainEqual(['run.duration', 3]);
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toContainEqual(['pools.gpu.prize', 5]);
    expect(stderr).toBe('');
    expect(code).toBe(2);
  });

  it('reads standard input', async () => {
    expect((await cli.wipsim(['validate', '-'], { input: QUEUE })).stdout).toMatch(/^ok: Small queue\n/);
    const { code, stderr } = await cli.wipsim(['validate', '-'], { input: 'version: 1\n' });
    expect(stderr).toMatch(/^standard input:1:1: /);
    expect(code).toBe(2);
  });
});
