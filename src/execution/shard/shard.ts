/**
 * One of n parts of an experiment's runs, for machines that cannot talk to each other: tasks of a Slurm array, pods of
 * an indexed Job. Which part has a run depends on the run alone, so no part needs to know of the others.
 */
import { createHash } from 'node:crypto';
import { Interrupted, type RunAnswer, type RunRequest, type RunSource } from '../../experiment/run-source.js';

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

/**
 * Whether this part has the run. The replications of a setup go round all parts in turn, from a part that depends on
 * the setup: parts have equally many runs of each setup, and so equally much to do, but for one. A pilot run, which
 * the replications need, is every part's own.
 */
export function isInShard({ index, count }: Shard, { setup, kind, seed }: RunRequest): boolean {
  if (kind === 'pilot') return true;
  const [, base = seed, replication = '0'] = /^(.*)\/(\d+)$/s.exec(seed) ?? [];
  const digest = createHash('sha256').update(`${setup.compiled.hash}\n${base}`).digest();
  return (digest.readUInt32BE(0) + Number(replication)) % count === index - 1;
}

/** The run is another part's; to the experiment it looks as if it had been stopped before it. */
export class RunElsewhere extends Interrupted {}

/** Answers the runs of one part. */
export class ShardSource implements RunSource {
  private counts = { finished: 0, elsewhere: 0 };

  constructor(
    private readonly shard: Shard,
    private readonly source: RunSource,
  ) {}

  get parallelism(): number {
    return this.source.parallelism;
  }

  /** Replications of this part that are finished. */
  get finished(): number {
    return this.counts.finished;
  }

  get elsewhere(): number {
    return this.counts.elsewhere;
  }

  async ask(...asked: Parameters<RunSource['ask']>): Promise<RunAnswer> {
    const [request] = asked;
    if (!isInShard(this.shard, request)) {
      this.counts.elsewhere++;
      throw new RunElsewhere();
    }
    const answer = await this.source.ask(...asked);
    if (request.kind === 'replication') this.counts.finished++;
    return answer;
  }
}
