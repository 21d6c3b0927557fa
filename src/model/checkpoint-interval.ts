/**
 * How often to save: checkpoints that are too rare lose much work at a failure, those that are too frequent cost more
 * than they save. For failures that come at random (exponential) with mean time `mtbfS` between them, of the whole
 * gang; a gang over n nodes has 1/n of a node's.
 *
 * Young (1974), A first order approximation to the optimum checkpoint interval, CACM 17(9); Daly (2006), A higher
 * order estimate of the optimum checkpoint interval for restart dumps, FGCS 22(3), equations 20 and 37.
 */
import { exp } from '../kernel/math.js';

/** The interval is work between two checkpoints, their cost not included. */
export function youngIntervalS(costS: number, mtbfS: number): number {
  return Math.sqrt(2 * costS * mtbfS);
}

/** Closer where checkpoints are not very cheap: the cost is part of what a failure can destroy. */
export function dalyIntervalS(costS: number, mtbfS: number): number {
  if (costS >= 2 * mtbfS) return mtbfS;
  const ratio = costS / (2 * mtbfS);
  return youngIntervalS(costS, mtbfS) * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - costS;
}

export interface Checkpoints {
  /** Above 0. */
  readonly intervalS: number;
  readonly costS: number;
  readonly restoreS: number;
}

/** Mean time on the resource for 1 s of work of a long task, time out of service not counted. */
export function timePerWork({ intervalS, costS, restoreS }: Checkpoints, mtbfS: number): number {
  return (mtbfS * exp(restoreS / mtbfS) * (exp((intervalS + costS) / mtbfS) - 1)) / intervalS;
}
