import { afterAll, describe, expect, it, vi } from 'vitest';
import { queryResults } from '../../src/store/query.js';
import { DuckDbMissingError } from '../../src/store/store-error.js';
import { folders, smallResult } from './results-on-disk.js';

// As where no build was made for the platform, or where optional packages were left out.
vi.mock('@duckdb/node-api', () => {
  throw new Error("Error loading duckdb native binding: unsupported arch 'mips' for platform 'linux'");
});

const disk = folders();
afterAll(() => disk.remove());

describe('without DuckDB', () => {
  it('a query says so, why, and where there are builds', async () => {
    const folder = disk.folder('a', await smallResult('1'));
    const asked = queryResults('SELECT 1', [folder]);
    await expect(asked).rejects.toBeInstanceOf(DuckDbMissingError);
    await expect(asked).rejects.toThrow(
      /^DuckDB cannot be loaded on this machine \([a-z0-9-]+\): .*\nThere are builds for Linux \(glibc and musl\), macOS and Windows on x64 and arm64/s,
    );
  });
});
