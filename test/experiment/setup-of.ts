/** A compiled scenario as a setup, for runs on this thread: nothing of it is loaded again elsewhere. */
import { type RunSetupOptions, runSetup } from '../../src/execution/run-setup.js';
import { ThisThread, type ThisThreadOptions } from '../../src/execution/this-thread.js';
import type { ResultDocument } from '../../src/experiment/document.js';
import type { Setup } from '../../src/experiment/run-source.js';
import type { CompiledScenario } from '../../src/scenario/compile.js';

export const setupOf = (compiled: CompiledScenario): Setup => ({
  ref: { scenario: { name: 'in memory', text: '', folder: '.' }, variant: compiled.variant, set: [] },
  compiled,
  traces: [],
});

export type OnThisThread = RunSetupOptions & ThisThreadOptions;

export function runOnThisThread(
  compiled: CompiledScenario,
  options: OnThisThread = {},
): Promise<ResultDocument | null> {
  return runSetup(setupOf(compiled), new ThisThread(options), options);
}

export async function resultOf(compiled: CompiledScenario, options?: OnThisThread): Promise<ResultDocument> {
  const document = await runOnThisThread(compiled, options);
  if (document === null) throw new Error('no replication was finished');
  return document;
}
