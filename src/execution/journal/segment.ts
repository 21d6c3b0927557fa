/**
 * A segment: one file of a journal, written by one process and only ever appended to. Text, a line an entry:
 *
 *     CRC32 {"format":"wipsim-journal","version":1}
 *     CRC32 KEY JSON
 *     CRC32 KEY JSON
 *
 * The checksum (CRC-32 as in zlib, eight hexadecimal digits) is of all that follows it in its line, so that each line
 * vouches for itself: whatever happened to the rest of the file, a line that is sound is an entry that was put. JSON
 * holds no line feed, so line bounds are found without reading it.
 */
import { crc32 } from 'node:zlib';

export const SEGMENT_VERSION = 1;
/** When it was begun, by which process, and a random part: `20260102T030405678Z-4711-89abcdef.journal`. */
export const SEGMENT_NAME = /^\d{8}T\d{9}Z-\d+-[0-9a-f]{8}\.journal$/;
const KEY = /^[0-9a-f]{32,64}$/;
const KEY_LENGTH_MAX = 64;

const LINE_FEED = 0x0a;
const SPACE = 0x20;
/** Of the checksum and the space after it. */
const CHECKSUM_BYTES = 9;

export const SEGMENT_HEADER = lineOf(JSON.stringify({ format: 'wipsim-journal', version: SEGMENT_VERSION }));

/** The line of an entry; a value that JSON cannot hold is a mistake of the caller's. */
export function entryLine(key: string, value: unknown): Buffer {
  if (!KEY.test(key)) throw new RangeError(`a key has 32 to 64 hexadecimal digits, got ${key}`);
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`the value of ${key} is nothing that JSON can hold`);
  return lineOf(`${key} ${json}`);
}

function lineOf(text: string): Buffer {
  const body = Buffer.from(`${text}\n`, 'utf8');
  return Buffer.concat([Buffer.from(`${checksum(body.subarray(0, -1))} `, 'latin1'), body]);
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/** What follows the checksum of a line (without its line feed); undefined where the two do not agree. */
function soundBody(line: Buffer): Buffer | undefined {
  if (line.length <= CHECKSUM_BYTES || line[CHECKSUM_BYTES - 1] !== SPACE) return undefined;
  const body = line.subarray(CHECKSUM_BYTES);
  return line.toString('latin1', 0, CHECKSUM_BYTES - 1) === checksum(body) ? body : undefined;
}

function keyOf(body: Buffer): string | undefined {
  const end = body.subarray(0, KEY_LENGTH_MAX + 1).indexOf(SPACE);
  const key = end === -1 ? '' : body.toString('latin1', 0, end);
  return KEY.test(key) ? key : undefined;
}

/** The value of an entry's line, or undefined where it is not a sound entry of this key. */
export function entryValue(line: Buffer, key: string): { readonly value: unknown } | undefined {
  const body = soundBody(line);
  if (body === undefined || keyOf(body) !== key) return undefined;
  return { value: JSON.parse(body.toString('utf8', key.length + 1)) as unknown };
}

export interface SegmentEntry {
  readonly key: string;
  /** Bytes from the file's start to the line's. */
  readonly offset: number;
  /** Bytes of the line without its line feed. */
  readonly length: number;
}

export interface SegmentScan {
  readonly entries: readonly SegmentEntry[];
  /** What is wrong with the file, in words that follow its name; undefined where nothing is. */
  readonly problem: string | undefined;
}

/** Every sound entry of a segment, whatever is wrong with the others. */
export function scanSegment(bytes: Buffer): SegmentScan {
  const entries: SegmentEntry[] = [];
  let damaged = 0;
  let cut: Buffer | undefined;
  let header: 'sound' | 'damaged' | 'other version' = 'damaged';
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed;
    const line = bytes.subarray(start, end);
    const body = soundBody(line);
    const key = body === undefined ? undefined : keyOf(body);
    if (start === 0 && body !== undefined && key === undefined) header = headerOf(line);
    else if (key !== undefined) entries.push({ key, offset: start, length: line.length });
    else if (feed === -1) cut = line;
    else if (start > 0) damaged++;
    start = end + 1;
  }
  if (header === 'other version')
    return { entries: [], problem: 'is of another version of the format and was left out' };
  // A process that was killed before its first entry leaves nothing, or a part of the first line.
  const isBegun = SEGMENT_HEADER.subarray(0, bytes.length).equals(bytes);
  if (isBegun) return { entries, problem: undefined };
  if (header === 'damaged' && entries.length === 0)
    return { entries, problem: 'holds no sound line of a journal and was left out' };
  const parts = [
    ...(header === 'damaged' ? ['its first line is damaged'] : []),
    ...(damaged > 0 ? [`${damaged} damaged line${damaged === 1 ? '' : 's'} left out`] : []),
    ...(cut === undefined ? [] : [cutWords(cut)]),
  ];
  return { entries, problem: parts.length === 0 ? undefined : parts.join('; ') };
}

function headerOf(line: Buffer): 'sound' | 'damaged' | 'other version' {
  if (line.equals(SEGMENT_HEADER.subarray(0, -1))) return 'sound';
  return line.toString('latin1').includes('"format":"wipsim-journal"') ? 'other version' : 'damaged';
}

/** File systems that grow a file before they write it leave zeros where the power went. */
const cutWords = (line: Buffer): string =>
  line.every((byte) => byte === 0)
    ? `${line.length} bytes of zeros at its end left out`
    : 'its last line is cut off and left out (its writer was stopped, or is still writing)';
