/**
 * Who is there: each coordinator and each worker says so every few seconds and is forgotten when it stops. Nothing
 * depends on it but messages: "no worker is connected", "workers of another version are".
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KEY_PREFIX } from './protocol.js';

const BEAT_MS = 4000;
const FORGOTTEN_AFTER_MS = 13_000;
const INDEX = `${KEY_PREFIX}:members`;

const memberSchema = z.object({
  role: z.enum(['coordinator', 'worker']),
  engine: z.string(),
  host: z.string(),
  pid: z.int(),
  /** Runs that a worker has under way at most; 0 of a coordinator. */
  threads: z.int(),
});
export type Member = z.output<typeof memberSchema>;

export const memberName = (): string => `${hostname()}/${process.pid}`;

export class Membership {
  private readonly id = randomUUID();
  private readonly entry: string;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly redis: Redis,
    member: Pick<Member, 'role' | 'engine' | 'threads'>,
  ) {
    this.entry = JSON.stringify({ ...member, host: hostname(), pid: process.pid });
  }

  async begin(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat().catch(() => {}), BEAT_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  async end(): Promise<void> {
    this.stop();
    await this.redis.pipeline().del(this.key()).srem(INDEX, this.id).exec();
  }

  /** All that have been heard of lately. */
  async others(): Promise<Member[]> {
    const ids = (await this.redis.smembers(INDEX)).filter((id) => id !== this.id).sort();
    if (ids.length === 0) return [];
    const entries = await this.redis.mget(ids.map(keyOf));
    const gone = ids.filter((_, index) => entries[index] === null);
    if (gone.length > 0) await this.redis.srem(INDEX, ...gone);
    return entries.flatMap((entry) => {
      if (entry === null || entry === undefined) return [];
      const parsed = memberSchema.safeParse(JSON.parse(entry));
      return parsed.success ? [parsed.data] : [];
    });
  }

  private key(): string {
    return keyOf(this.id);
  }

  private async beat(): Promise<void> {
    // While the connection is away nothing is piled up that would be said all at once afterwards.
    if (this.redis.status !== 'ready') return;
    await this.redis
      .pipeline()
      .set(this.key(), this.entry, 'PX', FORGOTTEN_AFTER_MS)
      .sadd(INDEX, this.id)
      .exec();
  }
}

const keyOf = (id: string): string => `${KEY_PREFIX}:member:${id}`;
