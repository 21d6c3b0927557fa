/**
 * The engine's version for `src/execution/engine-version.ts`: the package's, and a digest (SHA-256) of the paths and
 * bytes of all sources that a run's outcome depends on, in the order of their paths. Of the packages it is built on
 * only the ranges count that package.json names.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** The layers below `execution`, and the readers of the files that a scenario names. */
const LAYERS = [
  'units',
  'kernel',
  'model',
  'policies',
  'metrics',
  'simulation',
  'scenario',
  'experiment',
  'traces',
];
const DIGITS = 16;

function engineVersion() {
  const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const hash = createHash('sha256').update(JSON.stringify(dependencies));
  const source = join(ROOT, 'src');
  const paths = LAYERS.flatMap((layer) =>
    readdirSync(join(source, layer), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => relative(source, join(parentPath, name)).split(sep).join('/')),
  ).sort();
  for (const path of paths) {
    const bytes = readFileSync(join(source, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return `${version}-${hash.digest('hex').slice(0, DIGITS)}`;
}

/** What the build, and the tests' build, put in. */
export const engineDefines = { WIPSIM_ENGINE_VERSION: JSON.stringify(engineVersion()) };
