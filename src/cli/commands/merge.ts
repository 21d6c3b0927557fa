/** `wipsim merge FOLDER... --out DIR`: joins the shards of an experiment to its result. */
import { ENGINE_VERSION } from '../../execution/engine-version.js';
import { readShards } from '../../execution/shard/shard-folder.js';
import { CommandError } from '../command-error.js';
import { printMessage } from '../output.js';

export interface MergeOptions {
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** The words of the command that makes the result: that of the shards, all runs coming from their folders. */
export async function mergeCommand(
  folders: readonly string[],
  { out, json, quiet, color }: MergeOptions,
): Promise<string[]> {
  const { command, engineVersion, journals, missing, unfinished, problems } = await readShards(folders);
  await Promise.all(journals.map((journal) => journal.close()));
  if (engineVersion !== ENGINE_VERSION)
    throw new CommandError(
      `the shards were computed by engine ${engineVersion}, this is ${ENGINE_VERSION}: join them with the version that computed them`,
    );
  const troubles = [
    ...(missing.length === 0 ? [] : [`missing: shard ${missing.join(', ')}`]),
    ...(unfinished.length === 0 ? [] : [`not finished: shard ${unfinished.join(', ')}`]),
  ];
  if (troubles.length > 0) throw new CommandError(troubles.join('; '));
  for (const problem of problems) printMessage(`warning: ${problem}`);
  return [
    ...command,
    '--out',
    out,
    ...(json === true ? ['--json'] : []),
    ...(quiet === true ? ['--quiet'] : []),
    ...(color ? [] : ['--no-color']),
    '--parts',
    ...folders,
  ];
}
