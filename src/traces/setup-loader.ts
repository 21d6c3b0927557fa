/**
 * Setups from their references: the scenario's text with a variant and assignments, compiled. The last ones are kept,
 * since an experiment asks for many runs of each and a sweep checks all its points before the first run; and so are
 * what most points have in common, the parsed text and the traces.
 */
import { setImmediate } from 'node:timers/promises';
import type { ScenarioText, Setup, SetupLoader, SetupRef } from '../experiment/run-source.js';
import { parseSource, type SourceDocument } from '../scenario/source.js';
import { loadScenarioText, traceReportsOf } from './load-scenario.js';
import { TraceCache } from './trace-cache.js';

/** Compiled setups that are kept, of some ten kilobytes each beside their traces. */
const KEPT_MAX = 1024;
/** Of those with traces: each may have its own rows. */
const KEPT_WITH_TRACES_MAX = 32;
/** Compiling many in a row lets the event loop live after so long, so that an interrupt is heard. */
const SLICE_MS = 50;

export function createSetupLoader(): SetupLoader {
  const traces = new TraceCache();
  const kept = new Map<string, Promise<Setup>>();
  let keptMax = KEPT_MAX;
  let parsed: { readonly scenario: ScenarioText; readonly source: SourceDocument } | null = null;
  const sourceOf = (scenario: ScenarioText): SourceDocument => {
    const { name, text } = scenario;
    if (parsed?.scenario.text !== text || parsed.scenario.name !== name)
      parsed = { scenario, source: parseSource(text, name) };
    return parsed.source;
  };
  let sliceFromMs = performance.now();
  const load = async (ref: SetupRef): Promise<Setup> => {
    if (performance.now() - sliceFromMs >= SLICE_MS) {
      await setImmediate();
      sliceFromMs = performance.now();
    }
    const { scenario, variant, set } = ref;
    const options = { variant: variant ?? undefined, set, traces, source: sourceOf(scenario) };
    const loaded = await loadScenarioText(scenario, options);
    if (loaded.traceReports.length > 0) keptMax = KEPT_WITH_TRACES_MAX;
    return { ref, compiled: loaded.compiled, traces: traceReportsOf(loaded) };
  };
  return (ref) => {
    const key = JSON.stringify(ref);
    let setup = kept.get(key);
    // Taken out and put in again: the first entry of the map is the one not used for longest.
    if (setup === undefined) setup = load(ref);
    else kept.delete(key);
    kept.set(key, setup);
    while (kept.size > keptMax) kept.delete(kept.keys().next().value!);
    return setup;
  };
}
