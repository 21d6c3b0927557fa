/** Traces that were read, kept while their files stay as they are: the points of a sweep replay the same ones. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TraceSpec } from '../scenario/trace-schema.js';
import { readTrace, type TraceRead } from './read-trace.js';

/** A trace may take hundreds of megabytes. */
const KEPT_MAX = 4;

export class TraceCache {
  private readonly kept = new Map<string, TraceRead>();

  /** What `readTrace` gives, and its errors. */
  async read(spec: TraceSpec, folder: string): Promise<TraceRead> {
    const key = await keyOf(spec, folder);
    if (key === null) return readTrace(spec, folder);
    const known = this.kept.get(key);
    const trace = known ?? (await readTrace(spec, folder));
    // Taken out and put in again: the first entry of the map is the one not used for longest.
    this.kept.delete(key);
    this.kept.set(key, trace);
    if (this.kept.size > KEPT_MAX) this.kept.delete(this.kept.keys().next().value!);
    return trace;
  }
}

/** Null for a file that cannot be looked at: whoever reads it says why. */
async function keyOf(spec: TraceSpec, folder: string): Promise<string | null> {
  const file = resolve(folder, spec.file);
  try {
    const { mtimeMs, size } = await stat(file);
    return JSON.stringify([file, mtimeMs, size, spec]);
  } catch {
    return null;
  }
}
