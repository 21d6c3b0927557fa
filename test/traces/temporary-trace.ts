/** Trace files written for one test file, in a folder that is removed after it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { traceSchema } from '../../src/scenario/trace-schema.js';
import { readTrace } from '../../src/traces/read-trace.js';
import { TraceError } from '../../src/traces/trace-error.js';

export const folder = mkdtempSync(join(tmpdir(), 'wipsim-trace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file, compressed where its name says so, and returns its name. */
export function traceFile(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(content) : content);
  return name;
}

/** Reads as a scenario in the temporary folder would. */
export const replay = (trace: unknown) => readTrace(traceSchema.parse(trace), folder);

/** The error that stops the reading; fails when nothing does. */
export async function stopped(trace: unknown): Promise<TraceError> {
  const outcome = await replay(trace).catch((error: unknown) => error);
  if (outcome instanceof TraceError) return outcome;
  throw new Error(`expected a TraceError, got ${JSON.stringify(outcome)}`, { cause: outcome });
}
