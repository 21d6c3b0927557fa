/**
 * The folder of one shard: `shard.json` says which part of which experiment it is, `runs/` is the journal of its
 * finished runs. Joining shards is doing the experiment again with every run answered from their journals, so the
 * result has the same bytes as on one machine.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type RunAnswer,
  RunElsewhere,
  type RunRequest,
  type RunSource,
} from '../../experiment/run-source.js';
import { makeFolder, reasonOf } from '../file-system.js';
import { Journal } from '../journal/journal.js';
import { runKey } from '../journal/journaled-source.js';
import { type Shard, shardText } from './part.js';

export const SHARD_FILE = 'shard.json';
const RUNS_FOLDER = 'runs';
/** Missing runs that are named. */
const NAMED_MAX = 5;

const manifestSchema = z.strictObject({
  format: z.literal('wipsim-shard'),
  version: z.literal(1),
  engine: z.string(),
  shard: z.strictObject({ index: z.int().positive(), count: z.int().positive() }),
  /** The command line, without what concerns this machine or this part only. */
  command: z.array(z.string()).min(1),
  /** Whether all runs of this part are finished. */
  complete: z.boolean(),
});
type Manifest = z.output<typeof manifestSchema>;

/** What is wrong with shards, in words. */
export class ShardError extends Error {
  override readonly name = 'ShardError';
}

export interface ShardExperiment {
  readonly engineVersion: string;
  readonly command: readonly string[];
}

export class ShardFolder {
  private constructor(
    private readonly folder: string,
    private readonly manifest: Manifest,
    readonly journal: Journal,
  ) {}

  /** Begins a part, or goes on with it where it was interrupted. Throws `ShardError`. */
  static async begin(
    folder: string,
    shard: Shard,
    { engineVersion, command }: ShardExperiment,
  ): Promise<ShardFolder> {
    const earlier = await readManifest(folder);
    const manifest: Manifest = {
      format: 'wipsim-shard',
      version: 1,
      engine: engineVersion,
      shard: { ...shard },
      command: [...command],
      complete: false,
    };
    if (earlier !== null && JSON.stringify({ ...earlier, complete: false }) !== JSON.stringify(manifest))
      throw new ShardError(
        `${folder} has another shard: ${shardText(earlier.shard)} of ${commandText(earlier.command)}; take another folder, or remove this one`,
      );
    const here = new ShardFolder(folder, manifest, await Journal.open(join(folder, RUNS_FOLDER)));
    await here.write(false);
    return here;
  }

  /** Says that all runs of this part are there; throws `ShardError` where one of them could not be kept. */
  async complete(runs: ReadonlySet<string>): Promise<void> {
    const lost = [...runs].filter((run) => !this.journal.has(run)).length;
    if (lost > 0)
      throw new ShardError(
        `${lost === 1 ? 'one run' : `${lost} runs`} of shard ${shardText(this.manifest.shard)} could not be kept in ${this.folder}; the same command computes what is missing`,
      );
    await this.write(true);
  }

  private async write(complete: boolean): Promise<void> {
    const path = join(this.folder, SHARD_FILE);
    try {
      await makeFolder(this.folder);
      await writeFile(`${path}.part`, `${JSON.stringify({ ...this.manifest, complete }, null, 2)}\n`);
      await rename(`${path}.part`, path);
    } catch (error) {
      throw new ShardError(`cannot write ${path}: ${reasonOf(error)}`);
    }
  }
}

/** All parts of one experiment. */
export interface ShardSet extends ShardExperiment {
  readonly journals: readonly Journal[];
  /** Parts that are there but not finished, as `2/8 (FOLDER)`. */
  readonly unfinished: readonly string[];
  /** Parts that are not there, as `2/8`. */
  readonly missing: readonly string[];
  /** What is damaged, in words. */
  readonly problems: readonly string[];
}

/** Throws `ShardError` where the folders are not parts of one experiment. */
export async function readShards(folders: readonly string[]): Promise<ShardSet> {
  const parts: { readonly folder: string; readonly manifest: Manifest }[] = [];
  for (const folder of folders) {
    const manifest = await readManifest(folder);
    if (manifest === null) throw new ShardError(`${folder} has no shard: there is no ${SHARD_FILE}`);
    parts.push({ folder, manifest });
  }
  const first = parts[0];
  if (first === undefined) throw new ShardError('expected the folders of all shards');
  for (const { folder, manifest } of parts) {
    const [one, other] = [first.manifest, manifest];
    if (other.engine !== one.engine)
      throw new ShardError(
        `${folder} was computed by engine ${other.engine}, ${first.folder} by ${one.engine}: results of different engines cannot be joined`,
      );
    if (
      other.shard.count !== one.shard.count ||
      JSON.stringify(other.command) !== JSON.stringify(one.command)
    )
      throw new ShardError(
        `${folder} has shard ${shardText(other.shard)} of ${commandText(other.command)}, and ${first.folder} has shard ${shardText(one.shard)} of ${commandText(one.command)}: not the same experiment`,
      );
  }
  const { engine, command, shard } = first.manifest;
  const there = new Set(parts.map(({ manifest }) => manifest.shard.index));
  const journals = await Promise.all(parts.map(({ folder }) => Journal.open(join(folder, RUNS_FOLDER))));
  return {
    engineVersion: engine,
    command,
    journals,
    unfinished: parts
      .filter(({ manifest }) => !manifest.complete)
      .map(({ folder, manifest }) => `${shardText(manifest.shard)} (${folder})`),
    missing: Array.from({ length: shard.count }, (_, part) => part + 1)
      .filter((index) => !there.has(index))
      .map((index) => shardText({ index, count: shard.count })),
    problems: journals.flatMap(({ problems }, part) =>
      problems.map((problem) => `${parts[part]!.folder}: ${problem}`),
    ),
  };
}

/** Answers from the journals of all parts, and computes nothing. */
export class MergedSource implements RunSource {
  readonly parallelism = 1;
  private readonly absent: string[] = [];

  constructor(private readonly shards: Pick<ShardSet, 'engineVersion' | 'journals'>) {}

  /** The runs that were asked for and are in no part, in words; empty where nothing is missing. */
  get missing(): string {
    const { absent } = this;
    if (absent.length === 0) return '';
    const rest = absent.length > NAMED_MAX ? ` and ${absent.length - NAMED_MAX} more` : '';
    return `${absent.length === 1 ? 'one run is' : `${absent.length} runs are`} in no shard: ${absent.slice(0, NAMED_MAX).join(', ')}${rest}`;
  }

  ask(request: RunRequest): Promise<RunAnswer> {
    const key = runKey(this.shards.engineVersion, request);
    for (const journal of this.shards.journals) {
      const answer = journal.get(key);
      // Checked by its checksum, under a key that only such an answer is put with.
      if (answer !== undefined) return Promise.resolve(answer as RunAnswer);
    }
    const { compiled, ref } = request.setup;
    const where = [compiled.name, ...(ref.variant === null ? [] : [ref.variant]), ...ref.set].join(', ');
    this.absent.push(`seed ${request.seed} of ${where}`);
    return Promise.reject(new RunElsewhere());
  }
}

async function readManifest(folder: string): Promise<Manifest | null> {
  const path = join(folder, SHARD_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return null;
    throw new ShardError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new ShardError(`${path} is no shard of this version of wipsim`);
  }
}

const commandText = (command: readonly string[]): string =>
  `wipsim ${command.map((word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`;
