/** Bundles the validation: in one file the engine runs at about twice the speed that it has file by file. */
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'scripts/validation.ts',
  platform: 'node',
  output: { format: 'esm', file: 'dist/validation.mjs' },
  plugins: [
    {
      // Modules find the data beside them from their own place, not from the bundle's.
      name: 'own-url',
      transform: (code, id) =>
        code.includes('import.meta.url')
          ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
          : null,
    },
  ],
});
