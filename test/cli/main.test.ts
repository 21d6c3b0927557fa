import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;

beforeAll(async () => {
  cli = await install();
});
afterAll(() => cli.remove());

describe('wipsim', () => {
  it('suggests the command or the option that was meant, and exits with 2', async () => {
    const command = await cli.wipsim(['rnu']);
    expect(command.stderr).toBe("error: unknown command 'rnu'\n(Did you mean run?)\n");
    expect(command.code).toBe(2);
    const option = await cli.wipsim(['run', 'x.yaml', '--replication', '3']);
    expect(option.stderr).toBe("error: unknown option '--replication'\n(Did you mean --replications?)\n");
    expect(option.code).toBe(2);
    const extra = await cli.wipsim(['run', 'x.yaml', 'y.yaml']);
    expect(extra.stderr).toMatch(/too many arguments/);
    expect(extra.code).toBe(2);
  });

  it.each(['report', 'fit', 'import'])(
    'knows %s as a command of another version, and does not list it',
    async (name) => {
      const { code, stderr, stdout } = await cli.wipsim([name, 'x.yaml', '--json', '-q']);
      expect(stderr).toBe(`error: wipsim ${name} is not available in this version\n`);
      expect(stdout).toBe('');
      expect(code).toBe(2);
      const help = await cli.wipsim(['--help']);
      expect(help.stdout).not.toMatch(new RegExp(`^ +${name}\\b`, 'm'));
    },
  );

  it("has the package's version", async () => {
    expect(await cli.wipsim(['--version'])).toEqual({ code: 0, stdout: '9.8.7\n', stderr: '' });
  });

  it('prints its help with exit status 0 when asked, 2 when called without a command', async () => {
    const asked = await cli.wipsim(['--help']);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toMatch(/^Usage: wipsim /);
    const bare = await cli.wipsim([]);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toMatch(/^Usage: wipsim /);
  });

  it('loads neither the engine nor a dependency but commander for its help', async () => {
    const loadedFor = async (args: readonly string[], input?: string): Promise<string[]> => {
      const coverage = mkdtempSync(join(tmpdir(), 'wipsim-coverage-'));
      await cli.wipsim(args, {
        env: { NODE_V8_COVERAGE: coverage },
        ...(input === undefined ? {} : { input }),
      });
      const urls = readdirSync(coverage).flatMap((name) => {
        const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as {
          result: { url: string }[];
        };
        return result.map(({ url }) => url);
      });
      rmSync(coverage, { recursive: true });
      return urls.filter((url) => url.startsWith('file:'));
    };
    const isHeavy = (url: string): boolean =>
      /chunks\/(engine|run|html|load|summary)/.test(url) ||
      (/node_modules\//.test(url) && !/node_modules\/commander\//.test(url));
    for (const args of [['--help'], ['run', '--help'], ['--version'], ['nonsense']])
      expect((await loadedFor(args)).filter(isHeavy)).toEqual([]);
    // What the test looks for is there where it is needed; charts and the live screen are not needed yet.
    const run = await loadedFor(['run', '-'], QUEUE);
    expect(run.some((url) => /chunks\/engine/.test(url))).toBe(true);
    expect(run.some((url) => /node_modules\/zod\//.test(url))).toBe(true);
    expect(run.filter((url) => /node_modules\/(ink|react|vega)|run-view|html/.test(url))).toEqual([]);
  });

  it('ends quietly when nobody reads on', async () => {
    const { code, stderr } = await cli.wipsim(['schema', 'scenario'], { closeStdout: true });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('tells a bug in one line and how to report it; the stack only with WIPSIM_DEBUG', async () => {
    // A package without its scenarios is broken.
    rmSync(join(cli.folder, 'scenarios'), { recursive: true });
    const plain = await cli.wipsim(['init']);
    const debug = await cli.wipsim(['init'], { env: { WIPSIM_DEBUG: '1' } });
    mkdirSync(join(cli.folder, 'scenarios'));
    expect(plain.code).toBe(1);
    expect(plain.stderr).toMatch(
      /^wipsim: internal error: ENOENT.*\nThis is a bug in wipsim\. Please report it/,
    );
    expect(plain.stderr).not.toMatch(/^ +at /m);
    expect(debug.code).toBe(1);
    expect(debug.stderr).toMatch(/ENOENT/);
  });

  it('says how to build it where it is not built', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wipsim-unbuilt-'));
    mkdirSync(join(folder, 'bin'));
    cpSync(cli.bin, join(folder, 'bin', 'wipsim'));
    chmodSync(join(folder, 'bin', 'wipsim'), 0o755);
    const { spawnSync } = await import('node:child_process');
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'wipsim'), '--help'], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(stderr).toBe('wipsim is not built yet: run `npm run build` first\n');
    expect(status).toBe(1);
  });
});
