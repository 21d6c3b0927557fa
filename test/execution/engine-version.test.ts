import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { ENGINE_VERSION } from '../../src/execution/engine-version.js';

/** Where the sources lie that no run's outcome depends on. */
const OUTSIDE = /^(cli|execution|library|report|store|tui)\/|^index\.ts$/;

test("the engine's version is the package's and a digest of every source that a run may depend on", () => {
  const { version, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
    dependencies: object;
  };
  const files = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative('src', join(file.parentPath, file.name)).split(sep).join('/'))
    .filter((path) => !OUTSIDE.test(path))
    .sort();
  const hash = createHash('sha256').update(JSON.stringify(dependencies));
  for (const path of files) {
    const bytes = readFileSync(join('src', path));
    hash.update(Buffer.concat([Buffer.from(`${path}\n${bytes.length}\n`), bytes]));
  }
  expect(ENGINE_VERSION).toBe(`${version}-${hash.digest('hex').slice(0, 16)}`);
});
