/** Loads a scenario given as plain data through a file, as a user's comes; JSON is YAML. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedScenario, loadScenario } from '../../src/traces/load-scenario.js';

export async function load(scenario: object): Promise<LoadedScenario> {
  const folder = await mkdtemp(join(tmpdir(), 'wipsim-validation-'));
  try {
    const path = join(folder, 'scenario.yaml');
    await writeFile(path, JSON.stringify(scenario));
    return await loadScenario(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
