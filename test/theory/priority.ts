/** Queues with priority classes, listed highest priority first. */
import { erlangC } from './mmc.js';
import type { Service } from './service.js';

export interface PriorityClass {
  readonly arrivalRateHz: number;
  readonly service: Service;
}

/** Load of the classes before and up to each one. */
function loads(classes: readonly PriorityClass[]): { before: number; upTo: number }[] {
  let upTo = 0;
  return classes.map(({ arrivalRateHz, service }) => {
    const before = upTo;
    upTo += arrivalRateHz * service.meanS;
    return { before, upTo };
  });
}

/** Mean work left in service that an arrival finds, from the classes up to `last`. */
const residualWorkS = (classes: readonly PriorityClass[], last: number): number =>
  classes
    .slice(0, last + 1)
    .reduce((sum, { arrivalRateHz, service }) => sum + (arrivalRateHz * service.secondS2) / 2, 0);

/**
 * M/G/1, non-preemptive: mean wait by class. Cobham (1954), Priority assignment in waiting line problems, Operations
 * Research 2, eq. 3.
 */
export function nonPreemptiveWaitsS(classes: readonly PriorityClass[]): number[] {
  const residualS = residualWorkS(classes, classes.length - 1);
  return loads(classes).map(({ before, upTo }) => residualS / ((1 - before) * (1 - upTo)));
}

/**
 * M/M/c, non-preemptive, one service rate for all classes: mean wait by class. Cobham (1954), eq. 5, with the
 * delay formula in place of the residual work.
 */
export function nonPreemptiveWaitsOfManyServersS(
  arrivalRatesHz: readonly number[],
  serviceRateHz: number,
  servers: number,
): number[] {
  const totalHz = arrivalRatesHz.reduce((sum, rate) => sum + rate, 0);
  const allBusyS = erlangC(servers, totalHz / serviceRateHz) / (servers * serviceRateHz);
  const shares = arrivalRatesHz.map((arrivalRateHz) => ({
    arrivalRateHz,
    service: { meanS: 1 / (servers * serviceRateHz), secondS2: 0 },
  }));
  return loads(shares).map(({ before, upTo }) => allBusyS / ((1 - before) * (1 - upTo)));
}

/**
 * M/G/1, preemptive-resume at no cost: mean time in the system by class. Conway, Maxwell & Miller (1967), Theory of
 * Scheduling, 8-7: lower classes do not exist for a class, higher ones lengthen both its wait and its service.
 */
export function preemptiveResumeSojournsS(classes: readonly PriorityClass[]): number[] {
  return loads(classes).map(({ before, upTo }, index) => {
    const waitS = residualWorkS(classes, index) / ((1 - before) * (1 - upTo));
    return waitS + classes[index]!.service.meanS / (1 - before);
  });
}
