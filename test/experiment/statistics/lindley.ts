/**
 * Sojourn times of an M/M/1 queue, service at rate 1, by D. V. Lindley's recursion ("The theory of queues with a single
 * server", Proc. Cambridge Phil. Soc. 48, 1952): a thousand times as many runs as the engine would do in the same time.
 */

import type { UniformSource } from '../../../src/kernel/random/stream.js';
import { Histogram } from '../../../src/metrics/histogram.js';

/** The sojourns of `tasks` customers after `warmup` others, the first of which finds nobody. */
export function sojourns(load: number, tasks: number, warmup: number, random: UniformSource): Histogram {
  const histogram = new Histogram();
  let wait = 0;
  for (let i = 0; i < warmup + tasks; i++) {
    const service = -Math.log(random.next());
    if (i >= warmup) histogram.record(wait + service);
    wait = Math.max(0, wait + service + Math.log(random.next()) / load);
  }
  return histogram;
}
