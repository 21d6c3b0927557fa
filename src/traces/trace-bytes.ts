/** The bytes of a trace file, decompressed, with the ways in which a file fails put into words. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TraceError } from './trace-error.js';

const CHUNK_BYTES = 1 << 20;
/** How far git looks for a zero byte to call a file binary (`FIRST_FEW_BYTES` of its xdiff-interface.c). */
const BINARY_CHECK_BYTES = 8000;

/** Yields the file's bytes; throws a `TraceError` for a file that is missing, unreadable, broken or not text. */
export async function* traceBytes(file: string): AsyncGenerator<Buffer, void, void> {
  const raw = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  // `pipeline` and not `pipe`: it hands an error of the file on to whoever reads the decompressed side.
  const bytes = /\.gz$/i.test(file) ? pipeline(raw, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : raw;
  let checkedBytes = 0;
  try {
    for await (const piece of bytes) {
      const chunk = piece as Buffer;
      if (checkedBytes < BINARY_CHECK_BYTES && chunk.subarray(0, BINARY_CHECK_BYTES).includes(0))
        throw new TraceError(
          `${file} is a binary file; a trace is UTF-8 text (CSV or JSON Lines), also compressed with gzip and named .gz`,
          ['file'],
        );
      checkedBytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw inWords(file, error);
  }
  if (checkedBytes === 0) throw new TraceError(`${file} is empty`, ['file']);
}

function inWords(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const because = (message: string) => new TraceError(message, ['file'], { cause: error });
  if (code === 'ENOENT' || code === 'ENOTDIR') return because(`there is no trace file at ${file}`);
  if (code === 'EISDIR') return because(`${file} is a folder, not a trace file`);
  if (code === 'EACCES' || code === 'EPERM') return because(`no permission to read ${file}`);
  if (code === 'Z_BUF_ERROR') return because(`${file} is truncated: its gzip data ends too early`);
  if (code.startsWith('Z_')) return because(`${file} is not a sound gzip file (${String(error)})`);
  return error;
}
