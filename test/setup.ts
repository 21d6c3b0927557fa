/**
 * Random tests begin from one seed, so that a run of the tests says the same everywhere. To look for more, give another:
 *   WIPSIM_TEST_SEED=$RANDOM WIPSIM_TEST_FACTOR=20 npx vitest run test/simulation/properties.test.ts
 * A failure prints its seed and shrinks.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.WIPSIM_TEST_SEED ?? 20_260_101) });
