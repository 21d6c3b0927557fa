/** Processes of their own write a journal: at once, killed in the midst of it, and refused by the file system. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { Journal } from '../../../src/execution/journal/journal.js';
import { entryKey, entryOf } from './written-entries.js';

const base = mkdtempSync(join(tmpdir(), 'wipsim-journal-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Node 20 runs no TypeScript by itself. */
const JITI = resolve('node_modules/jiti/lib/jiti-cli.mjs');
const PROGRAM = resolve('test/execution/journal/writing-process.ts');

const writing = (folder: string, name: string, count: number): ChildProcess =>
  spawn(process.execPath, [JITI, PROGRAM, folder, name, String(count)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const acknowledged = (said: string): number[] => said.split('\n').slice(0, -1).map(Number);

test('two processes write one journal at once, and all of both is there', async () => {
  const folder = join(base, 'two');
  const children = ['left', 'right'].map((name) => writing(folder, name, 200));
  const said = await Promise.all(children.map((child) => text(child.stdout!)));
  const journal = await Journal.open(folder);
  expect(journal.problems).toEqual([]);
  expect(journal.size).toBe(400);
  for (const [side, name] of ['left', 'right'].entries()) {
    expect(acknowledged(said[side]!)).toHaveLength(200);
    for (let i = 0; i < 200; i++) expect(journal.get(entryKey(name, i))).toEqual(entryOf(name, i));
  }
});

test('kill -9: every entry whose put was acknowledged is there', async () => {
  const folder = join(base, 'killed');
  let total = 0;
  for (let round = 0; round < 4; round++) {
    const child = writing(folder, `round ${round}`, 1_000_000);
    const closed = once(child, 'close');
    let said = '';
    child.stdout!.setEncoding('latin1').on('data', (part: string) => {
      said += part;
      // Each time at another point of the writing.
      if (acknowledged(said).length > 50 + 37 * round) child.kill('SIGKILL');
    });
    await closed;
    const indices = acknowledged(said);
    expect(indices.length).toBeGreaterThan(50);
    const journal = await Journal.open(folder);
    for (const index of indices)
      expect(journal.get(entryKey(`round ${round}`, index))).toEqual(entryOf(`round ${round}`, index));
    total += indices.length;
    expect(journal.size).toBeGreaterThanOrEqual(total);
  }
});

// The shell sets the limit and sees to it that the process is told of it and not ended.
test.skipIf(process.platform === 'win32')(
  'a file system that takes no more: the rest is refused, what was acknowledged is there',
  async () => {
    const folder = join(base, 'full');
    const limit = `trap '' XFSZ; ulimit -f 512; exec "$@"`;
    const child = spawn(
      'bash',
      ['-c', limit, 'bash', process.execPath, JITI, PROGRAM, folder, 'name', '100'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const [said, refused] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    // 512 kB hold 25 entries of 20 kB.
    expect(acknowledged(said).length).toBeGreaterThan(10);
    expect(acknowledged(said).length).toBeLessThanOrEqual(25);
    expect(refused).toMatch(/^(JournalError: cannot write the journal of finished runs in .*EFBIG.*\n)+$/);
    const journal = await Journal.open(folder);
    for (const index of acknowledged(said))
      expect(journal.get(entryKey('name', index))).toEqual(entryOf('name', index));
    expect(journal.problems.map((problem) => problem.replace(readdirSync(folder)[0]!, ''))).toEqual([
      ': its last line is cut off and left out (its writer was stopped, or is still writing)',
    ]);
  },
);
