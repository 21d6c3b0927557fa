/**
 * The yardstick: M/M/c written by hand for this model alone, over typed arrays, with nothing but the waits' sum
 * measured. It is what the machine can do; the simulator is compared with it in the same run.
 */
const EMPTY = Number.POSITIVE_INFINITY;

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
  // Binary heap of completion times.
  const heap = new Float64Array(servers + 1);
  let busy = 0;
  let ring = new Float64Array(1024);
  let head = 0;
  let waiting = 0;
  let arrived = 0;
  let events = 0;
  let waitSumS = 0;
  let nextArrivalS = exponential(arrivalRateHz);

  const push = (timeS: number): void => {
    let i = busy++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]! <= timeS) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timeS;
  };
  const pop = (): number => {
    const top = heap[0]!;
    const last = heap[--busy]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= busy) break;
      if (child + 1 < busy && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  };

  while (arrived < tasks || busy > 0) {
    const completionS = busy > 0 ? heap[0]! : EMPTY;
    events++;
    if (nextArrivalS <= completionS) {
      const nowS = nextArrivalS;
      arrived++;
      nextArrivalS = arrived < tasks ? nowS + exponential(arrivalRateHz) : EMPTY;
      if (busy < servers) {
        push(nowS + exponential(serviceRateHz));
      } else {
        if (waiting === ring.length) {
          const grown = new Float64Array(ring.length * 2);
          for (let i = 0; i < waiting; i++) grown[i] = ring[(head + i) & (ring.length - 1)]!;
          ring = grown;
          head = 0;
        }
        ring[(head + waiting++) & (ring.length - 1)] = nowS;
      }
    } else {
      const nowS = pop();
      if (waiting > 0) {
        waitSumS += nowS - ring[head]!;
        head = (head + 1) & (ring.length - 1);
        waiting--;
        push(nowS + exponential(serviceRateHz));
      }
    }
  }
  return { events, meanWaitS: waitSumS / tasks };
}
