/**
 * What GPUs get done together by the number of tasks that share them: seconds of work a second, over the number of
 * tasks. A curve is given for one GPU, as points that are joined by straight lines: from the origin to the first point,
 * and constant beyond the last. Several GPUs share their tasks evenly, so that g of them do g·X(n/g).
 */

export interface CurvePoint {
  readonly concurrency: number;
  /** Seconds of work a second, on a GPU of speed 1. */
  readonly throughput: number;
}

/** Classical processor sharing: a task alone has the whole GPU, more of them share it without loss. */
export const FAIR_SHARE: readonly CurvePoint[] = [{ concurrency: 1, throughput: 1 }];

export class ThroughputCurve {
  private readonly concurrencies: Float64Array;
  private readonly throughputs: Float64Array;

  /** @param points of one GPU, in rising order of concurrency */
  constructor(points: readonly CurvePoint[], gpus: number) {
    this.concurrencies = Float64Array.from([0, ...points.map(({ concurrency }) => concurrency * gpus)]);
    this.throughputs = Float64Array.from([0, ...points.map(({ throughput }) => throughput * gpus)]);
  }

  /** Throughput of all the GPUs together with so many tasks. */
  of(tasks: number): number {
    const { concurrencies, throughputs } = this;
    const last = concurrencies.length - 1;
    if (tasks >= concurrencies[last]!) return throughputs[last]!;
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (concurrencies[middle]! <= tasks) low = middle;
      else high = middle;
    }
    const from = throughputs[low]!;
    const width = concurrencies[high]! - concurrencies[low]!;
    return from + ((throughputs[high]! - from) * (tasks - concurrencies[low]!)) / width;
  }

  /** The most that any number of tasks up to `tasksMax` gets. */
  peak(tasksMax: number): number {
    let peak = this.of(tasksMax);
    for (let i = 1; i < this.concurrencies.length; i++)
      if (this.concurrencies[i]! <= tasksMax) peak = Math.max(peak, this.throughputs[i]!);
    return peak;
  }
}
