/** The folder of `--out`: result.json, report.html and, with `--record`, decisions.jsonl. */
import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DECISION_LOG_VERSION, DecisionLog, type DecisionLogHeader } from '../execution/decision-log.js';
import { makeFolder, reasonOf } from '../execution/file-system.js';
import type { CompiledScenario } from '../scenario/compile.js';
import { CommandError } from './command-error.js';
import { DECISION_FILE } from './decision-file.js';
import { ExitCode } from './exit-code.js';
import { jsonText } from './output.js';

/** Before the run, so that a folder that cannot be written costs no simulation. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder));
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError(`--out ${folder}: cannot write there: ${reasonOf(error)}`);
  }
}

/** The record of decisions, in the folder from the start: what an interrupted run has decided is kept. */
export function openDecisionLog(
  folder: string,
  { name, hash, seed, variant }: CompiledScenario,
  ownSeed: string | undefined,
): DecisionLog {
  const path = join(folder, DECISION_FILE);
  const header: DecisionLogHeader = {
    format: 'wipsim-decisions',
    version: DECISION_LOG_VERSION,
    scenario: name,
    hash,
    seed: ownSeed ?? seed,
    variant,
  };
  return new DecisionLog(path, header, (error) => writeError(path, error));
}

/** The document and its report; returns the paths of the files written. */
export async function writeDocument(folder: string, document: object, report: string): Promise<string[]> {
  const files = [
    { path: join(folder, 'result.json'), text: jsonText(document) },
    { path: join(folder, 'report.html'), text: report },
  ];
  for (const { path, text } of files) await writeWhole(path, text);
  return files.map(({ path }) => path);
}

/** Under another name first: whoever watches the file never sees half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** What the user can mend; a full disk or a broken one is of another kind. */
const USAGE_CODES: readonly unknown[] = ['EISDIR', 'EEXIST', 'ENOTDIR', 'ENOENT', 'EACCES', 'EPERM', 'EROFS'];

const writeError = (path: string, error: unknown): CommandError =>
  new CommandError(
    `cannot write ${path}: ${reasonOf(error)}`,
    USAGE_CODES.includes((error as NodeJS.ErrnoException).code) ? ExitCode.usage : ExitCode.internalError,
  );
