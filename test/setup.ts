/**
 * Random tests begin from one seed, so that a run of the tests says the same everywhere. To look for more, give another:
 *   WIPSIM_TEST_SEED=$RANDOM WIPSIM_TEST_FACTOR=20 npx vitest run test/simulation/properties.test.ts
 * A failure prints its seed and shrinks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';

fc.configureGlobal({ seed: Number(process.env.WIPSIM_TEST_SEED ?? 20_260_101) });

/** Runs that tests keep are theirs alone, and gone with them. */
process.env.WIPSIM_CACHE = mkdtempSync(join(tmpdir(), 'wipsim-cache-'));
afterAll(() => rmSync(process.env.WIPSIM_CACHE!, { recursive: true, force: true }));
