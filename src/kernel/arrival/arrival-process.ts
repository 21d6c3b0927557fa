/** When tasks come from outside, whatever the system does: an open workload. */
export interface ArrivalProcess {
  /** Absolute time of the next arrival epoch; never falls; Infinity when there are no more. */
  nextS(): number;
  /** How many tasks arrive at the epoch that `nextS` returned last. Asked once per epoch. */
  batchSize(): number;
  /** Tasks per second in the long run, between `start` and `stop`. */
  readonly meanRateHz: number;
}

/** The epochs alone: what each kind of process generates. */
export interface EpochSource {
  /** As in ArrivalProcess. */
  nextS(): number;
  /** Epochs per second in the long run. */
  readonly meanRateHz: number;
}
