/**
 * A run's name by what it depends on: two runs with equal names have equal outcomes. The journal and the queue know
 * runs by it.
 */
import { createHash } from 'node:crypto';
import type { RunRequest } from '../experiment/run-source.js';

/** 64 hexadecimal digits. */
export function runKey(engineVersion: string, request: RunRequest): string {
  const { setup, kind, seed, warmupS, keepsSeries } = request;
  const parts = [engineVersion, setup.compiled.hash, kind, seed, warmupS, keepsSeries];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
