/** Whatever happens to the bytes of a segment, at most the entries touched are lost, and no value is ever wrong. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/execution/journal/journal.js';

const folder = mkdtempSync(join(tmpdir(), 'wipsim-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keyOf = (index: number): string =>
  createHash('sha256').update(String(index)).digest('hex').slice(0, 40);

/** The bytes of a segment with these values, and the end of each line (its line feed's place), header first. */
async function segment(
  values: readonly unknown[],
): Promise<{ path: string; bytes: Buffer; feeds: number[] }> {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const journal = await Journal.open(folder);
  for (const [index, value] of values.entries()) await journal.put(keyOf(index), value);
  await journal.close();
  const path = join(folder, readdirSync(folder)[0]!);
  const bytes = readFileSync(path);
  const feeds = [...bytes.keys()].filter((place) => bytes[place] === 0x0a);
  expect(feeds).toHaveLength(values.length + 1);
  return { path, bytes, feeds };
}

/** Entries that are found, each with the value that was put. */
async function found(values: readonly unknown[]): Promise<{ kept: Set<number>; problems: number }> {
  const journal = await Journal.open(folder);
  const indices = [...values.keys()].filter((index) => journal.has(keyOf(index)));
  for (const index of indices)
    expect(JSON.stringify(journal.get(keyOf(index)))).toBe(JSON.stringify(values[index]));
  expect(journal.size).toBe(indices.length);
  return { kept: new Set(indices), problems: journal.problems.length };
}

const anyValues = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 });

describe('a segment', () => {
  test('cut off at any byte keeps every entry before the cut', async () => {
    const values = [{ a: [1, 2.5] }, 'ünï\n', null, { b: { c: 'x'.repeat(50) } }];
    const { path, bytes, feeds } = await segment(values);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const journal = await Journal.open(folder);
      // An entry of which only the line feed is missing is whole.
      const whole = [...values.keys()].filter((index) => length >= feeds[index + 1]!);
      expect([...journal.entries()]).toEqual(
        whole.map((index) => ({ key: keyOf(index), value: values[index] })),
      );
    }
  });

  test('with any byte changed loses at most the entry that has it; a line feed belongs to the lines on both sides', async () => {
    await fc.assert(
      fc.asyncProperty(anyValues, fc.nat(), fc.integer({ min: 1, max: 255 }), async (values, at, change) => {
        const { path, bytes, feeds } = await segment(values);
        const place = at % bytes.length;
        const damaged = Buffer.from(bytes);
        damaged[place] = bytes[place]! ^ change;
        writeFileSync(path, damaged);
        const line = feeds.findIndex((feed) => place <= feed);
        const touched = feeds.includes(place) ? [line - 1, line] : [line - 1];
        const { kept, problems } = await found(values);
        if (kept.size < values.length) expect(problems).toBe(1);
        for (const index of values.keys()) if (!touched.includes(index)) expect(kept).toContain(index);
      }),
      { numRuns: 300 },
    );
  });

  test('with a stretch zeroed, removed or doubled never gives a wrong value', async () => {
    const change = fc.constantFrom('zeroed', 'removed', 'doubled');
    await fc.assert(
      fc.asyncProperty(anyValues, fc.nat(), fc.nat(), change, async (values, from, length, what) => {
        const { path, bytes, feeds } = await segment(values);
        const start = from % bytes.length;
        const end = start + 1 + (length % (bytes.length - start));
        const stretch = bytes.subarray(start, end);
        const between = {
          zeroed: [Buffer.alloc(stretch.length)],
          removed: [],
          doubled: [stretch, stretch],
        }[what];
        writeFileSync(path, Buffer.concat([bytes.subarray(0, start), ...between, bytes.subarray(end)]));
        const { kept } = await found(values);
        for (const index of values.keys())
          if (feeds[index + 1]! < start || feeds[index]! >= end) expect(kept).toContain(index);
      }),
      { numRuns: 300 },
    );
  });
});
