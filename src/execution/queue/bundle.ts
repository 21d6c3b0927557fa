/**
 * A scenario packed for another machine: its text and the files that it names, under the names it has for them.
 * Paths that leave the scenario's folder (`../traces/day.csv`) keep working, because everything is packed relative to
 * the folder that all of it lies under. The bytes, before gzip, are one line of JSON (what follows, how long) and then
 * the files one after the other.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { ScenarioText } from '../../experiment/run-source.js';

/** Bytes of all files. Redis takes values of 512 MB; large data belongs on storage that all machines see. */
export const BUNDLE_BYTES_MAX = 256_000_000;

export interface Bundle {
  /** SHA-256 of the content: equal scenarios with equal files have equal bundles. */
  readonly hash: string;
  /** Compressed. */
  readonly bytes: Buffer;
}

/** The scenario cannot be sent, or what was received is no bundle. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

const headerSchema = z.strictObject({
  format: z.literal('wipsim-bundle'),
  version: z.literal(1),
  scenario: z.strictObject({ name: z.string(), text: z.string() }),
  /** Of the scenario, within the bundle. */
  folder: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative() })),
});
type Header = z.output<typeof headerSchema>;

/** @param files absolute paths; see `ScenarioFiles` */
export async function packBundle(scenario: ScenarioText, files: readonly string[]): Promise<Bundle> {
  const folder = resolve(scenario.folder);
  const root = commonFolder([folder, ...files.map(dirname)]);
  const contents: Buffer[] = [];
  let total = 0;
  for (const file of files) {
    const content = await readFile(file).catch((error: Error) => {
      throw new BundleError(`cannot read ${file}, which ${scenario.name} names: ${error.message}`);
    });
    total += content.length;
    if (total > BUNDLE_BYTES_MAX)
      throw new BundleError(
        `the files that ${scenario.name} names are larger than ${BUNDLE_BYTES_MAX / 1e6} MB together and cannot be sent to workers; put ${file} on storage that every worker sees and name it by its absolute path`,
      );
    contents.push(content);
  }
  const header: Header = {
    format: 'wipsim-bundle',
    version: 1,
    scenario: { name: scenario.name, text: scenario.text },
    folder: portable(relative(root, folder)),
    files: files.map((file, index) => ({
      path: portable(relative(root, file)),
      bytes: contents[index]!.length,
    })),
  };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...contents]);
  return {
    hash: createHash('sha256').update(content).digest('hex'),
    bytes: await promisify(gzip)(content),
  };
}

/** Writes the files below `into` and gives the scenario as it stands there. Throws `BundleError`. */
export async function unpackBundle(bytes: Buffer, into: string): Promise<ScenarioText> {
  const { header, content } = await read(bytes);
  const folder = join(into, header.folder);
  await mkdir(folder, { recursive: true });
  let offset = 0;
  for (const file of header.files) {
    const path = join(into, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content.subarray(offset, offset + file.bytes));
    offset += file.bytes;
  }
  return { ...header.scenario, folder };
}

async function read(bytes: Buffer): Promise<{ header: Header; content: Buffer }> {
  let header: Header;
  let content: Buffer;
  try {
    const all = await promisify(gunzip)(bytes);
    const end = all.indexOf('\n');
    header = headerSchema.parse(JSON.parse(all.toString('utf8', 0, end)));
    content = all.subarray(end + 1);
  } catch (error) {
    throw new BundleError('what came from Redis is no bundle of this version', { cause: error });
  }
  const total = header.files.reduce((sum, file) => sum + file.bytes, 0);
  if (total !== content.length) throw new BundleError('the bundle that came from Redis is not complete');
  // Whoever can write to Redis must not be able to write anywhere on the workers.
  for (const path of [header.folder, ...header.files.map((file) => file.path)])
    if (posix.isAbsolute(path) || path.split('/').includes('..') || /[\\\0]|^[A-Za-z]:/.test(path))
      throw new BundleError(`the bundle that came from Redis has a file outside its folder: ${path}`);
  return { header, content };
}

/** The folder that all of these lie in or below. */
function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders.map((folder) => folder.split(sep));
  let length = first!.length;
  for (const parts of others) {
    let equal = 0;
    while (equal < length && parts[equal] === first![equal]) equal++;
    length = equal;
  }
  const common = first!.slice(0, length).join(sep);
  return common === '' || common.endsWith(':') ? common + sep : common;
}

const portable = (path: string): string => path.split(sep).join('/');
