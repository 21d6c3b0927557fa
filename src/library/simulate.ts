import type { RunProgress } from '../execution/progress.js';
import { runSetup } from '../execution/run-setup.js';
import type { ResultDocument } from '../experiment/document.js';
import { Interrupted } from '../experiment/run-source.js';
import { openScenario, type ScenarioInput, type ScenarioOptions } from './scenario-input.js';
import { checkCount, type RunsOptions, seedText, withRuns } from './with-runs.js';

export interface SimulateOptions extends ScenarioOptions, RunsOptions {
  /** Independent repetitions; by default `run.replications` of the scenario. One has no intervals. */
  readonly replications?: number | undefined;
  /** About ten times a second while runs go on, and at each one's end. */
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/**
 * Simulates a scenario and says what happens: every measure with its 95% interval, SLOs, time series. It is what
 * `wipsim run --json` writes.
 *
 * Throws `ScenarioError` with everything that is wrong with the scenario, `OptionError` for an option that cannot be,
 * and `Interrupted` where the signal came before the first replication was finished.
 */
export async function simulate(
  scenario: ScenarioInput,
  options: SimulateOptions = {},
): Promise<ResultDocument> {
  const { seed, replications, onProgress } = options;
  checkCount('replications', replications);
  const { ref, load } = await openScenario(scenario, options);
  const setup = await load(ref);
  const document = await withRuns(
    setup.compiled.name,
    options,
    replications ?? setup.compiled.replications,
    (source) => runSetup(setup, source, { seed: seedText(seed), replications, onProgress }),
  );
  if (document === null) throw new Interrupted();
  return document;
}
