/**
 * The command line as it is installed: a fresh build in a package of its own, with its own templates, run in child
 * processes.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOptions } from 'rolldown';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = new URL('../../rolldown.config.js', import.meta.url).href;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Installed {
  readonly folder: string;
  readonly bin: string;
  /** Runs `wipsim` to its end. */
  wipsim(args: readonly string[], options?: RunOptions): Promise<Finished>;
  remove(): void;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly afterMs: number };
  /** Nobody reads standard output. */
  readonly closeStdout?: boolean;
}

export async function install(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'wipsim-cli-'));
  writeFileSync(join(folder, 'package.json'), '{"name": "wipsim", "version": "9.8.7", "type": "module"}');
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(REPOSITORY, 'bin'), join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'scenarios'));
  const { default: config } = (await import(CONFIG)) as { default: RolldownOptions };
  await build({
    ...config,
    cwd: REPOSITORY,
    output: { ...config.output, dir: join(folder, 'dist') },
    logLevel: 'silent',
  });
  const bin = join(folder, 'bin', 'wipsim');
  return {
    folder,
    bin,
    wipsim: (args, options = {}) => finished(bin, args, folder, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function finished(
  bin: string,
  args: readonly string[],
  cwd: string,
  { input = '', env = {}, interrupt, closeStdout }: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A child that ends early does not read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    if (closeStdout === true) child.stdout.destroy();
    if (interrupt !== undefined) setTimeout(() => child.kill(interrupt.signal), interrupt.afterMs);
  });
}

/** A queue that is simulated in some ten milliseconds. */
export const QUEUE = `version: 1
name: Small queue
run: {duration: 10m, warmup: 30s, replications: 3, seed: 7}
pools:
  gpu: {nodes: 1, gpusPerNode: 4, price: $2/h}
stages:
  work: {pool: gpu}
workloads:
  chat:
    arrival: {process: poisson, rate: 2/s}
    workflow:
      - {stage: work, work: {dist: exponential, mean: 1.5s}}
variants:
  lifo:
    ordering: lifo
slos:
  - {name: quick, metric: workloads.chat.latency_s.p99, atMost: 30s}
`;
