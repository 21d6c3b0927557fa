import {
  type CompareProgress,
  compare as compareSetups,
  MetricError,
} from '../experiment/compare/compare.js';
import type { ComparisonDocument } from '../experiment/compare/document.js';
import type { NamedSetup } from '../experiment/compare/named-setup.js';
import { describeMetric } from '../report/metric.js';
import { OptionError } from './option-error.js';
import { type Assigned, openScenario, type ScenarioInput, type ScenarioOptions } from './scenario-input.js';
import { baselineFirst, refuseTwice, variantSetups } from './setups.js';
import { checkCount, type RunsOptions, seedText, withRuns } from './with-runs.js';

/** One of several scenarios that are compared. */
export interface NamedScenario {
  /** Unique in the comparison. */
  readonly name: string;
  readonly scenario: ScenarioInput;
  readonly variant?: string | undefined;
  /** On top of what is set in all of them. */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
}

export interface CompareOptions extends Omit<ScenarioOptions, 'variant'>, RunsOptions {
  /** Of one scenario, which policy sets: names of variants, and `base` for its own; by default all there are. */
  readonly variants?: readonly string[] | undefined;
  /** Name of the setup that the others are held against; by default the first. */
  readonly baseline?: string | undefined;
  /** Paths into the measures, such as `workloads.chat.latency_s.p99`; by default those of SLOs and the usual ones. */
  readonly metrics?: readonly string[] | undefined;
  /** Exactly so many of each setup; by default as many as it takes to decide. */
  readonly replications?: number | undefined;
  /** At most so many of each setup, at least 2; by default eight times those of the first look. */
  readonly maxReplications?: number | undefined;
  /** Of all findings together, between 0 and 1; by default 0.95. */
  readonly confidence?: number | undefined;
  /** A difference below this share of the baseline does not matter; by default 0.01. */
  readonly indifference?: number | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}

/**
 * Says which of several setups is better, beyond chance: the variants of one scenario, or several scenarios by name.
 * All run on the same random numbers, and replications are added until every difference is decided. It is what
 * `wipsim compare --json` writes.
 *
 * Throws `ScenarioError` with everything that is wrong with a scenario, `OptionError` for an option that cannot be,
 * and `Interrupted` where the signal came before every setup had a finished replication.
 */
export async function compare(
  scenarios: ScenarioInput | readonly NamedScenario[],
  options: CompareOptions = {},
): Promise<ComparisonDocument> {
  const { seed, replications, maxReplications, metrics, confidence, indifference, onProgress } = options;
  checkCount('replications', replications);
  checkCount('maxReplications', maxReplications, 2);
  checkShare('confidence', confidence);
  checkShare('indifference', indifference);
  const setups = baselineFirst(await setupsOf(scenarios, options), options.baseline);
  return withRuns(setups[0]!.setup.compiled.name, options, Number.POSITIVE_INFINITY, async (source) => {
    try {
      return await compareSetups(setups, source, {
        seed: seedText(seed),
        replications,
        budget: maxReplications,
        metrics,
        confidence,
        indifference,
        describe: describeMetric,
        onProgress,
      });
    } catch (error) {
      if (error instanceof MetricError) throw new OptionError('metrics', error.message);
      throw error;
    }
  });
}

async function setupsOf(
  scenarios: ScenarioInput | readonly NamedScenario[],
  options: CompareOptions,
): Promise<NamedSetup[]> {
  const { variants, set, folder } = options;
  if (!isList(scenarios)) {
    const { ref, load } = await openScenario(scenarios, { set, folder });
    return variantSetups(await load(ref), load, variants);
  }
  if (scenarios.length < 2) throw new OptionError('scenarios', 'a comparison needs two at least');
  if (variants !== undefined)
    throw new OptionError('variants', 'of several scenarios, each names its own `variant`');
  refuseTwice(
    scenarios.map(({ name }) => name),
    'scenarios',
  );
  const setups: NamedSetup[] = [];
  for (const { name, scenario, variant, set: own = {} } of scenarios) {
    const { ref, load } = await openScenario(scenario, { variant, set: together(set, own), folder });
    setups.push({ name, setup: await load(ref) });
  }
  return setups;
}

const isList = (scenarios: ScenarioInput | readonly NamedScenario[]): scenarios is readonly NamedScenario[] =>
  Array.isArray(scenarios);

function together(all: Assigned | undefined, own: Readonly<Record<string, unknown>>): Assigned {
  if (all === undefined) return own;
  if (!Array.isArray(all)) return { ...all, ...own };
  if (Object.keys(own).length === 0) return all;
  throw new OptionError('set', 'give values by path where single scenarios have values of their own');
}

function checkShare(option: string, share: number | undefined): void {
  if (share !== undefined && !(share >= 0 && share < 1))
    throw new OptionError(option, `expected a share from 0 to below 1, got ${share}`);
}
