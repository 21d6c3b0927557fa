/** `wipsim run FILE`: simulates a scenario and reports what happens. */
import { join } from 'node:path';
import { runSetup } from '../../execution/run-setup.js';
import { CommandError } from '../command-error.js';
import { DECISION_FILE } from '../decision-file.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { loadSetup } from '../load.js';
import { wantsColor } from '../output.js';
import { openDecisionLog, prepareFolder } from '../output-folder.js';
import { type PublishOptions, publish } from '../publish.js';
import { openRuns, type RunsOptions } from '../runs.js';
import { renderSummary } from '../summary.js';

export interface RunOptions extends RunsOptions, PublishOptions {
  readonly seed?: string;
  readonly replications?: number;
  /** Name of a variant of the scenario. */
  readonly policy?: string;
  readonly set: readonly string[];
  readonly record?: boolean;
}

export async function run(file: string, options: RunOptions): Promise<ExitCode> {
  const { seed, replications, policy, set, out, record } = options;
  if (record === true && out === undefined)
    throw new CommandError('--record needs --out FOLDER: the record is a file of that folder');
  const setup = await loadSetup(file, { variant: policy, set });
  if (out !== undefined) await prepareFolder(out);
  const { document, interrupted } = await interruptible(async (signal) => {
    const view = await liveView(options);
    const log = record === true ? openDecisionLog(out!, setup.compiled, seed) : null;
    const runsMax = replications ?? setup.compiled.replications;
    const runs = await openRuns(options, setup.compiled.name, signal, { runsMax, record: log?.record });
    try {
      const onProgress = view?.update.bind(view);
      const result = await runs.result(() =>
        runSetup(setup, runs.source, { seed, replications, onProgress }),
      );
      return { document: result, interrupted: signal.aborted && result?.interrupted !== false };
    } finally {
      view?.stop();
      await runs.close();
      log?.close();
    }
  });
  if (document === null)
    throw new CommandError(
      `interrupted before the first replication was finished: there is no result${record === true ? `, but the decisions until then are in ${join(out!, DECISION_FILE)}` : ''}`,
      ExitCode.interrupted,
    );
  await publish(
    document,
    options,
    {
      summary: (style) => renderSummary(document, style),
      report: async () => (await import('../../report/html.js')).renderReport(document),
    },
    record === true ? [join(out!, DECISION_FILE)] : [],
  );
  if (interrupted) return ExitCode.interrupted;
  return document.slos.every(({ met }) => met) ? ExitCode.fine : ExitCode.slosMissed;
}

/** Only where somebody watches; loaded only then. */
async function liveView({ quiet, color }: RunOptions) {
  if (quiet === true || process.stderr.isTTY !== true || process.env.TERM === 'dumb') return null;
  const { RunView } = await import('../../tui/run-view.js');
  return new RunView({ color: wantsColor(process.stderr, color) });
}
