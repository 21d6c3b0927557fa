/** The main job: the replications of one setup, and their result. */
import type { ResultDocument } from '../experiment/document.js';
import { Replications } from '../experiment/replications.js';
import { Interrupted, type RunSource, type Setup } from '../experiment/run-source.js';
import { ProgressFollower, type RunProgress } from './progress.js';

export interface RunSetupOptions {
  /** By default as the scenario says. */
  readonly seed?: string | undefined;
  /** By default as the scenario says. */
  readonly replications?: number | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/**
 * The result of all replications, or of those that were finished when the source was stopped; null where the first
 * was not among them.
 */
export async function runSetup(
  setup: Setup,
  source: RunSource,
  { seed, replications, onProgress }: RunSetupOptions = {},
): Promise<ResultDocument | null> {
  const planned = replications ?? setup.compiled.replications;
  if (!(Number.isInteger(planned) && planned >= 1))
    throw new RangeError(`expected at least one replication, got ${planned}`);
  const watcher =
    onProgress === undefined ? {} : new ProgressFollower(setup.compiled.name, planned, onProgress);
  const runs = new Replications(setup, source, seed, watcher);
  try {
    await runs.extendTo(planned);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return runs.has(1) ? runs.document(planned) : null;
}
