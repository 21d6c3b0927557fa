/** `wipsim plan FILE`: the cheapest fleet, and the settings, that meet every SLO, with what stands behind the answer. */
import type { PlanDocument } from '../../experiment/plan/document.js';
import type { PlanProgress } from '../../experiment/plan/find-plan.js';
import { plan as findPlan, type PlanSpec } from '../../experiment/plan/plan.js';
import { PlanError } from '../../experiment/plan/plan-error.js';
import { Interrupted, type RunSource, type Setup, type SetupLoader } from '../../experiment/run-source.js';
import { createSetupLoader } from '../../traces/setup-loader.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { explained, loadSetup } from '../load.js';
import { printMessage } from '../output.js';
import { prepareFolder } from '../output-folder.js';
import { type PlanOptions, planSpec } from '../plan-spec.js';
import { renderPlan } from '../plan-summary.js';
import { openProgress, planPhase } from '../progress-line.js';
import { type PublishOptions, publish } from '../publish.js';
import { openRuns, type RunsOptions } from '../runs.js';

export interface PlanCommandOptions extends PlanOptions, RunsOptions, PublishOptions {
  readonly seed?: string;
  readonly policy?: string;
  readonly set: readonly string[];
}

const GOES_ON = 'the finished runs are kept, and the same command goes on from them';

export async function plan(file: string, options: PlanCommandOptions): Promise<ExitCode> {
  const base = await loadSetup(file, { variant: options.policy, set: options.set });
  const loader = createSetupLoader();
  // A value of --tune that the scenario does not allow is told as any mistake in it.
  const document = await explained(file, () => planned(base, loader, options));
  await publish(document, options, {
    summary: (style) => renderPlan(document, style),
    hasTables: true,
    report: async () => (await import('../../report/html.js')).renderPlanReport(document),
  });
  if (document.interrupted) {
    if (options.cache && options.quiet !== true) printMessage(`interrupted: ${GOES_ON}`);
    return ExitCode.interrupted;
  }
  return document.answer === null ? ExitCode.slosMissed : ExitCode.fine;
}

async function planned(base: Setup, loader: SetupLoader, options: PlanCommandOptions): Promise<PlanDocument> {
  try {
    const spec = await planSpec(base, options, loader);
    if (options.out !== undefined) await prepareFolder(options.out);
    return await interruptible((signal) => search(base, spec, loader, options, signal));
  } catch (error) {
    if (error instanceof PlanError) throw new CommandError(error.message);
    if (!(error instanceof Interrupted)) throw error;
    throw new CommandError('interrupted before the search began', ExitCode.interrupted);
  }
}

async function search(
  base: Setup,
  spec: PlanSpec,
  loader: SetupLoader,
  options: PlanCommandOptions,
  signal: AbortSignal,
): Promise<PlanDocument> {
  const progress = openProgress(options);
  const runs = await openRuns(options, base.compiled.name, signal, { isAdaptive: true });
  try {
    let at: PlanProgress = { phase: 'search', candidates: 0, runs: 0, events: 0, best: null };
    let finished = 0;
    const show = (): void => progress.update(planPhase(at, finished));
    show();
    const source = countedSource(runs.source, () => {
      finished++;
      show();
    });
    const seed = options.seed ?? base.compiled.seed;
    return await runs.result(() =>
      findPlan(base, spec, { loader, source, seed }, (now) => {
        at = now;
        show();
      }),
    );
  } finally {
    progress.stop();
    await runs.close();
  }
}

/** The same source, which tells of every run that is finished. */
const countedSource = (source: RunSource, onFinished: () => void): RunSource => ({
  parallelism: source.parallelism,
  ask: async (request, onSample) => {
    const answer = await source.ask(request, onSample);
    onFinished();
    return answer;
  },
});
