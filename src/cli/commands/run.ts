/** `wipsim run FILE`: simulates a scenario and reports what happens. */
import { join } from 'node:path';
import { runSetup } from '../../execution/run-setup.js';
import type { ResultDocument } from '../../experiment/document.js';
import { CommandError } from '../command-error.js';
import { DECISION_FILE } from '../decision-file.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { loadSetup } from '../load.js';
import { jsonText, print, printMessage, wantsColor } from '../output.js';
import { openDecisionLog, prepareFolder, writeResult } from '../output-folder.js';
import { openRuns, type RunsOptions } from '../runs.js';
import { renderSummary } from '../summary.js';

export interface RunOptions extends RunsOptions {
  readonly seed?: string;
  readonly replications?: number;
  /** Name of a variant of the scenario. */
  readonly policy?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly record?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** Columns of a summary that goes to a file or a pipe. */
const WIDTH_DEFAULT = 100;

export async function run(file: string, options: RunOptions): Promise<ExitCode> {
  const { seed, replications, policy, set, out, record } = options;
  if (record === true && out === undefined)
    throw new CommandError('--record needs --out FOLDER: the record is a file of that folder');
  const setup = await loadSetup(file, { variant: policy, set });
  if (out !== undefined) await prepareFolder(out);
  const { document, interrupted, early } = await interruptible(async (signal) => {
    const view = await liveView(options);
    const log = record === true ? openDecisionLog(out!, setup.compiled, seed) : null;
    const runsMax = replications ?? setup.compiled.replications;
    const runs = await openRuns(options, setup.compiled.name, signal, { runsMax, record: log?.record });
    try {
      const onProgress = view?.update.bind(view);
      const result = await runSetup(setup, runs.source, { seed, replications, onProgress });
      const stopped = signal.aborted && result?.interrupted !== false;
      return { document: result, interrupted: stopped, early: await runs.end(signal.aborted) };
    } finally {
      view?.stop();
      await runs.close();
      log?.close();
    }
  });
  if (early !== null) return early;
  if (document === null)
    throw new CommandError(
      `interrupted before the first replication was finished: there is no result${record === true ? `, but the decisions until then are in ${join(out!, DECISION_FILE)}` : ''}`,
      ExitCode.interrupted,
    );
  await publish(document, options);
  if (interrupted) return ExitCode.interrupted;
  return document.slos.every(({ met }) => met) ? ExitCode.fine : ExitCode.slosMissed;
}

/** Only where somebody watches; loaded only then. */
async function liveView({ quiet, color }: RunOptions) {
  if (quiet === true || process.stderr.isTTY !== true || process.env.TERM === 'dumb') return null;
  const { RunView } = await import('../../tui/run-view.js');
  return new RunView({ color: wantsColor(process.stderr, color) });
}

async function publish(document: ResultDocument, options: RunOptions): Promise<void> {
  const { out, record, json, quiet, color } = options;
  const files = out === undefined ? [] : await writeResult(out, document);
  if (out !== undefined && record === true) files.push(join(out, DECISION_FILE));
  if (json === true) print(jsonText(document));
  else if (quiet !== true)
    print(
      renderSummary(document, {
        color: wantsColor(process.stdout, color),
        width: process.stdout.columns || WIDTH_DEFAULT,
      }),
    );
  if (files.length > 0 && quiet !== true) printMessage(`wrote ${listOf(files)}`);
}

/** `a`, `a and b`, `a, b and c`. */
const listOf = (files: readonly string[]): string =>
  files.length < 2 ? files.join('') : `${files.slice(0, -1).join(', ')} and ${files.at(-1)}`;
