/** `wipsim compare FILE...`: variants of one scenario, or several scenarios, side by side on common random numbers. */
import { basename, extname } from 'node:path';
import { compare as compareSetups, MetricError } from '../../experiment/compare/compare.js';
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import type { NamedSetup } from '../../experiment/compare/named-setup.js';
import { Interrupted, type Setup } from '../../experiment/run-source.js';
import { describeMetric } from '../../report/metric.js';
import { CommandError } from '../command-error.js';
import { renderComparison } from '../comparison-summary.js';
import { ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { loadSetup } from '../load.js';
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

/** The scenario's own policies among its variants. */
export const BASE = 'base';

export async function compare(files: readonly string[], options: CompareCommandOptions): Promise<ExitCode> {
  const setups = ordered(await namedSetups(files, options), options.baseline);
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

async function namedSetups(
  files: readonly string[],
  { policy, set }: CompareCommandOptions,
): Promise<NamedSetup[]> {
  const [file] = files;
  if (files.length === 1) {
    const base = await loadSetup(file!, { set });
    const { variants } = base.compiled;
    const wanted = policy.length > 0 ? policy : [BASE, ...variants];
    if (wanted.length < 2)
      throw new CommandError(
        policy.length > 0
          ? `--policy ${wanted[0]}: a comparison needs two policy sets; give --policy again, or leave it out to compare all`
          : `${file} has no variants: there is nothing to compare; give a second file, or add \`variants:\``,
      );
    refuseTwice(wanted, '--policy');
    const setups: NamedSetup[] = [];
    for (const name of wanted)
      setups.push({ name, setup: name === BASE ? base : await loadSetup(file!, { variant: name, set }) });
    return setups;
  }
  if (files.filter((one) => one === '-').length > 1)
    throw new CommandError('standard input can be read once only: `-` stands twice');
  if (policy.length > 1)
    throw new CommandError('with several files, --policy names one variant that all of them have');
  const loaded: { readonly file: string; readonly setup: Setup }[] = [];
  for (const one of files)
    loaded.push({ file: one, setup: await loadSetup(one, { variant: policy[0], set }) });
  const names = namesOf(files);
  refuseTwice(names, 'the files');
  return loaded.map(({ setup }, i) => ({ name: names[i]!, setup }));
}

/** Names of files without folder and ending, where these tell them apart. */
function namesOf(files: readonly string[]): string[] {
  const short = files.map((file) => basename(file, extname(file)));
  return new Set(short).size === files.length ? short : [...files];
}

function refuseTwice(names: readonly string[], where: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(`${where}: ${twice} stands twice`);
}

function ordered(setups: readonly NamedSetup[], baseline: string | undefined): NamedSetup[] {
  if (baseline === undefined) return [...setups];
  const first = setups.find(({ name }) => name === baseline);
  if (first === undefined)
    throw new CommandError(
      `--baseline ${baseline}: expected one of ${setups.map(({ name }) => name).join(', ')}`,
    );
  return [first, ...setups.filter((setup) => setup !== first)];
}
