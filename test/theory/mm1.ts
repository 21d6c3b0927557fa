/** M/M/1. Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., 2.2. */

export function mm1(arrivalRateHz: number, serviceRateHz: number) {
  const load = arrivalRateHz / serviceRateHz;
  const sojournRateHz = serviceRateHz - arrivalRateHz;
  return {
    pWait: load,
    meanWaitS: load / sojournRateHz,
    meanSojournS: 1 / sojournRateHz,
    meanQueue: (load * load) / (1 - load),
    utilisation: load,
    /** The sojourn is exponential, and so is the wait of those who wait. */
    waitQuantileS: (p: number) => Math.max(0, Math.log(load / (1 - p)) / sojournRateHz),
    sojournQuantileS: (p: number) => -Math.log(1 - p) / sojournRateHz,
  };
}
