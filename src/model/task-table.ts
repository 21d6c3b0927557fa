/**
 * Tasks in flight, as rows of typed columns with a free list: memory is bounded by the tasks in flight, not by the
 * tasks simulated. Data plane.
 */

export const NONE = -1;

/** `state` of a row that holds no task. */
export const FREE = 255;

export class TaskTable {
  private capacity = 0;
  private freeRows = new Int32Array(0);
  private freeCount = 0;
  /** Tasks in flight. */
  size = 0;

  // Who it is.
  serial = new Float64Array(0);
  workload = new Int32Array(0);
  tenant = new Int32Array(0);
  user = new Int32Array(0);
  /** Row of the trace or number of the closed loop's user, NONE for others. */
  origin = new Int32Array(0);
  priority = new Float64Array(0);
  valueUsd = new Float64Array(0);
  promptTokens = new Float64Array(0);
  outputTokens = new Float64Array(0);
  arrivalS = new Float64Array(0);
  deadlineS = new Float64Array(0);

  // Where it is.
  state = new Uint8Array(0);
  phase = new Uint8Array(0);
  sinceS = new Float64Array(0);
  step = new Int32Array(0);
  stage = new Int32Array(0);
  /** The step that a blocked task will enter. */
  stepAhead = new Int32Array(0);
  /** Steps begun since the present attempt at the whole task. */
  visit = new Int32Array(0);
  attempt = new Int32Array(0);
  /** Position in the admission chain, or ADMITTED. */
  admission = new Int32Array(0);
  /** First start ever, NaN before. */
  firstStartS = new Float64Array(0);
  stageEnteredS = new Float64Array(0);
  queuedAtS = new Float64Array(0);
  startedAtS = new Float64Array(0);
  /** Waiting in the queue of the present stage so far, seconds. */
  stageWaitS = new Float64Array(0);
  /** In service at the present stage so far, seconds. */
  stageServiceS = new Float64Array(0);

  // What it needs and holds.
  gpus = new Int32Array(0);
  remainingWorkS = new Float64Array(0);
  /** Work of the present step when it began: what a restart goes back to. */
  stepWorkS = new Float64Array(0);
  /** Node held, NONE without; a gang over several nodes is in the pool's list of spans. */
  node = new Int32Array(0);
  /** 1 while limits that last until the task leaves the system are held. */
  holdsTaskLimits = new Uint8Array(0);
  /** In flight at its stage when it started there, itself included. */
  inFlightAtStart = new Int32Array(0);
  /** Event that ends what it does now (service, delay, back-off, checkpoint). */
  event = new Int32Array(0);
  patienceEvent = new Int32Array(0);
  timeoutEvent = new Int32Array(0);

  // Its place in a queue: all waiting rows of a lane are a list in order of arrival at the queue.
  next = new Int32Array(0);
  previous = new Int32Array(0);
  lane = new Int32Array(0);
  /** Number of its arrival at the queue; breaks ties. */
  order = new Float64Array(0);
  key = new Float64Array(0);
  heapPosition = new Int32Array(0);

  /** Time in each phase, `phases` numbers a row. */
  phaseS = new Float64Array(0);
  /** GPU-seconds spent in each pool that are wasted unless the task completes, `pools` numbers a row. */
  spentGpuS = new Float64Array(0);

  constructor(
    private readonly phases: number,
    private readonly pools: number,
  ) {
    this.grow(64);
  }

  /** Takes a row; the caller sets every column that matters to it. */
  allocate(): number {
    if (this.freeCount === 0) this.grow(this.capacity * 2);
    const row = this.freeRows[--this.freeCount]!;
    this.size++;
    this.event[row] = NONE;
    this.patienceEvent[row] = NONE;
    this.timeoutEvent[row] = NONE;
    this.node[row] = NONE;
    this.stage[row] = NONE;
    this.lane[row] = NONE;
    this.holdsTaskLimits[row] = 0;
    for (let i = row * this.phases; i < (row + 1) * this.phases; i++) this.phaseS[i] = 0;
    for (let i = row * this.pools; i < (row + 1) * this.pools; i++) this.spentGpuS[i] = 0;
    return row;
  }

  release(row: number): void {
    this.size--;
    this.state[row] = FREE;
    this.freeRows[this.freeCount++] = row;
  }

  /** Number of rows, in use or free. */
  get rows(): number {
    return this.capacity;
  }

  private grow(capacity: number): void {
    const old = this.capacity;
    const columns = this as unknown as Record<string, unknown>;
    for (const [name, column] of Object.entries(columns)) {
      const perRow = name === 'phaseS' ? this.phases : name === 'spentGpuS' ? this.pools : 1;
      if (column instanceof Float64Array) columns[name] = widened(column, new Float64Array(capacity * perRow));
      else if (column instanceof Int32Array) columns[name] = widened(column, new Int32Array(capacity * perRow));
      else if (column instanceof Uint8Array) columns[name] = widened(column, new Uint8Array(capacity * perRow));
    }
    for (let row = capacity - 1; row >= old; row--) {
      this.freeRows[this.freeCount++] = row;
      this.state[row] = FREE;
    }
    this.capacity = capacity;
  }
}

function widened<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
