/**
 * One of n parts of an experiment's runs, for machines that cannot talk to each other: tasks of a Slurm array, pods of
 * an indexed Job. Which part has a run depends on the run alone, so no part needs to know of the others.
 */
import { createHash } from 'node:crypto';
import {
  type RunAnswer,
  RunElsewhere,
  type RunRequest,
  type RunSource,
} from '../../experiment/run-source.js';
import { runKey } from '../journal/journaled-source.js';
import type { Shard } from './part.js';

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

/** Answers the runs of one part. */
export class ShardSource implements RunSource {
  /** Finished runs of this part, by their keys. */
  readonly finished = new Set<string>();

  constructor(
    private readonly shard: Shard,
    private readonly source: RunSource,
    private readonly engineVersion: string,
  ) {}

  get parallelism(): number {
    return this.source.parallelism;
  }

  async ask(...asked: Parameters<RunSource['ask']>): Promise<RunAnswer> {
    const [request] = asked;
    if (!isInShard(this.shard, request)) throw new RunElsewhere();
    const answer = await this.source.ask(...asked);
    this.finished.add(runKey(this.engineVersion, request));
    return answer;
  }
}
