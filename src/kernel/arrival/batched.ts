import type { Distribution } from '../distribution/distribution.js';
import type { RandomStream } from '../random/stream.js';
import type { ArrivalProcess, EpochSource } from './arrival-process.js';

/** One task at each epoch, without end: nearly every workload, so kept apart from batches. */
export class SingleArrivals implements ArrivalProcess {
  readonly meanRateHz: number;

  constructor(private readonly epochs: EpochSource) {
    this.meanRateHz = epochs.meanRateHz;
  }

  nextS(): number {
    return this.epochs.nextS();
  }

  batchSize(): number {
    return 1;
  }
}

/** Arrival epochs with a batch of tasks at each, until a time. */
export class BatchedArrivals implements ArrivalProcess {
  readonly meanRateHz: number;
  private readonly epochs: EpochSource;
  private readonly batch: Distribution;
  private readonly random: RandomStream;
  private readonly stopS: number;

  constructor(epochs: EpochSource, batch: Distribution, random: RandomStream, stopS: number) {
    this.epochs = epochs;
    this.batch = batch;
    this.random = random;
    this.stopS = stopS;
    this.meanRateHz = epochs.meanRateHz * meanBatchSize(batch);
  }

  nextS(): number {
    const timeS = this.epochs.nextS();
    return timeS < this.stopS ? timeS : Number.POSITIVE_INFINITY;
  }

  batchSize(): number {
    return wholeSize(this.batch.sample(this.random));
  }
}

const wholeSize = (size: number): number => (size < 1.5 ? 1 : Math.floor(size + 0.5));

const TERMS_MAX = 10_000;

/** Mean of a size rounded to a whole number of at least 1: 1 + sum of P(size >= k + 1/2). */
export function meanBatchSize(size: Distribution): number {
  let mean = 1;
  for (let k = 1; k < TERMS_MAX; k += 1) {
    const more = 1 - size.cdf((k + 0.5) * (1 - 2 ** -53));
    if (more < 1e-14) return mean;
    mean += more;
  }
  // A tail this long: rounding moves the mean by far less than it is.
  return Math.max(size.mean, mean);
}
