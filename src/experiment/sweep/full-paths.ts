/** Factors that were named by the end of their path, with all of it as the scenario has it. */
import { findPath } from '../../scenario/find-path.js';
import { applyOverride, readPath } from '../../scenario/override.js';
import { parseSource } from '../../scenario/source.js';
import type { SetupRef } from '../run-source.js';
import { checkedSpec, type SweepSpec } from './spec.js';

/** Throws `ScenarioError` where an end fits no place, or several. */
export function withFullPaths(spec: SweepSpec, { scenario, variant, set }: SetupRef): SweepSpec {
  const document = set.reduce(applyOverride, parseSource(scenario.text, scenario.name));
  const factors = spec.factors.map((factor) => {
    if (factor.what !== 'setting') return factor;
    const path = findPath(document, factor.path, { variant });
    const place = { file: `--vary ${path}`, line: null, column: null };
    return { ...factor, path, segments: readPath(path, place).path };
  });
  return checkedSpec({ ...spec, factors });
}
