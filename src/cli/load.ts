/** Loads the scenario of a command, its mistakes told with the lines that they stand in. */
import { readFile } from 'node:fs/promises';
import type { Setup } from '../experiment/run-source.js';
import { formatProblems, ScenarioError } from '../scenario/problem.js';
import { type LoadOptions, readScenarioText } from '../traces/load-scenario.js';
import { createSetupLoader } from '../traces/setup-loader.js';
import { PlacedError } from './command-error.js';

export const loadSetup = (file: string, { variant, set }: LoadOptions): Promise<Setup> =>
  explained(file, async () =>
    createSetupLoader()({
      scenario: await readScenarioText(file),
      variant: variant ?? null,
      set: set ?? [],
    }),
  );

/** Does what reads the file; its mistakes are told with their lines. */
export async function explained<Result>(file: string, work: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ScenarioError ? new PlacedError(await problemText(file, error)) : error;
  }
}

/** Standard input can be read once only, so its problems come without their lines. */
export async function problemText(file: string, { problems }: ScenarioError): Promise<string> {
  const source = file === '-' ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  return formatProblems(problems, source?.replace(/^\uFEFF/, ''));
}
