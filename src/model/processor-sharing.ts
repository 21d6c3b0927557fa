/**
 * Processor sharing: all tasks at a server are served at once and at the same rate, an equal share of what the server
 * gets done with so many (Kleinrock 1967, "Time-shared systems"; egalitarian, with a state-dependent rate).
 *
 * In virtual time, the work that a task present since the beginning has been given, every task ends at a fixed
 * moment: when it joined plus its work. Arrivals and departures change only how fast virtual time passes, so a heap by
 * virtual end finds the next one, and a change costs O(log n) however many share. Virtual time begins anew whenever
 * the server empties, so rounding does not add up over a run. Data plane.
 */

/** Throughput with so many tasks: seconds of work a second of the server as a whole. */
export interface Throughput {
  of(tasks: number): number;
}

const INITIAL = 8;

export class ProcessorSharing {
  /** Tasks that share. */
  size = 0;
  /** Virtual time at `sinceS`, seconds of work. */
  private virtualS = 0;
  /** The last change of the rate. */
  private sinceS = 0;
  /** Work that each task is given a second. */
  private rate = 0;
  private nextOrder = 0;

  /** Where a task's numbers are. */
  private readonly slotOf = new Map<number, number>();
  private readonly freeSlots: number[] = [];
  private ids = new Int32Array(INITIAL);
  private ends = new Float64Array(INITIAL);
  private orders = new Float64Array(INITIAL);
  private positions = new Int32Array(INITIAL);
  /** Binary heap of slots, by virtual end and then by order of joining. */
  private heap = new Int32Array(INITIAL);

  constructor(
    private readonly throughput: Throughput,
    private speed = 1,
  ) {}

  has(id: number): boolean {
    return this.slotOf.has(id);
  }

  join(id: number, workS: number, nowS: number): void {
    if (this.slotOf.has(id)) throw new Error(`task ${id} shares already`);
    this.advance(nowS);
    if (this.size === this.heap.length) this.grow();
    const slot = this.freeSlots.pop() ?? this.size;
    this.slotOf.set(id, slot);
    this.ids[slot] = id;
    this.ends[slot] = this.virtualS + workS;
    this.orders[slot] = this.nextOrder++;
    this.siftUp(this.size++, slot);
    this.setRate();
  }

  /** Takes a task out; returns the work that it has left. */
  leave(id: number, nowS: number): number {
    const leftS = this.remaining(id, nowS);
    this.advance(nowS);
    this.takeOut(id);
    return leftS;
  }

  /** Work that a task has left, seconds. */
  remaining(id: number, nowS: number): number {
    const slot = this.slotOf.get(id);
    if (slot === undefined) throw new Error(`task ${id} does not share`);
    return Math.max(0, this.ends[slot]! - this.virtualAt(nowS));
  }

  /** When the next task is done if nobody joins or leaves; Infinity without tasks. */
  nextS(): number {
    if (this.size === 0) return Number.POSITIVE_INFINITY;
    return this.sinceS + Math.max(0, this.ends[this.heap[0]!]! - this.virtualS) / this.rate;
  }

  /** Takes out the task that is done at `nextS()`, of several the one that joined first. */
  pop(): number {
    if (this.size === 0) throw new Error('nobody shares');
    const slot = this.heap[0]!;
    const nowS = this.nextS();
    // To the very end of it, which the clock's rounding may miss by a digit: who ends together has then nothing left.
    this.virtualS = Math.max(this.virtualS, this.ends[slot]!);
    this.sinceS = nowS;
    const id = this.ids[slot]!;
    this.takeOut(id);
    return id;
  }

  /** From now on everything goes on at so many times the throughput. */
  changeSpeed(speed: number, nowS: number): void {
    this.advance(nowS);
    this.speed = speed;
    this.setRate();
  }

  private virtualAt(nowS: number): number {
    return this.virtualS + (nowS - this.sinceS) * this.rate;
  }

  private advance(nowS: number): void {
    if (nowS < this.sinceS) throw new Error(`shared until ${this.sinceS} s, asked at ${nowS} s`);
    this.virtualS = this.virtualAt(nowS);
    this.sinceS = nowS;
  }

  private setRate(): void {
    this.rate = this.size === 0 ? 0 : (this.speed * this.throughput.of(this.size)) / this.size;
  }

  private takeOut(id: number): void {
    const slot = this.slotOf.get(id)!;
    this.slotOf.delete(id);
    const position = this.positions[slot]!;
    const moved = this.heap[--this.size]!;
    if (moved !== slot) {
      if (position > 0 && this.isBefore(moved, this.heap[(position - 1) >> 1]!)) this.siftUp(position, moved);
      else this.siftDown(position, moved);
    }
    if (this.size === 0) {
      this.virtualS = 0;
      this.nextOrder = 0;
      this.freeSlots.length = 0;
    } else {
      this.freeSlots.push(slot);
    }
    this.setRate();
  }

  private isBefore(a: number, b: number): boolean {
    const aS = this.ends[a]!;
    const bS = this.ends[b]!;
    return aS < bS || (aS === bS && this.orders[a]! < this.orders[b]!);
  }

  private place(position: number, slot: number): void {
    this.heap[position] = slot;
    this.positions[slot] = position;
  }

  private siftUp(from: number, slot: number): void {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.isBefore(slot, this.heap[parent]!)) break;
      this.place(position, this.heap[parent]!);
      position = parent;
    }
    this.place(position, slot);
  }

  private siftDown(from: number, slot: number): void {
    let position = from;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isBefore(this.heap[child + 1]!, this.heap[child]!)) child++;
      if (!this.isBefore(this.heap[child]!, slot)) break;
      this.place(position, this.heap[child]!);
      position = child;
    }
    this.place(position, slot);
  }

  private grow(): void {
    const capacity = 2 * this.heap.length;
    this.ids = extend(this.ids, new Int32Array(capacity));
    this.ends = extend(this.ends, new Float64Array(capacity));
    this.orders = extend(this.orders, new Float64Array(capacity));
    this.positions = extend(this.positions, new Int32Array(capacity));
    this.heap = extend(this.heap, new Int32Array(capacity));
  }
}

function extend<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
