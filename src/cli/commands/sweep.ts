/** `wipsim sweep FILE`: a scenario at many points, and what of its values its results depend on. */
import { dirname, resolve } from 'node:path';
import type { DesignKind } from '../../experiment/sweep/document.js';
import { readFactor } from '../../experiment/sweep/factor.js';
import { withFullPaths } from '../../experiment/sweep/full-paths.js';
import { checkedSpec, isSweepFile, parseSweepFile, type SweepSpec } from '../../experiment/sweep/spec.js';
import { sweep as sweepPoints } from '../../experiment/sweep/sweep.js';
import { parseSource } from '../../scenario/source.js';
import { readScenarioText } from '../../traces/load-scenario.js';
import { createSetupLoader } from '../../traces/setup-loader.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { explained } from '../load.js';
import { prepareFolder } from '../output-folder.js';
import { openProgress, sweepPhase } from '../progress-line.js';
import { type PublishOptions, publish } from '../publish.js';
import { openRuns, type RunsOptions } from '../runs.js';
import { renderSweep } from '../sweep-summary.js';

export interface SweepCommandOptions extends RunsOptions, PublishOptions {
  readonly vary: readonly string[];
  readonly design?: DesignKind;
  readonly points?: number;
  readonly metric: readonly string[];
  readonly seed?: string;
  readonly replications?: number;
  readonly policy?: string;
  readonly set: readonly string[];
}

export async function sweep(file: string, options: SweepCommandOptions): Promise<ExitCode> {
  const { scenario, written } = await explained(file, () => readQuestion(file, options));
  refuseBoth(written, options);
  const load = createSetupLoader();
  const base = await explained(scenario, async () =>
    load({
      scenario: await readScenarioText(scenario),
      variant: options.policy ?? null,
      set: options.set,
    }),
  );
  const spec = await explained(file, async () => withFullPaths(written, base.ref));
  if (options.out !== undefined) await prepareFolder(options.out);
  const document = await interruptible(async (signal) => {
    const progress = openProgress(options);
    const runs = await openRuns(options, base.compiled.name, signal);
    try {
      return await explained(file, () =>
        runs.result(() =>
          sweepPoints(base, spec, {
            load,
            source: runs.source,
            signal,
            onProgress: (at) => progress.update(sweepPhase(at)),
          }),
        ),
      );
    } finally {
      progress.stop();
      await runs.close();
    }
  });
  if (document === null)
    throw new CommandError(
      'interrupted before the first run was finished: there is no result',
      ExitCode.interrupted,
    );
  await publish(document, options, {
    summary: (style) => renderSweep(document, style),
    report: async () => (await import('../../report/html.js')).renderSweepReport(document),
    hasTables: true,
  });
  return document.interrupted ? ExitCode.interrupted : ExitCode.fine;
}

/** What every point has of its own cannot be the same for all. */
function refuseBoth({ factors }: SweepSpec, { policy, seed }: SweepCommandOptions): void {
  for (const [what, value] of Object.entries({ policy, seed }))
    if (value !== undefined && factors.some((factor) => factor.what === what))
      throw new CommandError(`--${what} ${value}: the ${what} is varied, so each point has its own`);
}

/** The scenario's file, and what is varied as it was written. */
async function readQuestion(
  file: string,
  options: SweepCommandOptions,
): Promise<{ readonly scenario: string; readonly written: SweepSpec }> {
  const { vary, design, points, metric, seed, replications } = options;
  if (file !== '-') {
    const { text } = await readScenarioText(file);
    if (isSweepFile(parseSource(text, file))) {
      const given = {
        '--vary': vary.length > 0,
        '--design': design !== undefined,
        '--points': points !== undefined,
      };
      const clash = Object.entries(given).find(([, isGiven]) => isGiven)?.[0];
      if (clash !== undefined) throw new CommandError(`${clash}: ${file} is a sweep, which says that itself`);
      const { scenario, spec } = parseSweepFile(text, file);
      return {
        scenario: resolve(dirname(file), scenario),
        written: {
          ...spec,
          seed: seed ?? spec.seed,
          replications: replications ?? spec.replications,
          metrics: metric.length > 0 ? metric : spec.metrics,
        },
      };
    }
  }
  if (vary.length === 0)
    throw new CommandError(
      `nothing is varied: give --vary PATH=VALUES, for example --vary nodes=2..8 or --vary policy=base,fair, or a sweep's file`,
    );
  return {
    scenario: file,
    written: checkedSpec({
      factors: vary.map(readFactor),
      design: design ?? 'grid',
      points,
      replications,
      seed,
      metrics: metric.length > 0 ? metric : undefined,
      source: null,
    }),
  };
}
