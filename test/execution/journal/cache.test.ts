import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ENGINE_VERSION } from '../../../src/execution/engine-version.js';
import {
  cacheFolder,
  cacheRoot,
  openCachedJournal,
  scenarioFolder,
} from '../../../src/execution/journal/cache.js';

const base = mkdtempSync(join(tmpdir(), 'wipsim-cache-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const KEY = '0123456789abcdef0123456789abcdef';

describe('the cache lies', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      'where WIPSIM_CACHE says',
      { WIPSIM_CACHE: '/data/runs', XDG_CACHE_HOME: '/x', HOME: '/home/a' },
      '/data/runs',
    ],
    ['there also relative to where one is', { WIPSIM_CACHE: 'runs' }, resolve('runs')],
    ['else below XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x', HOME: '/home/a' }, '/x/wipsim'],
    [
      'else in ~/.cache; an empty variable is none',
      { WIPSIM_CACHE: '', XDG_CACHE_HOME: '', HOME: '/h' },
      '/h/.cache/wipsim',
    ],
    [
      'not in a relative XDG_CACHE_HOME, as the specification has it',
      { XDG_CACHE_HOME: 'x', HOME: '/h' },
      '/h/.cache/wipsim',
    ],
    ['and without HOME where the system says', {}, join(homedir(), '.cache', 'wipsim')],
  ])('%s', (_, env, folder) => {
    expect(cacheRoot(env)).toBe(folder);
  });

  test('below it in a folder of the engine version', () => {
    expect(cacheFolder({ WIPSIM_CACHE: '/c' }, '1.0.0-0123456789abcdef')).toBe('/c/1.0.0-0123456789abcdef');
  });
});

test('the folder of a scenario is readable, harmless and its own', () => {
  expect(scenarioFolder('Chat and batch: GPUs')).toMatch(/^chat-and-batch-gpus-[0-9a-f]{8}$/);
  expect(scenarioFolder('../../etc')).toMatch(/^etc-[0-9a-f]{8}$/);
  expect(scenarioFolder('聊天')).toMatch(/^[0-9a-f]{8}$/);
  expect(scenarioFolder('x'.repeat(500))).toHaveLength(49);
  const names = ['a b', 'a-b', 'A b', 'a b ', '聊天', '聊', ''];
  expect(new Set(names.map(scenarioFolder)).size).toBe(names.length);
});

test('a journal in the cache is found by the same engine and scenario, by no other; opening it counts as using it', async () => {
  const env = { WIPSIM_CACHE: join(base, 'cache') };
  const version = '1.0.0-0123456789abcdef';
  const journal = await openCachedJournal(env, 'chat', version);
  await journal.put(KEY, 1);
  await journal.close();
  const folder = cacheFolder(env, version);
  const longAgo = new Date('2026-01-01T00:00:00Z');
  utimesSync(folder, longAgo, longAgo);
  expect((await openCachedJournal(env, 'chat', version)).get(KEY)).toBe(1);
  expect(Date.now() - statSync(folder).mtimeMs).toBeLessThan(60_000);
  expect((await openCachedJournal(env, 'batch', version)).get(KEY)).toBeUndefined();
  expect((await openCachedJournal(env, 'chat', '1.0.0-0123456789abcdee')).get(KEY)).toBeUndefined();
  expect((await openCachedJournal(env, 'chat')).folder).toContain(join('cache', ENGINE_VERSION, 'chat-'));
});
