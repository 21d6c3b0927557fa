/** Compares the token bucket with golang.org/x/time/rate: decisions exactly, waits to a microsecond. */
import { readdirSync, readFileSync } from 'node:fs';
import { IMPOSSIBLE, TokenBucket } from '../../src/policies/admission/token-bucket.js';
import type { Comparison } from './limits.js';

const FOLDER = new URL('token-bucket/', import.meta.url);
const WAIT_TOLERANCE_S = 1e-6;

export function tokenBucketVectorFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.csv'))
    .sort();
}

/** The first difference in one request, in words. */
function differenceInAllow(bucket: TokenBucket, [timeNs, tokens, allowed]: readonly number[]) {
  const admitted = bucket.allow(timeNs! / 1e9, tokens!);
  return admitted === (allowed === 1) ? undefined : `allowed ${admitted}, the library's is ${allowed}`;
}

function differenceInReserve(bucket: TokenBucket, [timeNs, tokens, ok, waitNs]: readonly number[]) {
  const waitS = bucket.reserve(timeNs! / 1e9, tokens!);
  if ((waitS !== IMPOSSIBLE) !== (ok === 1)) return `wait ${waitS}, the library's ok is ${ok}`;
  if (ok === 0 || Math.abs(waitS - waitNs! / 1e9) <= WAIT_TOLERANCE_S) return undefined;
  return `wait ${waitS} s, the library's is ${waitNs} ns`;
}

/** Feeds a file's requests to a bucket and compares each answer. */
export function compareTokenBucket(file: string): Comparison {
  const name = /^r([\d.]+)-b(\d+)\..*\.(allow|reserve)\.csv$/.exec(file);
  if (name === null) throw new Error(`not a token-bucket file: ${file}`);
  const bucket = new TokenBucket(Number(name[1]), Number(name[2]));
  const differs = name[3] === 'allow' ? differenceInAllow : differenceInReserve;

  const lines = readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n').slice(1);
  for (const [row, line] of lines.entries()) {
    const difference = differs(bucket, line.split(',').map(Number));
    if (difference !== undefined) return { rows: row + 1, mismatch: `request ${row}: ${difference}` };
  }
  return { rows: lines.length };
}
