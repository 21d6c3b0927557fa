/** Loads the scenario of a command, its mistakes told with the lines that they stand in. */
import { readFile } from 'node:fs/promises';
import { formatProblems, ScenarioError } from '../scenario/problem.js';
import { type LoadedScenario, type LoadOptions, loadScenario } from '../traces/load-scenario.js';
import { PlacedError } from './command-error.js';

export async function loadForCommand(file: string, options: LoadOptions): Promise<LoadedScenario> {
  try {
    return await loadScenario(file, options);
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
