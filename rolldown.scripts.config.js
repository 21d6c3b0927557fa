import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** For the bench and the validation: one file each, as the engine is built for users. */
export default defineConfig({
  platform: 'node',
  external: new RegExp(`^(${Object.keys(dependencies).join('|')})(/|$)`),
  resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
  output: { format: 'esm', codeSplitting: false },
});
