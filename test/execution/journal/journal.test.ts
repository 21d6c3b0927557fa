import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/execution/journal/journal.js';
import { JournalError } from '../../../src/execution/journal/journal-error.js';

const base = mkdtempSync(join(tmpdir(), 'wipsim-journal-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(base, String(count++));
});

const keyOf = (name: string | number): string => createHash('md5').update(String(name)).digest('hex');

const segments = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.journal'))
    .sort()
    .map((name) => join(folder, name));

async function filled(values: Readonly<Record<string, unknown>>): Promise<void> {
  const journal = await Journal.open(folder);
  for (const [name, value] of Object.entries(values)) await journal.put(keyOf(name), value);
  await journal.close();
}

/** A line as the format's page describes it, made here and not by the code under test. */
function line(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}
const HEADER = line('{"format":"wipsim-journal","version":1}');

function segmentFile(name: string, text: string | Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}
const NAMES = ['20260101T000000000Z-1-00000000.journal', '20260102T000000000Z-1-00000000.journal'] as const;

describe('what was put is found', () => {
  test('again after opening anew, with every kind of value that JSON has', async () => {
    const values = {
      numbers: [0.1 + 0.2, 1e-300, -4, 9007199254740991],
      text: 'line\nfeed, \u2028, "quotes", ünïcode, 🦊, \ud800 alone',
      nothing: null,
      empty: {},
      order: { b: 1, a: 2, z: { y: [] } },
      no: false,
    };
    await filled(values);
    const journal = await Journal.open(folder);
    expect(journal.size).toBe(6);
    for (const [name, value] of Object.entries(values)) {
      expect(journal.has(keyOf(name))).toBe(true);
      expect(JSON.stringify(journal.get(keyOf(name)))).toBe(JSON.stringify(value));
    }
    expect(journal.get(keyOf('another'))).toBeUndefined();
    expect(journal.has(keyOf('another'))).toBe(false);
    expect(journal.problems).toEqual([]);
  });

  test('in the same process, as soon as the put is acknowledged', async () => {
    const journal = await Journal.open(folder);
    await journal.put(keyOf(1), { answer: 42 });
    expect(journal.get(keyOf(1))).toEqual({ answer: 42 });
    await journal.close();
  });

  test('in the order in which it was put', async () => {
    await filled({ z: 1, a: 2 });
    await filled({ m: 3 });
    const journal = await Journal.open(folder);
    expect([...journal.entries()]).toEqual([
      { key: keyOf('z'), value: 1 },
      { key: keyOf('a'), value: 2 },
      { key: keyOf('m'), value: 3 },
    ]);
  });

  test('in one segment a process, in a line an entry, as the format says', async () => {
    await filled({ a: { x: 1 }, b: [2] });
    expect(segments().map((path) => readFileSync(path, 'utf8'))).toEqual([
      HEADER + line(`${keyOf('a')} {"x":1}`) + line(`${keyOf('b')} [2]`),
    ]);
  });

  test('when many are put at once, each with the value of its own', async () => {
    const journal = await Journal.open(folder);
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(numbers.map((index) => journal.put(keyOf(index), { index })));
    await journal.close();
    const again = await Journal.open(folder);
    for (const index of numbers) {
      expect(journal.get(keyOf(index))).toEqual({ index });
      expect(again.get(keyOf(index))).toEqual({ index });
    }
    expect(segments()).toHaveLength(1);
  });

  test('across segments, where one has grown to its size', async () => {
    const journal = await Journal.open(folder, { segmentBytes: 1000 });
    for (let i = 0; i < 20; i++) await journal.put(keyOf(i), 'x'.repeat(300));
    await journal.close();
    // The header has 49 bytes and an entry 8 + 1 + 32 + 1 + 302 + 1: three of them pass 1,000 bytes.
    expect(segments()).toHaveLength(7);
    const again = await Journal.open(folder);
    for (let i = 0; i < 20; i++) expect(again.get(keyOf(i))).toBe('x'.repeat(300));
  });
});

describe('nothing is written needlessly', () => {
  test('what is there already, or on its way, is written once', async () => {
    await filled({ a: 1 });
    const journal = await Journal.open(folder);
    await Promise.all([journal.put(keyOf('a'), 1), journal.put(keyOf('b'), 2), journal.put(keyOf('b'), 2)]);
    await journal.put(keyOf('b'), 2);
    await journal.close();
    const lines = segments().flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1));
    expect(lines).toHaveLength(2);
  });

  test('a journal that is only read makes no file and no folder', async () => {
    const journal = await Journal.open(folder);
    expect(journal.get(keyOf(1))).toBeUndefined();
    await journal.close();
    expect(readdirSync(base)).not.toContain(folder.slice(base.length + 1));
  });

  test('of two entries with one key the first sound one counts', async () => {
    segmentFile(NAMES[1], HEADER + line(`${keyOf('a')} "later"`) + line(`${keyOf('b')} "once"`));
    segmentFile(NAMES[0], `${HEADER}00000000 ${keyOf('b')} "damaged"\n${line(`${keyOf('a')} "first"`)}`);
    const journal = await Journal.open(folder);
    expect(journal.get(keyOf('a'))).toBe('first');
    expect(journal.get(keyOf('b'))).toBe('once');
  });
});

describe('damage is told in plain words, and the sound part used', () => {
  const a = line(`${keyOf('a')} {"x":1}`);
  const b = line(`${keyOf('b')} {"y":2}`);
  const opened = async (bytes: string | Buffer): Promise<[number, string[]]> => {
    segmentFile(NAMES[0], bytes);
    const journal = await Journal.open(folder);
    const sound = [...journal.entries()];
    expect([a, b].join('')).toContain(
      sound.map(({ key, value }) => `${key} ${JSON.stringify(value)}`)[0] ?? '',
    );
    return [sound.length, journal.problems.map((problem) => problem.replace(NAMES[0], 'SEGMENT'))];
  };
  const CUT = 'SEGMENT: its last line is cut off and left out (its writer was stopped, or is still writing)';

  test.each<[string, string | Buffer, number, string[]]>([
    ['nothing wrong', HEADER + a + b, 2, []],
    ['a last line cut off', HEADER + a + b.slice(0, 20), 1, [CUT]],
    ['a last line that lacks only its line feed', HEADER + a + b.slice(0, -1), 2, []],
    [
      'a line of a wrong checksum',
      HEADER + a.replace('1}', '9}') + b,
      1,
      ['SEGMENT: 1 damaged line left out'],
    ],
    ['lines of something else', `${HEADER}hello\n\n${a}`, 1, ['SEGMENT: 2 damaged lines left out']],
    [
      'zeros at its end',
      `${HEADER}${a}${'\0'.repeat(4096)}`,
      1,
      ['SEGMENT: 4096 bytes of zeros at its end left out'],
    ],
    [
      'zeros in its midst',
      `${HEADER}${'\0'.repeat(a.length)}\n${b}`,
      1,
      ['SEGMENT: 1 damaged line left out'],
    ],
    ['only zeros', Buffer.alloc(4096), 0, ['SEGMENT: holds no sound line of a journal and was left out']],
    [
      'a foreign file',
      '# Notes\n\nhello\n',
      0,
      ['SEGMENT: holds no sound line of a journal and was left out'],
    ],
    ['a damaged first line', HEADER.replace('1', '2') + a, 1, ['SEGMENT: its first line is damaged']],
    ['no first line', a + b, 2, ['SEGMENT: its first line is damaged']],
    [
      'a later version',
      line('{"format":"wipsim-journal","version":2}') + a,
      0,
      ['SEGMENT: is of another version of the format and was left out'],
    ],
    ['an empty file: its writer was stopped before it began', '', 0, []],
    ['half a first line: the same', HEADER.slice(0, 20), 0, []],
  ])('%s', async (_, bytes, entries, problems) => {
    expect(await opened(bytes)).toEqual([entries, problems]);
  });

  test('a value damaged after it was indexed is absent, is told once, and can be put again', async () => {
    await filled({ a: 1, b: 2 });
    const journal = await Journal.open(folder);
    const [path] = segments() as [string];
    writeFileSync(path, readFileSync(path, 'utf8').replace(/ 1\n.* 2\n/s, ' 8\n'));
    expect(journal.get(keyOf('a'))).toBeUndefined();
    expect(journal.get(keyOf('b'))).toBeUndefined();
    expect(journal.has(keyOf('a'))).toBe(false);
    expect(journal.problems).toHaveLength(1);
    expect(journal.problems[0]).toMatch(/what was sound when it was opened can no longer be read$/);
    await journal.put(keyOf('a'), 1);
    expect(journal.get(keyOf('a'))).toBe(1);
    await journal.close();
  });

  test('files that are not named as segments are left alone', async () => {
    segmentFile('.nfs0001', 'whatever');
    segmentFile('notes.txt', HEADER + a);
    mkdirSync(join(folder, NAMES[0]));
    const journal = await Journal.open(folder);
    expect([journal.size, journal.problems]).toEqual([0, []]);
  });
});

describe("the file system's refusals", () => {
  test('a folder whose place is taken by a file: opening says so', async () => {
    writeFileSync(folder, '');
    await expect(Journal.open(folder)).rejects.toThrow(JournalError);
    await expect(Journal.open(folder)).rejects.toThrow(
      `cannot read the journal of finished runs in ${folder}: there is a file of that name`,
    );
  });

  test('a folder that cannot be made: every put says so, what is asked for is absent', async () => {
    writeFileSync(folder, '');
    const journal = await Journal.open(join('/proc', 'wipsim-none', 'below'));
    await expect(journal.put(keyOf(1), 1)).rejects.toThrow(/^cannot write the journal of finished runs in /);
    await expect(journal.put(keyOf(2), 1)).rejects.toThrow(JournalError);
    expect(journal.get(keyOf(1))).toBeUndefined();
    await journal.close();
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)('a folder that may only be read: read, but not written', async () => {
    await filled({ a: 1 });
    chmodSync(folder, 0o500);
    const journal = await Journal.open(folder);
    expect(journal.get(keyOf('a'))).toBe(1);
    await expect(journal.put(keyOf('b'), 1)).rejects.toThrow('no permission to write there');
    await journal.close();
    chmodSync(folder, 0o700);
  });

  test('a full disk is called by its name', () => {
    const error = new JournalError(
      '/some/cache',
      'write',
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }),
    );
    expect(error.code).toBe('ENOSPC');
    expect(error.message).toBe('cannot write the journal of finished runs in /some/cache: the disk is full');
  });

  test('a folder removed meanwhile: nothing is acknowledged that is nowhere', async () => {
    const journal = await Journal.open(folder);
    await journal.put(keyOf(1), 1);
    rmSync(folder, { recursive: true });
    await expect(journal.put(keyOf(2), 2)).rejects.toThrow(
      'the file that was being written has been removed',
    );
    expect(journal.get(keyOf(1))).toBeUndefined();
    await journal.close();
  });
});

describe("the caller's mistakes", () => {
  test('keys that are none, values that are nothing', async () => {
    const journal = await Journal.open(folder);
    expect(() => journal.put('../x', 1)).toThrow('a key has 32 to 64 hexadecimal digits, got ../x');
    expect(() => journal.put(keyOf(1), undefined)).toThrow('nothing that JSON can hold');
    expect(() => journal.put(keyOf(1), () => 1)).toThrow('nothing that JSON can hold');
    await journal.close();
  });
});
