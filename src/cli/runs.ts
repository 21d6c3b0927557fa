/** The options with which commands say who runs their experiments, and what these open. */
import { availableParallelism } from 'node:os';
import { ENGINE_VERSION } from '../execution/engine-version.js';
import { openSource, type QueueOptions } from '../execution/open-source.js';
import type { Shard } from '../execution/shard/part.js';
import { Interrupted, type RunSource } from '../experiment/run-source.js';
import type { DecisionSink } from '../simulation/decisions.js';
import { CommandEnd, CommandError } from './command-error.js';
import { durationOption } from './duration-option.js';
import { ExitCode } from './exit-code.js';
import { printMessage } from './output.js';

export interface RunsOptions {
  readonly workers?: number;
  /** False with `--no-cache`. */
  readonly cache: boolean;
  readonly engine?: 'threads' | 'bullmq';
  /** By default `WIPSIM_REDIS` of the environment. */
  readonly redis?: string;
  /** A duration. */
  readonly redisTimeout?: string;
  /** Computes only a part of the runs, into `out`. */
  readonly shard?: Shard;
  readonly out?: string;
  readonly quiet?: boolean;
  /** Folders of shards, from which all runs come; `wipsim merge` says so. */
  readonly parts?: readonly string[];
  /** The command's words as they were given. */
  readonly commandLine?: readonly string[];
}

export interface RunsContext {
  /** More are never under way at a time. */
  readonly runsMax?: number;
  readonly record?: DecisionSink | undefined;
  /** The experiment decides from results what to run next. */
  readonly isAdaptive?: boolean;
}

export interface OpenRuns {
  readonly source: RunSource;
  /** Requests that were answered from the cache so far. */
  cached(): number;
  close(): Promise<void>;
  /**
   * Does the experiment. A shard has no result: then the command ends here, with `CommandEnd`. Where shards are joined
   * and runs are missing, that is an error.
   */
  result<Result>(experiment: () => Promise<Result>): Promise<Result>;
}

/** How long a coordinator waits for Redis. */
const REDIS_TIMEOUT_DEFAULT = '10m';

/** @param scenario title, under which finished runs are kept */
export async function openRuns(
  options: RunsOptions,
  scenario: string,
  signal: AbortSignal,
  context: RunsContext = {},
): Promise<OpenRuns> {
  const { workers, cache, shard, parts } = options;
  if (parts !== undefined) return openParts(parts);
  if (shard !== undefined) return openShard(shard, options, signal, context);
  const open = await openSource({
    // More threads than runs would have nothing to do.
    workers: Math.min(workers ?? availableParallelism(), context.runsMax ?? Number.POSITIVE_INFINITY),
    signal,
    record: context.record,
    cacheOf: cache ? scenario : null,
    queue: queueOptions(options),
    onWarning: (message) => printMessage(`warning: ${message}`),
  });
  return { ...open, result: (experiment) => experiment() };
}

function queueOptions({ engine, redis, redisTimeout }: RunsOptions): QueueOptions | undefined {
  if (engine !== 'bullmq') {
    if (redis !== undefined) throw new CommandError('--redis needs --engine bullmq');
    return undefined;
  }
  const url = redis ?? process.env.WIPSIM_REDIS ?? '';
  if (url === '')
    throw new CommandError('--engine bullmq needs --redis URL, or WIPSIM_REDIS in the environment');
  return { url, timeoutS: durationOption('--redis-timeout', redisTimeout ?? REDIS_TIMEOUT_DEFAULT, 1) };
}

async function openShard(
  shard: Shard,
  options: RunsOptions,
  signal: AbortSignal,
  { record, isAdaptive = false }: RunsContext,
): Promise<OpenRuns> {
  const { out, workers, quiet, commandLine = [] } = options;
  const { shardText } = await import('../execution/shard/part.js');
  const { ShardSource } = await import('../execution/shard/shard.js');
  const { ShardFolder } = await import('../execution/shard/shard-folder.js');
  if (isAdaptive)
    throw new CommandError(
      '--shard: this experiment decides from results what to run next, so it cannot be cut into parts beforehand; give it machines through a queue, with --engine bullmq',
    );
  if (out === undefined) throw new CommandError('--shard needs --out FOLDER: the runs are kept there');
  if (record !== undefined) throw new CommandError('--shard and --record do not go together');
  const command = portableCommand(commandLine);
  if (command.includes('-'))
    throw new CommandError('--shard needs a scenario in a file: merging the shards reads it again');
  const folder = await ShardFolder.begin(out, shard, { engineVersion: ENGINE_VERSION, command });
  const open = await openSource({
    workers,
    signal,
    journal: folder.journal,
    queue: queueOptions(options),
    onWarning: (message) => printMessage(`warning: ${message}`),
  });
  const source = new ShardSource(shard, open.source, ENGINE_VERSION);
  return {
    source,
    cached: open.cached,
    close: open.close,
    result: async (experiment) => {
      await unlessInterrupted(experiment);
      const { size } = source.finished;
      const what = `shard ${shardText(shard)}: ${size === 1 ? '1 run' : `${size} runs`} in ${out}`;
      if (signal.aborted)
        throw new CommandEnd(`interrupted, ${what}; the same command goes on`, ExitCode.interrupted);
      await folder.complete(source.finished);
      throw new CommandEnd(
        quiet === true ? '' : `${what}; when all shards are there: wipsim merge FOLDER... --out FOLDER`,
        ExitCode.fine,
      );
    },
  };
}

async function openParts(folders: readonly string[]): Promise<OpenRuns> {
  const { MergedSource, readShards, ShardError } = await import('../execution/shard/shard-folder.js');
  const source = new MergedSource(await readShards(folders));
  return {
    source,
    cached: () => 0,
    close: () => Promise.resolve(),
    result: async (experiment) => {
      const end = await unlessInterrupted(experiment);
      if (source.missing !== '') throw new ShardError(source.missing);
      if (end === null) throw new Interrupted();
      return end.result;
    },
  };
}

async function unlessInterrupted<Result>(
  experiment: () => Promise<Result>,
): Promise<{ readonly result: Result } | null> {
  try {
    return { result: await experiment() };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return null;
  }
}

/** Options that are this machine's or this part's own, and whether they take a value. */
const OWN_OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ['--shard', true],
  ['--out', true],
  ['--workers', true],
  ['--engine', true],
  ['--redis', true],
  ['--redis-timeout', true],
  ['--no-cache', false],
  ['--json', false],
  ['--quiet', false],
  ['--no-color', false],
]);

/** The command as any machine would do it: equal for all shards of one experiment. */
export function portableCommand(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [name = ''] = words[i]!.split('=', 1);
    const takesValue = OWN_OPTIONS.get(name);
    if (takesValue === undefined) kept.push(words[i]!);
    else if (takesValue && name === words[i]) i++;
  }
  return kept;
}
