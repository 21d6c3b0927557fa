/**
 * Keeps the cache of finished runs from growing for ever. Removed are the segments of versions of the engine that
 * nobody has used for 30 days, and beyond 2 GiB the oldest segments. Only files that are named as segments are touched,
 * in folders that are named as versions, and folders only once they are empty: the cache may have been put where other
 * things lie.
 */
import { readdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEGMENT_NAME } from './segment.js';

const DAY_MS = 24 * 3600 * 1000;
const UNUSED_MS = 30 * DAY_MS;
/** A living process may still write a segment that is younger: its experiment would lose what comes. */
const YOUNG_MS = DAY_MS;
const BYTES_MAX = 2 * 2 ** 30;
/** Its time says when the cache was last looked through: once a day is often enough. */
const STAMP = 'last-pruned';
/** As `engine-version.ts` makes it. */
const VERSION_FOLDER = /^\d+\.\d+\.\d+\S*-[0-9a-f]{16}$/;

export interface PruneOptions {
  /** Whose segments are never removed for being unused. */
  readonly engineVersion: string;
  readonly nowMs: number;
  readonly bytesMax?: number | undefined;
}

interface Segment {
  readonly path: string;
  readonly bytes: number;
  readonly writtenMs: number;
}

/**
 * Returns the paths of the segments removed. What cannot be looked at or removed is left: others may be removing it at
 * the same time, and no experiment should end because its broom is stuck.
 */
export async function prune(
  root: string,
  { engineVersion, nowMs, bytesMax = BYTES_MAX }: PruneOptions,
): Promise<string[]> {
  if (!(await isDue(join(root, STAMP), nowMs))) return [];
  const kept: Segment[] = [];
  const removed: string[] = [];
  for (const version of await foldersIn(root)) {
    if (!VERSION_FOLDER.test(version)) continue;
    const segments = await segmentsIn(join(root, version));
    const usedMs = segments.reduce(
      (latest, { writtenMs }) => Math.max(latest, writtenMs),
      await modifiedMs(join(root, version)),
    );
    if (version === engineVersion || nowMs - usedMs < UNUSED_MS) {
      kept.push(...segments);
      continue;
    }
    for (const segment of segments) await remove(segment, removed);
    await removeEmpty(join(root, version));
  }
  let bytes = kept.reduce((sum, segment) => sum + segment.bytes, 0);
  kept.sort((a, b) => a.writtenMs - b.writtenMs || (a.path < b.path ? -1 : 1));
  for (const segment of kept) {
    if (bytes <= bytesMax || nowMs - segment.writtenMs < YOUNG_MS) break;
    if (await remove(segment, removed)) bytes -= segment.bytes;
  }
  return removed;
}

/** Where no stamp can be left the cache cannot be written either, and nothing is removed. */
async function isDue(stamp: string, nowMs: number): Promise<boolean> {
  if (nowMs - (await modifiedMs(stamp)) < DAY_MS) return false;
  return writeFile(stamp, '').then(
    () => true,
    () => false,
  );
}

async function segmentsIn(versionFolder: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const folder of await foldersIn(versionFolder))
    for (const name of await readdir(join(versionFolder, folder)).catch(() => [])) {
      if (!SEGMENT_NAME.test(name)) continue;
      const path = join(versionFolder, folder, name);
      const info = await stat(path).catch(() => null);
      if (info !== null) segments.push({ path, bytes: info.size, writtenMs: info.mtimeMs });
    }
  return segments;
}

async function remove({ path }: Segment, removed: string[]): Promise<boolean> {
  const isGone = await unlink(path).then(
    () => true,
    () => false,
  );
  if (isGone) removed.push(path);
  return isGone;
}

async function removeEmpty(versionFolder: string): Promise<void> {
  for (const folder of await foldersIn(versionFolder))
    await rmdir(join(versionFolder, folder)).catch(() => undefined);
  await rmdir(versionFolder).catch(() => undefined);
}

async function foldersIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return found
    .filter((one) => one.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Of what is not there: long ago. */
const modifiedMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
