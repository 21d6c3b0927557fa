import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { prune } from '../../../src/execution/journal/prune.js';

const base = mkdtempSync(join(tmpdir(), 'wipsim-prune-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let root: string;
let count = 0;
beforeEach(() => {
  root = join(base, String(count++));
  mkdirSync(root);
});

const NOW_MS = Date.now();
const DAY_MS = 24 * 3600 * 1000;
const OWN = '1.1.0-0123456789abcdef';
const OTHER = '1.0.0-0123456789abcdef';
const THIRD = '0.9.0-rc.1-0123456789abcdef';

const age = (path: string, days: number): void => {
  const time = (NOW_MS - days * DAY_MS) / 1000;
  utimesSync(path, time, time);
};

function segment(version: string, scenario: string, number: number, days: number, bytes = 100): string {
  const folder = join(root, version, scenario);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `20260101T000000000Z-1-0000000${number}.journal`);
  writeFileSync(path, 'x'.repeat(bytes));
  age(path, days);
  age(folder, days);
  return path;
}

const pruned = async (bytesMax?: number): Promise<string[]> =>
  prune(root, { engineVersion: OWN, nowMs: NOW_MS, bytesMax });

test('versions of the engine that were not used for 30 days are removed with their folders; the own one is kept', async () => {
  const own = segment(OWN, 'chat', 1, 400);
  const unused = [segment(OTHER, 'batch', 1, 40), segment(OTHER, 'chat', 2, 31)];
  age(join(root, OTHER), 31);
  expect(await pruned()).toEqual(unused);
  expect(existsSync(own)).toBe(true);
  expect(existsSync(join(root, OTHER))).toBe(false);
});

test('a version that was opened, or written, within 30 days is kept whole', async () => {
  const opened = segment(OTHER, 'chat', 1, 200);
  age(join(root, OTHER), 29);
  segment(THIRD, 'chat', 1, 200);
  const written = segment(THIRD, 'chat', 2, 29);
  age(join(root, THIRD), 200);
  expect(await pruned()).toEqual([]);
  expect([opened, written].every(existsSync)).toBe(true);
});

test('beyond the size the oldest segments go, of whatever version, and no more of them than needed', async () => {
  const oldest = segment(OTHER, 'chat', 1, 20);
  const older = segment(OWN, 'chat', 2, 10);
  const old = segment(OWN, 'batch', 3, 5);
  const young = segment(OWN, 'batch', 4, 2);
  expect(await pruned(200)).toEqual([oldest, older]);
  expect([old, young].every(existsSync)).toBe(true);
});

test('a segment that a living process may write is kept, however much there is', async () => {
  const old = segment(OWN, 'chat', 1, 1.1);
  const young = segment(OWN, 'chat', 2, 0.9);
  expect(await pruned(0)).toEqual([old]);
  expect(existsSync(young)).toBe(true);
});

test("nothing that is not the cache's own is touched", async () => {
  const foreign = [
    'notes.journal',
    `${OTHER}/chat/notes.txt`,
    `${OTHER}/readme`,
    'project-1.0.0/a/b.journal',
  ];
  for (const path of foreign) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), 'x');
    age(join(root, path), 900);
  }
  const elsewhere = segment('my-project', 'chat', 1, 900);
  const removed = segment(OTHER, 'chat', 1, 900);
  age(join(root, OTHER), 900);
  expect(await pruned(0)).toEqual([removed]);
  expect([...foreign.map((path) => join(root, path)), elsewhere].every(existsSync)).toBe(true);
});

test('it is done at most once a day', async () => {
  expect(await pruned()).toEqual([]);
  segment(OWN, 'chat', 1, 10);
  expect(await pruned(0)).toEqual([]);
  age(join(root, 'last-pruned'), 1.01);
  expect((await pruned(0)).map((path) => basename(path))).toEqual(['20260101T000000000Z-1-00000001.journal']);
});

test('where there is no cache yet nothing happens, and nothing is made', async () => {
  const none = join(root, 'none');
  expect(await prune(none, { engineVersion: OWN, nowMs: NOW_MS })).toEqual([]);
  expect(existsSync(none)).toBe(false);
});
