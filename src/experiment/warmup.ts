/**
 * Where the warm-up ends, found from the data: MSER-5 (K. P. White, "An effective truncation heuristic for bias
 * reduction in simulation output", Simulation 69(6), 1997; batches of 5: K. P. White, M. J. Cobb, S. C. Spratt, "A
 * comparison of five steady-state truncation heuristics", WSC 2000). Of the series of batch means, cut off as many
 * from the front as make the standard error of the mean of the rest smallest.
 */

const BATCH_SIZE = 5;
/** When so many batches are held they are merged in pairs: memory is bounded whatever the run's length. Even. */
const BATCHES_MAX = 8192;
/** The statistic of the last few batches is small by chance (Hoad, Robinson, Davies, J. Simulation 4, 2010). */
const BATCHES_KEPT_MIN = 5;
/** With fewer batches than this nothing can be said. */
const BATCHES_NEEDED = 20;

/** Means of successive batches, with the time at which each ended. Data plane: called at each completion of a pilot. */
export class BatchMeans {
  readonly means = new Float64Array(BATCHES_MAX);
  readonly endsS = new Float64Array(BATCHES_MAX);
  batches = 0;
  batchSize = BATCH_SIZE;
  private sum = 0;
  private count = 0;

  add(value: number, timeS: number): void {
    this.sum += value;
    if (++this.count < this.batchSize) return;
    this.means[this.batches] = this.sum / this.count;
    this.endsS[this.batches] = timeS;
    this.sum = 0;
    this.count = 0;
    if (++this.batches === BATCHES_MAX) this.mergePairs();
  }

  private mergePairs(): void {
    const { means, endsS } = this;
    this.batches /= 2;
    this.batchSize *= 2;
    for (let i = 0; i < this.batches; i++) {
      means[i] = (means[2 * i]! + means[2 * i + 1]!) / 2;
      endsS[i] = endsS[2 * i + 1]!;
    }
  }
}

/**
 * How many of the first `count` means to cut off: the d that makes Σ(Yᵢ − Ȳ)²/(n−d)², over the means from d on,
 * smallest. The first such d where several are.
 */
export function mserTruncation(means: ArrayLike<number>, count: number): number {
  let kept = 0;
  let mean = 0;
  let squares = 0;
  let best = 0;
  let bestStatistic = Number.POSITIVE_INFINITY;
  // From the end, so that each step adds one value (Welford's update) instead of summing the rest anew.
  for (let d = count - 1; d >= 0; d--) {
    kept++;
    const delta = means[d]! - mean;
    mean += delta / kept;
    squares += delta * (means[d]! - mean);
    const statistic = squares / (kept * kept);
    if (kept >= BATCHES_KEPT_MIN && statistic <= bestStatistic) {
      best = d;
      bestStatistic = statistic;
    }
  }
  return best;
}

export interface WarmupFound {
  readonly lengthS: number;
  /** Why the length is not to be trusted, for the user. */
  readonly warning?: string;
}

/**
 * The warm-up of a run from its batch means: the end of the last batch cut off. Never more than half of the batches
 * or of the run's time; a minimum beyond means that the run is too short to be steady at all.
 */
export function findWarmup(batches: BatchMeans, runLengthS: number): WarmupFound {
  const { batches: count, means, endsS } = batches;
  if (count < BATCHES_NEEDED)
    return {
      lengthS: 0,
      warning: `the warm-up cannot be found: the pilot run completed fewer than ${BATCHES_NEEDED * BATCH_SIZE} tasks; nothing was cut off`,
    };
  const half = Math.floor(count / 2);
  const truncation = mserTruncation(means, count);
  const lengthS = truncation === 0 ? 0 : endsS[Math.min(truncation, half) - 1]!;
  const limitS = runLengthS / 2;
  if (truncation <= half && lengthS <= limitS) return { lengthS };
  return {
    lengthS: Math.min(lengthS, limitS),
    warning:
      'no steady state was found (MSER-5): the latency still changed in the second half of the pilot run; half of the run was cut off; make the run longer, or set `run.warmup`',
  };
}
