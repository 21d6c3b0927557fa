/**
 * Appends to segments of its own, durably: what is acknowledged has been handed to the disk (fdatasync), not only to
 * the operating system. Lines that come while the disk is busy are written and synced together, so that a hundred
 * runs that finish at once cost one sync and not a hundred.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../file-system.js';
import { JournalError } from './journal-error.js';
import { SEGMENT_HEADER } from './segment.js';

/** A new segment is begun beyond this, so that old ones can be removed in pieces and read into memory one at a time. */
const SEGMENT_BYTES = 64 * 2 ** 20;

export interface Place {
  readonly segment: string;
  /** Bytes from the file's start to the line's. */
  readonly offset: number;
  /** Bytes of the line without its line feed. */
  readonly length: number;
}

interface Waiting {
  readonly line: Buffer;
  readonly resolve: (place: Place) => void;
  readonly reject: (error: JournalError) => void;
}

export class SegmentWriter {
  private segment: { readonly name: string; readonly handle: FileHandle; bytes: number } | null = null;
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | null = null;
  /** After a refusal nothing more is tried: the end of the file is unknown then. */
  private failure: JournalError | null = null;

  constructor(
    private readonly folder: string,
    private readonly segmentBytes = SEGMENT_BYTES,
  ) {}

  append(line: Buffer): Promise<Place> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  /** Once all that was given has been written or refused. */
  async close(): Promise<void> {
    await this.flushing;
    const segment = this.segment;
    this.segment = null;
    // All lines are synced: what closing a file can still refuse is of no use to anybody.
    await segment?.handle.close().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    // Whoever puts in the same turn shares the first sync too.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const places = await this.write(batch.map(({ line }) => line));
        for (const [index, { resolve }] of batch.entries()) resolve(places[index]!);
      } catch (error) {
        this.failure = new JournalError(this.folder, 'write', error);
        for (const { reject } of [...batch, ...this.waiting]) reject(this.failure);
        this.waiting = [];
      }
    }
    this.flushing = null;
  }

  private async write(lines: readonly Buffer[]): Promise<Place[]> {
    this.segment ??= await this.begin();
    const { name, handle, bytes } = this.segment;
    const isNew = bytes === 0;
    const chunks = isNew ? [SEGMENT_HEADER, ...lines] : lines;
    let end = bytes;
    let rest = Buffer.concat(chunks);
    while (rest.length > 0) {
      const { bytesWritten } = await handle.write(rest, 0, rest.length, end);
      rest = rest.subarray(bytesWritten);
      end += bytesWritten;
    }
    await handle.datasync();
    // What is written to a file that somebody has removed is lost, and the system does not say so.
    if ((await handle.stat()).nlink === 0)
      throw new Error('the file that was being written has been removed');
    if (isNew) await syncFolder(this.folder);
    let offset = isNew ? SEGMENT_HEADER.length : bytes;
    const places = lines.map((line) => {
      const place = { segment: name, offset, length: line.length - 1 };
      offset += line.length;
      return place;
    });
    this.segment.bytes = end;
    if (end >= this.segmentBytes) {
      this.segment = null;
      await handle.close();
    }
    return places;
  }

  private async begin(): Promise<{ name: string; handle: FileHandle; bytes: number }> {
    await makeFolder(resolve(this.folder));
    const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
    const name = `${time}-${process.pid}-${randomBytes(4).toString('hex')}.journal`;
    return { name, handle: await open(join(this.folder, name), 'wx'), bytes: 0 };
  }
}

/**
 * The name of a new file is durable once its folder is synced; and so the folder's own in its parent. Not every
 * system can sync a folder (Windows cannot): there the name follows by itself, a little later.
 */
async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(resolve(folder))]) {
    const handle = await open(path, 'r').catch(() => null);
    await handle?.sync().catch(() => undefined);
    await handle?.close();
  }
}
