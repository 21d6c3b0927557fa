/**
 * Setups from their references: the scenario's text with a variant and assignments, compiled. The last few are kept,
 * since an experiment asks for many runs of each, and so are traces, which most points of a sweep have in common.
 */
import { setImmediate } from 'node:timers/promises';
import type { Setup, SetupLoader, SetupRef } from '../experiment/run-source.js';
import { loadScenarioText, traceReportsOf } from './load-scenario.js';
import { TraceCache } from './trace-cache.js';

/** Compiled setups that are kept. */
const KEPT_MAX = 32;
/** Compiling many in a row lets the event loop live after so long, so that an interrupt is heard. */
const SLICE_MS = 50;

export function createSetupLoader(): SetupLoader {
  const traces = new TraceCache();
  const kept = new Map<string, Promise<Setup>>();
  let sliceFromMs = performance.now();
  const load = async (ref: SetupRef): Promise<Setup> => {
    if (performance.now() - sliceFromMs >= SLICE_MS) {
      await setImmediate();
      sliceFromMs = performance.now();
    }
    return setupOf(ref, traces);
  };
  return (ref) => {
    const key = JSON.stringify(ref);
    let setup = kept.get(key);
    // Taken out and put in again: the first entry of the map is the one not used for longest.
    if (setup === undefined) setup = load(ref);
    else kept.delete(key);
    kept.set(key, setup);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
    return setup;
  };
}

async function setupOf(ref: SetupRef, traces: TraceCache): Promise<Setup> {
  const { scenario, variant, set } = ref;
  const loaded = await loadScenarioText(scenario, { variant: variant ?? undefined, set, traces });
  return { ref, compiled: loaded.compiled, traces: traceReportsOf(loaded) };
}
