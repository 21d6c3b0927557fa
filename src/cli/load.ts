/** Loads the scenario of a command, its mistakes told with the lines that they stand in. */
import { readFile } from 'node:fs/promises';
import type { Setup } from '../experiment/run-source.js';
import { formatProblems, ScenarioError } from '../scenario/problem.js';
import { type LoadOptions, readScenarioText } from '../traces/load-scenario.js';
import { createSetupLoader } from '../traces/setup-loader.js';
import { PlacedError } from './command-error.js';

export async function loadSetup(file: string, { variant, set }: LoadOptions): Promise<Setup> {
  try {
    const scenario = await readScenarioText(file);
    return await createSetupLoader()({ scenario, variant: variant ?? null, set: set ?? [] });
  } catch (error) {
    if (error instanceof ScenarioError) throw new PlacedError(await problemText(file, error));
    throw error;
  }
}

/** Standard input can be read once only, so its problems come without their lines. */
export async function problemText(file: string, { problems }: ScenarioError): Promise<string> {
  const source = file === '-' ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  return formatProblems(problems, source?.replace(/^\uFEFF/, ''));
}
