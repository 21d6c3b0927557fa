/** Which part of how many: `2/8`. */

export const SHARDS_MAX = 10_000;

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** Reads `2/8`; undefined where it is no such thing. */
export function parseShard(text: string): Shard | undefined {
  const parts = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const shard = { index: Number(parts[1]), count: Number(parts[2]) };
  return shard.index >= 1 && shard.index <= shard.count && shard.count <= SHARDS_MAX ? shard : undefined;
}

export const shardText = ({ index, count }: Shard): string => `${index}/${count}`;
