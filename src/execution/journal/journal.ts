/**
 * Finished runs kept on disk by key, so that an experiment that was interrupted, killed or repeated repeats nothing.
 * A folder of append-only segments: each process writes segments of its own, so no two ever write one file, and
 * nothing need be locked, on a network file system either. What was there when it was opened is read once, checked
 * and indexed; values are parsed when they are asked for.
 *
 * Why not a database: docs/decisions/010-journal.md.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalError } from './journal-error.js';
import { entryLine, entryValue, SEGMENT_NAME, scanSegment } from './segment.js';
import { type Place, SegmentWriter } from './segment-writer.js';

export interface JournalOptions {
  /** A new segment is begun beyond this; by default 64 MiB. */
  readonly segmentBytes?: number | undefined;
}

export class Journal {
  /** What was found damaged or missing, in words; grows while the journal is used. */
  readonly problems: string[] = [];
  private readonly index = new Map<string, Place>();
  /** Being written. */
  private readonly pending = new Map<string, Promise<void>>();
  /** Segments of which it has been said that they can no longer be read. */
  private readonly lost = new Set<string>();
  private readonly writer: SegmentWriter;

  private constructor(
    readonly folder: string,
    { segmentBytes }: JournalOptions,
  ) {
    this.writer = new SegmentWriter(folder, segmentBytes);
  }

  /** A folder that is not there yet is an empty journal; it is made by the first `put`. */
  static async open(folder: string, options: JournalOptions = {}): Promise<Journal> {
    const journal = new Journal(folder, options);
    for (const name of await segmentNames(folder)) await journal.read(name);
    return journal;
  }

  get size(): number {
    return this.index.size;
  }

  has(key: string): boolean {
    return this.index.has(key);
  }

  /** Undefined where there is none; also where it was there and can no longer be read, which is told. */
  get(key: string): unknown {
    const place = this.index.get(key);
    if (place === undefined) return undefined;
    const found = this.readBack(key, place);
    if (found !== undefined) return found.value;
    this.index.delete(key);
    if (!this.lost.has(place.segment)) {
      this.lost.add(place.segment);
      this.problems.push(`${place.segment}: what was sound when it was opened can no longer be read`);
    }
    return undefined;
  }

  /**
   * Resolves once it is durable. What is there already is not written again, since equal keys have equal values.
   * Rejects with a `JournalError` where the file system refuses, then and for ever after; `get` still works.
   */
  put(key: string, value: unknown): Promise<void> {
    const pending = this.pending.get(key);
    if (pending !== undefined) return pending;
    if (this.get(key) !== undefined) return Promise.resolve();
    const written = this.writer
      .append(entryLine(key, value))
      .then((place) => void this.index.set(key, place))
      .finally(() => this.pending.delete(key));
    this.pending.set(key, written);
    return written;
  }

  /** All sound entries, in the order of the segments' names and within each as they were put. */
  *entries(): Generator<{ readonly key: string; readonly value: unknown }, void, void> {
    for (const key of [...this.index.keys()]) {
      const value = this.get(key);
      if (value !== undefined) yield { key, value };
    }
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  private async read(segment: string): Promise<void> {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(this.folder, segment));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Another process may have removed it as too old.
      if (code !== 'ENOENT') this.problems.push(`${segment} cannot be read and was left out: ${message}`);
      return;
    }
    const { entries, problem } = scanSegment(bytes);
    if (problem !== undefined) this.problems.push(`${segment}: ${problem}`);
    for (const { key, offset, length } of entries)
      if (!this.index.has(key)) this.index.set(key, { segment, offset, length });
  }

  private readBack(key: string, { segment, offset, length }: Place): { readonly value: unknown } | undefined {
    const line = Buffer.allocUnsafe(length);
    try {
      const file = openSync(join(this.folder, segment), 'r');
      try {
        if (readSync(file, line, 0, length, offset) < length) return undefined;
      } finally {
        closeSync(file);
      }
    } catch {
      // Gone, or not readable: the same to whoever asks, who is told by `get`.
      return undefined;
    }
    return entryValue(line, key);
  }
}

async function segmentNames(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder, { withFileTypes: true });
    return files
      .filter((file) => file.isFile() && SEGMENT_NAME.test(file.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new JournalError(folder, 'read', error);
  }
}
