/** `wipsim run FILE`: simulates a scenario and reports what happens. */
import { runOnThisThread } from '../../execution/this-thread.js';
import type { ResultDocument, TraceReport } from '../../experiment/document.js';
import { parseScenario } from '../../scenario/schema.js';
import { tracesOf } from '../../scenario/trace-uses.js';
import type { LoadedScenario } from '../../traces/load-scenario.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { loadForCommand } from '../load.js';
import { jsonText, print, printMessage, wantsColor } from '../output.js';
import { prepareFolder, writeResult } from '../output-folder.js';
import { renderSummary } from '../summary.js';

export interface RunOptions {
  readonly seed?: string;
  readonly replications?: number;
  /** Name of a variant of the scenario. */
  readonly policy?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** Columns of a summary that goes to a file or a pipe. */
const WIDTH_DEFAULT = 100;

export async function run(file: string, options: RunOptions): Promise<ExitCode> {
  const { seed, replications, policy, set, out } = options;
  const loaded = await loadForCommand(file, { variant: policy, set });
  if (out !== undefined) await prepareFolder(out);
  const { document, interrupted } = await interruptible(async (signal) => {
    const view = await liveView(options);
    try {
      const traces = traceReports(loaded);
      const onProgress = view?.update.bind(view);
      const result = await runOnThisThread(loaded.compiled, {
        seed,
        replications,
        traces,
        signal,
        onProgress,
      });
      return { document: result, interrupted: signal.aborted && result?.interrupted !== false };
    } finally {
      view?.stop();
    }
  });
  if (document === null)
    throw new CommandError(
      'interrupted before the first replication was finished: there is no result',
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

/** Files as the scenario names them: where they lie on this machine is no part of a result. */
function traceReports({ document, traceReports: reports }: LoadedScenario): TraceReport[] {
  const uses = tracesOf(parseScenario(document));
  return reports.map(({ workload, report }) => ({
    workload,
    file: uses.find((use) => use.workload === workload)!.spec.file,
    rows: report.rows,
    bad_rows: report.badRows,
    bad_row_examples: [...report.examples],
  }));
}

async function publish(document: ResultDocument, { out, json, quiet, color }: RunOptions): Promise<void> {
  const files = out === undefined ? [] : await writeResult(out, document);
  if (json === true) print(jsonText(document));
  else if (quiet !== true)
    print(
      renderSummary(document, {
        color: wantsColor(process.stdout, color),
        width: process.stdout.columns || WIDTH_DEFAULT,
      }),
    );
  if (files.length > 0 && quiet !== true) printMessage(`wrote ${files.join(' and ')}`);
}
