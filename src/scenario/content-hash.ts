/**
 * A hash of what a run depends on, to recognise a scenario again: 128-bit FNV-1a (Fowler, Noll, Vo, "The FNV
 * Non-Cryptographic Hash Algorithm", IETF draft-eastlake-fnv, sections 2 and 5). It guards against mistakes, not
 * against forgery.
 */

import { hashWords } from './word-hash.js';

/** Offset basis 0x6c62272e07bb014262b821756295c58d, as 32-bit words, least significant first. */
const BASIS = [0x6295c58d, 0x62b82175, 0x07bb0142, 0x6c62272e] as const;
/** The prime is 2^88 + 0x13b. */
const PRIME_LOW = 0x13b;
const PRIME_SHIFT = 24; // 88 = 2 words and 24 bits
const TWO_32 = 2 ** 32;
/** 128 bits of digest, as many as the hash has. */
const PARTS = 4;

export class ContentHash {
  private a: number = BASIS[0];
  private b: number = BASIS[1];
  private c: number = BASIS[2];
  private d: number = BASIS[3];

  addBytes(bytes: Uint8Array): this {
    let { a, b, c, d } = this;
    for (let i = 0; i < bytes.length; i++) {
      a = (a ^ bytes[i]!) >>> 0;
      // Times the low part of the prime, word by word: products stay below 2^41, exact in float64.
      const a1 = a * PRIME_LOW;
      const b1 = b * PRIME_LOW + Math.floor(a1 / TWO_32);
      const c1 = c * PRIME_LOW + Math.floor(b1 / TWO_32);
      const d1 = d * PRIME_LOW + Math.floor(c1 / TWO_32);
      // Times 2^88: the two lowest words end up in the two highest.
      const c2 = (c1 >>> 0) + ((a << PRIME_SHIFT) >>> 0);
      const d2 =
        (d1 >>> 0) + (((b << PRIME_SHIFT) | (a >>> (32 - PRIME_SHIFT))) >>> 0) + (c2 >= TWO_32 ? 1 : 0);
      a = a1 >>> 0;
      b = b1 >>> 0;
      c = c2 >>> 0;
      d = d2 >>> 0;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    return this;
  }

  /** UTF-8. */
  addText(text: string): this {
    return this.addBytes(new TextEncoder().encode(text));
  }

  /** Numbers by their bits, digested in four interleaved parts first. */
  addColumn(column: Float64Array | Int32Array): this {
    const words = new Int32Array(column.buffer, column.byteOffset, column.byteLength / 4);
    for (let part = 0; part < PARTS; part++)
      this.addText(`${hashWords(words, part, part, PARTS).toString(16)} `);
    return this;
  }

  /** 32 hexadecimal digits. */
  hex(): string {
    return [this.d, this.c, this.b, this.a].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}

/**
 * Plain data as text, the same for equal data: keys whose value is undefined are left out, and infinity, which JSON
 * does not know, is kept. Keys stay in their order, because the order of pools, stages and workloads has a meaning.
 */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(',')}}`;
  }
  return typeof value === 'number' ? String(value) : JSON.stringify(value ?? null);
}
