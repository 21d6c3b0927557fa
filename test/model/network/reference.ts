/**
 * Max-min fairness and transfers the straightforward way, written from the textbook and knowing nothing of the
 * simulator's: everything is computed anew at every step.
 */

/** Bertsekas and Gallager, 6.5.2: raise all rates by the same amount until a link is full, freeze its flows, go on. */
export function progressiveFilling(
  capacities: readonly number[],
  paths: readonly (readonly number[])[],
): number[] {
  const rates = paths.map(() => 0);
  const frozen = paths.map((path) => path.length === 0);
  while (frozen.includes(false)) {
    const rises = capacities.map((capacity, link) => {
      const load = paths.reduce((sum, path, flow) => sum + (path.includes(link) ? rates[flow]! : 0), 0);
      const rising = paths.filter((path, flow) => !frozen[flow] && path.includes(link)).length;
      return rising === 0 ? Number.POSITIVE_INFINITY : Math.max(0, capacity - load) / rising;
    });
    const rise = Math.min(...rises);
    for (const flow of paths.keys()) if (!frozen[flow]) rates[flow]! += rise;
    for (const [link, linkRise] of rises.entries()) {
      if (linkRise > rise * (1 + 1e-12)) continue;
      for (const [flow, path] of paths.entries()) if (path.includes(link)) frozen[flow] = true;
    }
  }
  return rates;
}

export interface Transfer {
  readonly startS: number;
  readonly latencyS: number;
  readonly bytes: number;
  readonly path: readonly number[];
}

export interface CapacityChange {
  readonly atS: number;
  readonly link: number;
  readonly bytesPerS: number;
}

/** The time at which each transfer is done: from one event to the next, all rates anew at each. */
export function fluidFinishTimes(
  given: readonly number[],
  transfers: readonly Transfer[],
  changes: readonly CapacityChange[],
): number[] {
  const capacities = [...given];
  const left = transfers.map(({ bytes }) => bytes);
  const finishS = transfers.map(() => Number.POSITIVE_INFINITY);
  const ready = transfers.map(({ startS, latencyS }) => startS + latencyS);
  let nowS = 0;
  for (;;) {
    for (const [i, { bytes, path }] of transfers.entries()) {
      const none = path.length === 0 || bytes === 0 || left[i]! <= 1e-12 * bytes;
      if (finishS[i] === Number.POSITIVE_INFINITY && ready[i]! <= nowS && none) finishS[i] = nowS;
    }
    for (const { atS, link, bytesPerS } of changes) if (atS === nowS) capacities[link] = bytesPerS;
    const moving = [...transfers.keys()].filter(
      (i) => ready[i]! <= nowS && finishS[i] === Number.POSITIVE_INFINITY,
    );
    const rates = progressiveFilling(
      capacities,
      moving.map((i) => transfers[i]!.path),
    );
    const coming = [
      ...ready.filter((timeS) => timeS > nowS),
      ...changes.map(({ atS }) => atS).filter((timeS) => timeS > nowS),
      ...moving.map((i, k) => nowS + left[i]! / rates[k]!),
    ];
    const nextS = Math.min(...coming);
    if (!(nextS < Number.POSITIVE_INFINITY)) return finishS;
    for (const [k, i] of moving.entries()) {
      const done = nowS + left[i]! / rates[k]! === nextS;
      left[i] = done ? 0 : Math.max(0, left[i]! - rates[k]! * (nextS - nowS));
    }
    nowS = nextS;
  }
}
