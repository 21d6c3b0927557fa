/**
 * The future event list: a 4-ary heap over typed arrays, ordered by time and then by order of scheduling.
 *
 * Data plane. Scheduling, popping and cancelling are O(log n) and allocate nothing except when the arrays double.
 * `pop` leaves a hole at the root; the next `schedule` fills it with one sift instead of a pop's and a push's, which
 * is what nearly every event handler does (an arrival schedules the next arrival, a start its completion).
 */

const ARITY_SHIFT = 2;
/** More than this, and looking through all of them would cost more than the heap. */
const SOURCES_MAX = 16;

export class EventList {
  private times: Float64Array;
  private orders: Float64Array;
  private slots: Int32Array;
  /** Heap position of each slot, -1 while the slot is free. */
  private positions: Int32Array;
  private kinds: Uint8Array;
  private subjects: Int32Array;
  private freeSlots: Int32Array;
  private freeCount: number;
  private length = 0;
  private hole = false;
  private nextOrder = 0;

  // Recurring sources (a workload's next arrival): one pending time each, kept out of the heap.
  private readonly sourceTimes = new Float64Array(SOURCES_MAX).fill(Number.POSITIVE_INFINITY);
  private readonly sourceOrders = new Float64Array(SOURCES_MAX);
  private readonly sourceKinds = new Uint8Array(SOURCES_MAX);
  private readonly sourceSubjects = new Int32Array(SOURCES_MAX);
  private sources = 0;
  /** The source that is next; its time is Infinity where no source has anything pending. */
  private firstSource = 0;

  /** The clock: time of the event popped last, seconds. */
  nowS = 0;
  /** Kind and subject of the event popped last. */
  kind = 0;
  subject = 0;
  /** Events popped so far. */
  popped = 0;

  constructor(capacity = 64) {
    this.times = new Float64Array(capacity);
    this.orders = new Float64Array(capacity);
    this.slots = new Int32Array(capacity);
    this.positions = new Int32Array(capacity).fill(-1);
    this.kinds = new Uint8Array(capacity);
    this.subjects = new Int32Array(capacity);
    this.freeSlots = new Int32Array(capacity);
    for (let i = 0; i < capacity; i++) this.freeSlots[i] = capacity - 1 - i;
    this.freeCount = capacity;
  }

  /** Number of events to come. */
  get size(): number {
    const pending = this.sourceTimes.reduce(
      (count, timeS) => count + (timeS < Number.POSITIVE_INFINITY ? 1 : 0),
      0,
    );
    return pending + (this.hole ? this.length - 1 : this.length);
  }

  /**
   * Makes a source of events of one kind and subject, of which at most one is pending at a time: cheaper than the
   * heap for what recurs all the time. Returns its number, or -1 where there are too many (use `schedule` then).
   */
  addSource(kind: number, subject: number): number {
    if (this.sources === SOURCES_MAX) return -1;
    this.sourceKinds[this.sources] = kind;
    this.sourceSubjects[this.sources] = subject;
    return this.sources++;
  }

  /** Schedules the source's next event; it has none pending. */
  scheduleSource(source: number, timeS: number): void {
    if (!(timeS >= this.nowS)) this.refuse(timeS);
    this.sourceTimes[source] = timeS;
    this.sourceOrders[source] = this.nextOrder++;
    if (this.sources > 1) this.findFirstSource();
  }

  private findFirstSource(): void {
    const { sourceTimes, sourceOrders, sources } = this;
    let first = 0;
    for (let i = 1; i < sources; i++) {
      const timeS = sourceTimes[i]!;
      const firstS = sourceTimes[first]!;
      if (timeS < firstS || (timeS === firstS && sourceOrders[i]! < sourceOrders[first]!)) first = i;
    }
    this.firstSource = first;
  }

  /**
   * Schedules an event and returns its handle, valid until the event is popped or cancelled.
   * @param timeS absolute, not before the clock
   */
  schedule(timeS: number, kind: number, subject: number): number {
    if (!(timeS >= this.nowS)) this.refuse(timeS);
    if (this.freeCount === 0) this.grow();
    const slot = this.freeSlots[--this.freeCount]!;
    this.kinds[slot] = kind;
    this.subjects[slot] = subject;
    // The new event is written to its place before it is sifted: a float64 passed to a function is allocated.
    const fillsHole = this.hole;
    const position = fillsHole ? 0 : this.length++;
    this.times[position] = timeS;
    this.orders[position] = this.nextOrder++;
    this.slots[position] = slot;
    this.hole = false;
    if (fillsHole) this.siftDown(0);
    else this.siftUp(position);
    return slot;
  }

  private refuse(timeS: number): never {
    throw new RangeError(`event at ${timeS} s before the clock at ${this.nowS} s`);
  }

  /** When the earliest event is; Infinity where there is none. */
  peekS(): number {
    if (this.hole) this.fillHole();
    const heapS = this.length === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
    return Math.min(heapS, this.sourceTimes[this.firstSource]!);
  }

  /** Pops the earliest event into `nowS`, `kind` and `subject`; false where there is none. */
  pop(): boolean {
    if (this.hole) this.fillHole();
    const sourceS = this.sourceTimes[this.firstSource]!;
    const empty = this.length === 0;
    if (sourceS < Number.POSITIVE_INFINITY && (empty || this.isSourceFirst(sourceS))) {
      this.popSource(sourceS);
      return true;
    }
    if (empty) return false;
    const slot = this.slots[0]!;
    this.nowS = this.times[0]!;
    this.kind = this.kinds[slot]!;
    this.subject = this.subjects[slot]!;
    this.positions[slot] = -1;
    this.freeSlots[this.freeCount++] = slot;
    this.hole = true;
    this.popped++;
    return true;
  }

  private isSourceFirst(sourceS: number): boolean {
    const topS = this.times[0]!;
    return sourceS < topS || (sourceS === topS && this.sourceOrders[this.firstSource]! < this.orders[0]!);
  }

  private popSource(sourceS: number): void {
    const source = this.firstSource;
    this.nowS = sourceS;
    this.kind = this.sourceKinds[source]!;
    this.subject = this.sourceSubjects[source]!;
    this.sourceTimes[source] = Number.POSITIVE_INFINITY;
    if (this.sources > 1) this.findFirstSource();
    this.popped++;
  }

  /** Time of the next event, Infinity where there is none. */
  peekTimeS(): number {
    if (this.hole) this.fillHole();
    const topS = this.length === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
    return Math.min(topS, this.sourceTimes[this.firstSource]!);
  }

  /** Removes an event that has not happened yet. */
  cancel(handle: number): void {
    if (this.hole) this.fillHole();
    const position = this.positions[handle]!;
    if (!(position >= 0)) throw new Error(`event ${handle} is not scheduled`);
    this.positions[handle] = -1;
    this.freeSlots[this.freeCount++] = handle;
    const last = --this.length;
    if (position === last) return;
    this.move(last, position);
    const parent = (position - 1) >> ARITY_SHIFT;
    if (position > 0 && this.isBefore(position, parent)) this.siftUp(position);
    else this.siftDown(position);
  }

  /** Time at which a scheduled event will happen. */
  timeOfS(handle: number): number {
    return this.times[this.positions[handle]!]!;
  }

  private isBefore(a: number, b: number): boolean {
    const aS = this.times[a]!;
    const bS = this.times[b]!;
    return aS < bS || (aS === bS && this.orders[a]! < this.orders[b]!);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from]!;
    this.orders[to] = this.orders[from]!;
    const slot = this.slots[from]!;
    this.slots[to] = slot;
    this.positions[slot] = to;
  }

  private fillHole(): void {
    this.hole = false;
    const last = --this.length;
    if (last === 0) return;
    this.move(last, 0);
    this.siftDown(0);
  }

  private siftUp(from: number): void {
    const { times, orders, slots, positions } = this;
    const timeS = times[from]!;
    const order = orders[from]!;
    const slot = slots[from]!;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> ARITY_SHIFT;
      const parentS = times[parent]!;
      if (parentS < timeS || (parentS === timeS && orders[parent]! < order)) break;
      times[position] = parentS;
      orders[position] = orders[parent]!;
      const moved = slots[parent]!;
      slots[position] = moved;
      positions[moved] = position;
      position = parent;
    }
    times[position] = timeS;
    orders[position] = order;
    slots[position] = slot;
    positions[slot] = position;
  }

  private siftDown(from: number): void {
    const { times, orders, slots, positions } = this;
    const length = this.length;
    const timeS = times[from]!;
    const order = orders[from]!;
    const slot = slots[from]!;
    let position = from;
    for (;;) {
      let child = (position << ARITY_SHIFT) + 1;
      if (child >= length) break;
      let childS = times[child]!;
      const end = Math.min(child + 4, length);
      for (let other = child + 1; other < end; other++) {
        const otherS = times[other]!;
        if (otherS < childS || (otherS === childS && orders[other]! < orders[child]!)) {
          child = other;
          childS = otherS;
        }
      }
      if (timeS < childS || (timeS === childS && order < orders[child]!)) break;
      times[position] = childS;
      orders[position] = orders[child]!;
      const moved = slots[child]!;
      slots[position] = moved;
      positions[moved] = position;
      position = child;
    }
    times[position] = timeS;
    orders[position] = order;
    slots[position] = slot;
    positions[slot] = position;
  }

  private grow(): void {
    const old = this.times.length;
    const capacity = old * 2;
    this.times = extend(this.times, new Float64Array(capacity));
    this.orders = extend(this.orders, new Float64Array(capacity));
    this.slots = extend(this.slots, new Int32Array(capacity));
    this.positions = extend(this.positions, new Int32Array(capacity).fill(-1));
    this.kinds = extend(this.kinds, new Uint8Array(capacity));
    this.subjects = extend(this.subjects, new Int32Array(capacity));
    this.freeSlots = new Int32Array(capacity);
    for (let i = 0; i < old; i++) this.freeSlots[i] = capacity - 1 - i;
    this.freeCount = old;
  }
}

function extend<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
