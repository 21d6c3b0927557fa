import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { traceBytes } from '../../src/traces/trace-bytes.js';
import { folder, traceFile } from './temporary-trace.js';

async function text(name: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of traceBytes(join(folder, name))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const failure = (name: string) =>
  text(name).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

// Incompressible enough for the broken bytes to matter: consecutive squares.
const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${i * i}`).join('\n');

test('a .gz file is decompressed, several members one after another too', async () => {
  traceFile('whole.csv.gz', rows);
  expect(await text('whole.csv.gz')).toBe(rows);
  writeFileSync(join(folder, 'members.csv.gz'), Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]));
  expect(await text('members.csv.gz')).toBe('a\nb\n');
});

test('a file that is not there: the error names the path tried', async () => {
  expect(await failure('absent.csv')).toBe(
    `TraceError: there is no trace file at ${join(folder, 'absent.csv')}`,
  );
  expect(await failure('absent.csv.gz')).toContain(join(folder, 'absent.csv.gz'));
});

test('a folder is no trace file', async () => {
  mkdirSync(join(folder, 'folder.csv'));
  expect(await failure('folder.csv')).toContain('is a folder');
});

test('a truncated, a damaged and a false gzip file stop the reading', async () => {
  const compressed = gzipSync(rows);
  writeFileSync(join(folder, 'truncated.csv.gz'), compressed.subarray(0, compressed.length / 2));
  expect(await failure('truncated.csv.gz')).toMatch(/^TraceError: .*truncated\.csv\.gz is truncated/);
  const damaged = Buffer.from(compressed);
  damaged.fill(0xff, 1000, 1100);
  writeFileSync(join(folder, 'damaged.csv.gz'), damaged);
  expect(await failure('damaged.csv.gz')).toMatch(/^TraceError: .*damaged\.csv\.gz is not a sound gzip file/);
  writeFileSync(join(folder, 'false.csv.gz'), rows);
  expect(await failure('false.csv.gz')).toMatch(/^TraceError: .*false\.csv\.gz is not a sound gzip file/);
});

test('a binary file is refused, gzip under another name and UTF-16 included', async () => {
  writeFileSync(join(folder, 'zip.csv'), gzipSync(rows));
  expect(await failure('zip.csv')).toContain('is a binary file');
  writeFileSync(join(folder, 'utf16.csv'), Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'));
  expect(await failure('utf16.csv')).toContain('UTF-8');
});

test('an empty file is refused, compressed or not', async () => {
  traceFile('empty.csv', '');
  traceFile('empty.csv.gz', '');
  expect(await failure('empty.csv')).toMatch(/^TraceError: .*empty\.csv is empty$/);
  expect(await failure('empty.csv.gz')).toMatch(/^TraceError: .*empty\.csv\.gz is empty$/);
  writeFileSync(join(folder, 'nothing.csv.gz'), '');
  expect(await failure('nothing.csv.gz')).toMatch(/^TraceError: /);
});
