import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'rolldown';
import { engineDefines } from './scripts/engine-version.js';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Modules find the data beside them from their own place, not from the bundle's. */
const ownUrl = {
  name: 'own-url',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : null,
};

/** The bench, the validation, the evidence and the coverage study, one file each: the engine runs in them as it is built for users. */
const script = (name, input) => ({
  input,
  platform: 'node',
  external: new RegExp(`^(${Object.keys(dependencies).join('|')})(/|$)`),
  resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
  transform: { define: engineDefines },
  plugins: [ownUrl],
  output: { file: `dist-scripts/${name}.js`, format: 'esm', codeSplitting: false },
});

export default defineConfig([
  script('bench', 'bench/bench.ts'),
  script('validation', 'scripts/validation.ts'),
  script('evidence', 'scripts/evidence.ts'),
  script('coverage', 'scripts/coverage.ts'),
]);
