/**
 * The yardstick: M/M/c written by hand for this model alone, over typed arrays, with nothing but the waits' sum
 * measured. It is what the machine can do; the simulator is compared with it in the same run.
 */
const ARRIVAL = 0;
const COMPLETION = 1;

/** Simulates `tasks` arrivals and returns the events handled and the mean wait in seconds. */
export function mmcLoop(
  tasks: number,
  arrivalRateHz: number,
  serviceRateHz: number,
  servers: number,
  seed: number,
): { events: number; meanWaitS: number } {
  // xoshiro128**, two words a draw.
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let d = 0xb7e15162 | 0;
  const word = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const exponential = (rateHz: number): number =>
    -Math.log(((word() >>> 6) * 67108864 + (word() >>> 6) + 0.5) / 4503599627370496) / rateHz;
  // The event list: a binary heap of times and kinds.
  const times = new Float64Array(servers + 2);
  const kinds = new Uint8Array(servers + 2);
  let pending = 0;
  let busy = 0;
  let ring = new Float64Array(1024);
  let head = 0;
  let waiting = 0;
  let arrived = 0;
  let events = 0;
  let waitSumS = 0;

  const push = (timeS: number, kind: number): void => {
    let i = pending++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (times[parent]! <= timeS) break;
      times[i] = times[parent]!;
      kinds[i] = kinds[parent]!;
      i = parent;
    }
    times[i] = timeS;
    kinds[i] = kind;
  };
  /** Puts an event in the place of the first, which has happened. */
  const replaceFirst = (timeS: number, kind: number): void => {
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= pending) break;
      if (child + 1 < pending && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= timeS) break;
      times[i] = times[child]!;
      kinds[i] = kinds[child]!;
      i = child;
    }
    times[i] = timeS;
    kinds[i] = kind;
  };
  const removeFirst = (): void => {
    pending--;
    if (pending > 0) replaceFirst(times[pending]!, kinds[pending]!);
  };

  push(exponential(arrivalRateHz), ARRIVAL);
  while (pending > 0) {
    const nowS = times[0]!;
    events++;
    if (kinds[0] === ARRIVAL) {
      arrived++;
      if (arrived < tasks) replaceFirst(nowS + exponential(arrivalRateHz), ARRIVAL);
      else removeFirst();
      if (busy < servers) {
        busy++;
        push(nowS + exponential(serviceRateHz), COMPLETION);
      } else {
        if (waiting === ring.length) {
          const grown = new Float64Array(ring.length * 2);
          for (let i = 0; i < waiting; i++) grown[i] = ring[(head + i) & (ring.length - 1)]!;
          ring = grown;
          head = 0;
        }
        ring[(head + waiting++) & (ring.length - 1)] = nowS;
      }
    } else if (waiting > 0) {
      waitSumS += nowS - ring[head]!;
      head = (head + 1) & (ring.length - 1);
      waiting--;
      replaceFirst(nowS + exponential(serviceRateHz), COMPLETION);
    } else {
      busy--;
      removeFirst();
    }
  }
  return { events, meanWaitS: waitSumS / tasks };
}
