import { Interrupted, type SetupRef } from '../experiment/run-source.js';
import type { DesignKind, SweepDocument } from '../experiment/sweep/document.js';
import { withFullPaths } from '../experiment/sweep/full-paths.js';
import { type SweepSpec, sweepOf } from '../experiment/sweep/spec.js';
import { type SweepProgress, sweep as sweepSetup } from '../experiment/sweep/sweep.js';
import { documentOf } from '../scenario/object-document.js';
import { openScenario, type ScenarioInput, type ScenarioOptions } from './scenario-input.js';
import { type RunsOptions, seedText, withRuns } from './with-runs.js';

type Value = string | number | boolean;

/**
 * A list of values (`[2, 4, 8]`), or text: `'2..16'`, `'2..16 step 2'`, `'10/min..60/min points 6'`, `'1..100 log points 5'`,
 * `'2,4,8'`. A range alone is for designs that draw. With a name it is called so in the document.
 */
export type Values =
  | Value
  | readonly Value[]
  | { readonly values: Value | readonly Value[]; readonly name: string };

export interface SweepRequest {
  /** By path into the scenario or the end of it (`gpus.nodes`), by `policy` (variants, and `base`) or by `seed`. */
  readonly vary: Readonly<Record<string, Values>>;
  /** Every combination (`grid`, the default), or points drawn over the ranges. */
  readonly design?: DesignKind | undefined;
  /** Of the designs other than grids. */
  readonly points?: number | undefined;
  /** Paths into the measures, such as `total.latency_s.p99`; by default those of SLOs and the usual ones. */
  readonly metrics?: readonly string[] | undefined;
}

export interface SweepOptions extends ScenarioOptions, RunsOptions {
  /** At each point; by default `run.replications` of the scenario. */
  readonly replications?: number | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
}

/**
 * Simulates a scenario at many points and says what its results depend on, and how surely. All points run on the same
 * random numbers and all are checked before the first run. It is what `wipsim sweep --json` writes.
 *
 * Throws `ScenarioError` with what is wrong with the scenario, the request or a point, `OptionError` for an option
 * that cannot be, and `Interrupted` where the signal came before the first run was finished.
 */
export async function sweep(
  scenario: ScenarioInput,
  request: SweepRequest,
  options: SweepOptions = {},
): Promise<SweepDocument> {
  const { signal, onProgress } = options;
  const { ref, load } = await openScenario(scenario, options);
  const base = await load(ref);
  const spec = specOf(request, options, ref);
  const document = await withRuns(base.compiled.name, options, Number.POSITIVE_INFINITY, (source) =>
    sweepSetup(base, spec, { load, source, signal, onProgress }),
  );
  if (document === null) throw new Interrupted();
  return document;
}

function specOf(request: SweepRequest, { replications, seed }: SweepOptions, ref: SetupRef): SweepSpec {
  const { name: scenario } = ref.scenario;
  const source = documentOf({ scenario, ...request, replications, seed: seedText(seed) }, 'sweep');
  return withFullPaths(sweepOf(source).spec, ref);
}
