/** `wipsim compare FILE...`: variants of one scenario, or several scenarios, side by side on common random numbers. */
import { basename, extname } from 'node:path';
import { compare as compareSetups, MetricError } from '../../experiment/compare/compare.js';
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import type { NamedSetup } from '../../experiment/compare/named-setup.js';
import { Interrupted } from '../../experiment/run-source.js';
import { OptionError } from '../../library/option-error.js';
import { baselineFirst, refuseTwice, variantSetups } from '../../library/setups.js';
import { describeMetric } from '../../report/metric.js';
import { readScenarioText } from '../../traces/load-scenario.js';
import { createSetupLoader } from '../../traces/setup-loader.js';
import { CommandError } from '../command-error.js';
import { renderComparison } from '../comparison-summary.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { explained, loadSetup } from '../load.js';
import { prepareFolder } from '../output-folder.js';
import { comparePhase, openProgress } from '../progress-line.js';
import { type PublishOptions, publish } from '../publish.js';
import { openRuns, type RunsOptions } from '../runs.js';

export interface CompareCommandOptions extends RunsOptions, PublishOptions {
  readonly seed?: string;
  readonly replications?: number;
  readonly maxReplications?: number;
  readonly policy: readonly string[];
  readonly set: readonly string[];
  readonly metric: readonly string[];
  readonly baseline?: string;
  readonly confidence?: number;
  readonly indifference?: number;
}

export async function compare(files: readonly string[], options: CompareCommandOptions): Promise<ExitCode> {
  if (options.maxReplications === 1)
    throw new CommandError(
      '--max-replications 1: expected at least 2, because one pair of runs cannot tell chance from difference; --replications 1 runs one all the same',
    );
  if (options.maxReplications !== undefined && options.replications !== undefined)
    throw new CommandError(
      '--replications says how many there are exactly, so --max-replications has nothing to limit: give one of the two',
    );
  const setups = await setupsOf(files, options);
  if (options.out !== undefined) await prepareFolder(options.out);
  const { document, interrupted } = await interruptible(async (signal) => {
    const progress = openProgress(options);
    const isAdaptive = options.replications === undefined;
    const runs = await openRuns(options, setups[0]!.setup.compiled.name, signal, { isAdaptive });
    try {
      const result = await runs.result(() =>
        compareSetups(setups, runs.source, {
          seed: options.seed,
          replications: options.replications,
          budget: options.maxReplications,
          metrics: options.metric.length === 0 ? undefined : options.metric,
          confidence: options.confidence,
          indifference: options.indifference,
          describe: describeMetric,
          onProgress: (at) => progress.update(comparePhase(at)),
        }),
      );
      return { document: result, interrupted: result.interrupted };
    } catch (error) {
      if (error instanceof MetricError) throw new CommandError(`--metric: ${error.message}`);
      if (!(error instanceof Interrupted)) throw error;
      throw new CommandError(
        'interrupted before every setup had a finished replication: there is no result',
        ExitCode.interrupted,
      );
    } finally {
      progress.stop();
      await runs.close();
    }
  });
  await publish(document, options, {
    summary: (style) => renderComparison(document, style),
    hasTables: true,
    report: async () => (await import('../../report/html.js')).renderComparisonReport(document),
  });
  if (interrupted) return ExitCode.interrupted;
  return allMet(document) ? ExitCode.fine : ExitCode.slosMissed;
}

/** With variants to choose from, that one of them meets all SLOs is what was wanted. */
const allMet = ({ setups }: ComparisonDocument): boolean =>
  setups.some(({ slos }) => slos.every(({ met }) => met));

async function setupsOf(files: readonly string[], options: CompareCommandOptions): Promise<NamedSetup[]> {
  try {
    return baselineFirst(await namedSetups(files, options), options.baseline);
  } catch (error) {
    throw asTyped(error);
  }
}

async function namedSetups(
  files: readonly string[],
  { policy, set }: CompareCommandOptions,
): Promise<NamedSetup[]> {
  const [file] = files;
  if (files.length === 1) {
    const load = createSetupLoader();
    return explained(file!, async () => {
      const base = await load({ scenario: await readScenarioText(file!), variant: null, set });
      return variantSetups(base, load, policy.length > 0 ? policy : undefined);
    });
  }
  if (files.filter((one) => one === '-').length > 1)
    throw new CommandError('standard input can be read once only: `-` stands twice');
  if (policy.length > 1)
    throw new CommandError('with several files, --policy names one variant that all of them have');
  const names = namesOf(files);
  refuseTwice(names, 'files');
  const setups: NamedSetup[] = [];
  for (const [i, one] of files.entries())
    setups.push({ name: names[i]!, setup: await loadSetup(one, { variant: policy[0], set }) });
  return setups;
}

/** Names of files without folder and ending, where these tell them apart. */
function namesOf(files: readonly string[]): string[] {
  const short = files.map((file) => basename(file, extname(file)));
  return new Set(short).size === files.length ? short : [...files];
}

/** Options of the library as the command line calls them. */
const OPTIONS: Readonly<Record<string, string>> = { variants: '--policy', baseline: '--baseline' };

function asTyped(error: unknown): unknown {
  if (!(error instanceof OptionError)) return error;
  return new CommandError(`${OPTIONS[error.option] ?? `the ${error.option}`}: ${error.detail}`);
}
