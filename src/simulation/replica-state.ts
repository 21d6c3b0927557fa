/**
 * What a run keeps of one replica of a batching pool beside the replica itself: its event, what it has told and the
 * engine has not yet acted on, and integrals over time. Data plane.
 *
 * The shared clock runs, while the replica iterates, at one over the number of requests there: what it shows at the
 * end of a stay less what it showed at the beginning is the request's equal share of the replica's time, and the
 * shares of all requests add up to the time that the replica was busy with somebody.
 */
import { Replica } from '../model/batching/replica.js';
import type { ReplicaSink, ReplicaSpec, Request } from '../model/batching/spec.js';
import { NONE } from '../model/task-table.js';

/** Sums over the replica's life, or over the measured part of it. */
export interface Tally {
  readonly iterations: number;
  readonly prefillTokens: number;
  readonly cachedTokens: number;
  readonly decodedTokens: number;
  readonly firstTokens: number;
  readonly recomputedTokens: number;
  readonly swappedTokens: number;
  readonly evictions: number;
  /** Token-seconds of KV memory held by what runs. */
  readonly kvArea: number;
}

const TALLIES = [
  'iterations',
  'prefillTokens',
  'cachedTokens',
  'decodedTokens',
  'firstTokens',
  'recomputedTokens',
  'swappedTokens',
  'evictions',
  'kvArea',
] as const satisfies readonly (keyof Tally)[];

export const NO_TALLY: Tally = combined(() => 0);

function combined(value: (key: keyof Tally) => number): Tally {
  return Object.fromEntries(TALLIES.map((key) => [key, value(key)])) as unknown as Tally;
}

export const tallySum = (a: Tally, b: Tally): Tally => combined((key) => a[key] + b[key]);
export const tallyDifference = (a: Tally, b: Tally): Tally => combined((key) => a[key] - b[key]);

export class ReplicaState implements ReplicaSink {
  replica: Replica;
  /** The event of its next change of membership; NONE while it is idle. */
  event = NONE;
  dueS = Number.POSITIVE_INFINITY;
  isBusy = false;
  /** Tasks that have had their first token or their last since the engine last looked, in order; NONE: gone since. */
  readonly told: number[] = [];
  readonly toldEnd: boolean[] = [];
  /** Most KV tokens that what runs has held at once. */
  kvPeakTokens = 0;
  shareS = 0;
  private sinceS = 0;
  private kvTokens = 0;
  private kvArea = 0;
  private firstTokens = 0;
  /** Tokens to be read of those who are here and not in the batch. */
  private readonly pending = new Map<number, number>();
  private pendingTokens = 0;
  /** Of those who have a place, and whose KV is still on its way. */
  private readonly coming = new Map<number, number>();
  private comingTokens = 0;
  /** Of replicas that stood here before, and up to the end of the warm-up. */
  private before: Tally = NO_TALLY;
  private unmeasured: Tally = NO_TALLY;

  constructor(
    private readonly spec: ReplicaSpec,
    private readonly speed: number,
    /** Number of the replica among all of the run's: the subject of its event. */
    readonly index: number,
    readonly pool: number,
    nowS: number,
  ) {
    this.sinceS = nowS;
    this.replica = this.create(nowS);
  }

  private create(nowS: number): Replica {
    const replica = new Replica(this.spec, this);
    if (this.speed !== 1) replica.setSlowdown(1 / this.speed, nowS);
    return replica;
  }

  /** Requests here, those out of the batch for want of memory included. */
  get requests(): number {
    return this.replica.batch + this.replica.waiting;
  }

  /** Tokens of KV memory that nobody holds or is about to; the prefix cache gives way and counts as free. */
  freeTokens(nowS: number): number {
    return Math.max(
      0,
      this.spec.kvTokens - this.replica.kvTokensHeld(nowS) - this.pendingTokens - this.comingTokens,
    );
  }

  /** Brings the integrals up to now; before every change. Between changes the KV of what runs grows evenly. */
  integrate(nowS: number): void {
    const elapsedS = nowS - this.sinceS;
    if (elapsedS > 0) {
      const { requests } = this;
      if (this.isBusy && requests > 0) this.shareS += elapsedS / requests;
      const kvTokens = this.replica.kvTokensHeld(nowS);
      this.kvArea += ((this.kvTokens + kvTokens) / 2) * elapsedS;
      if (kvTokens > this.kvPeakTokens) this.kvPeakTokens = kvTokens;
      this.kvTokens = kvTokens;
    }
    this.sinceS = nowS;
  }

  /** To be called after every change. */
  changed(nowS: number): void {
    this.kvTokens = this.replica.kvTokensHeld(nowS);
    if (this.kvTokens > this.kvPeakTokens) this.kvPeakTokens = this.kvTokens;
  }

  /** Whether a request would get into the batch at the next boundary, behind those who have a place and come later. */
  hasRoom(promptTokens: number, nowS: number): boolean {
    return this.replica.hasRoom(promptTokens + this.comingTokens, nowS);
  }

  /** A request of so many tokens will be submitted, or cancelled before. */
  expect(id: number, promptTokens: number): void {
    this.coming.set(id, promptTokens);
    this.comingTokens += promptTokens;
  }

  private noLongerComing(id: number): void {
    this.comingTokens -= this.coming.get(id) ?? 0;
    this.coming.delete(id);
  }

  submit(request: Request, nowS: number): void {
    this.noLongerComing(request.id);
    this.wait(request.id, request.promptTokens);
    this.replica.submit(request, nowS);
  }

  /** Takes a request out; its tokens so far, or null where it is done. */
  cancel(id: number, nowS: number): { readonly generatedTokens: number } | null {
    for (let i = 0; i < this.told.length; i++) if (this.told[i] === id) this.told[i] = NONE;
    this.admitted(id);
    this.noLongerComing(id);
    return this.replica.cancel(id, nowS);
  }

  started(id: number): void {
    this.admitted(id);
  }

  firstToken(id: number): void {
    this.firstTokens++;
    this.tell(id, false);
  }

  finished(id: number): void {
    this.tell(id, true);
  }

  evicted(id: number, _atS: number, lostTokens: number): void {
    this.wait(id, lostTokens);
  }

  private tell(id: number, isEnd: boolean): void {
    this.told.push(id);
    this.toldEnd.push(isEnd);
  }

  private wait(id: number, tokens: number): void {
    this.pending.set(id, tokens);
    this.pendingTokens += tokens;
  }

  private admitted(id: number): void {
    this.pendingTokens -= this.pending.get(id) ?? 0;
    this.pending.delete(id);
  }

  /** A new replica in the place of the one that stood here, with nothing in its memory. */
  renew(nowS: number): void {
    if (this.requests > 0) throw new Error(`a replica with ${this.requests} requests cannot be dropped`);
    // What this object counts itself goes on.
    this.before = { ...this.tally(nowS), firstTokens: 0, kvArea: 0 };
    this.replica = this.create(nowS);
  }

  measureFrom(nowS: number): void {
    this.unmeasured = this.tally(nowS);
    this.kvPeakTokens = this.kvTokens;
  }

  /** What was done in the measured window. */
  measured(nowS: number): Tally {
    return tallyDifference(this.tally(nowS), this.unmeasured);
  }

  private tally(nowS: number): Tally {
    this.integrate(nowS);
    const now = this.replica.tallyAt(nowS);
    return tallySum(this.before, {
      iterations: now.iterations,
      prefillTokens: now.prefillTokens,
      cachedTokens: this.replica.cachedPrefillTokens,
      decodedTokens: now.decodedTokens,
      firstTokens: this.firstTokens,
      recomputedTokens: this.replica.recomputedTokens,
      swappedTokens: this.replica.swappedTokens,
      evictions: this.replica.evictions,
      kvArea: this.kvArea,
    });
  }
}
