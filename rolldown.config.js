import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';
import { engineDefines } from './scripts/engine-version.js';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const installed = new RegExp(`^(${Object.keys(dependencies).join('|')})(/|$)`);

/**
 * The engine's modules are put into one: V8 does not fold constants that are imported from another module, which
 * makes the event loop slower when every file stays its own (decision 003).
 */
const ENGINE = /\/src\/(units|kernel|model|policies|metrics|simulation|scenario|experiment)\//;

export default defineConfig({
  input: {
    index: 'src/index.ts',
    'cli/main': 'src/cli/main.ts',
    'execution/worker': 'src/execution/threads/worker.ts',
  },
  platform: 'node',
  external: installed,
  resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
  transform: { define: engineDefines },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
    codeSplitting: { groups: [{ name: 'engine', test: ENGINE }] },
  },
});
