import { defineConfig } from 'vitest/config';
import { engineDefines } from './scripts/engine-version.js';

export default defineConfig({
  define: engineDefines,
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default one core is left to a watching user; here nobody watches.
    maxWorkers: '100%',
  },
});
