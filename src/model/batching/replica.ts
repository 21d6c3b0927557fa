/**
 * One replica of an LLM server with continuous batching, moved from one change of membership to the next: between
 * two of them everything is an arithmetic series (`stretch.ts`, `decode-blocks.ts`), so the cost follows requests
 * and not tokens. docs/serving.md derives it and states the semantics. Data plane.
 *
 * A change of membership is due at `nextS()`; `advance` carries it out. What happens to the replica from outside
 * (`submit`, `cancel`, `setSlowdown`) takes effect at the next boundary between iterations: it cuts the stretch there.
 */
import { KvMemory } from './kv-memory.js';
import { IN_DECODE, IN_PREFILL, Sequence, WAITING, WaitingLine } from './sequence.js';
import { checkRequest, checkSpec, type ReplicaSink, type ReplicaSpec, type Request } from './spec.js';
import { Stretch } from './stretch.js';
import { batchSeconds, checkTiming, chunkSeconds } from './timing.js';

export class Replica {
  /** What was done, up to the last change of membership. */
  busyS = 0;
  iterations = 0;
  /** Changes of membership: what the work of this class goes by. */
  stretches = 0;
  prefillTokens = 0;
  /** Tokens whose KV was thrown away by evictions. */
  recomputedTokens = 0;
  /** Prompt tokens found in the prefix cache at admissions. */
  cachedPrefillTokens = 0;
  /** Tokens yielded by decode, so without each request's first. */
  decodedTokens = 0;
  /** Tokens moved out to host memory and back in, each way counted. */
  swappedTokens = 0;
  evictions = 0;

  private readonly memory: KvMemory;
  private readonly line = new WaitingLine();
  /** In the order of submission, as everybody in it came before all that wait. */
  private readonly running: Sequence[] = [];
  private readonly byId = new Map<number, Sequence>();
  private readonly stretch = new Stretch();
  private dueS = Number.POSITIVE_INFINITY;
  /** Iterations of decode since the beginning; a sequence in decode counts from the step at which it began. */
  private step = 0;
  /** Tokens that the sequences in decode read in the next iteration. */
  private readTokens = 0;
  /** At which step the next sequence in decode is done. */
  private nextLastStep = Number.POSITIVE_INFINITY;
  /** Sequences in prefill. */
  private prompts = 0;
  /** Whether the iterations of this stretch decode; those of whole prompts do not. */
  private decodes = false;
  /** Swapping that holds up the next iteration. */
  private swapS = 0;
  private slowdown = 1;
  private advancing = false;
  /** Those of whom the sink is to hear at this boundary. */
  private readonly told: Sequence[] = [];

  constructor(
    private readonly spec: ReplicaSpec,
    private readonly sink: ReplicaSink,
  ) {
    checkSpec(spec);
    checkTiming(spec.timing);
    this.memory = new KvMemory(spec);
  }

  get batch(): number {
    return this.running.length;
  }

  get waiting(): number {
    return this.line.length;
  }

  /** When `advance` has something to do; Infinity: idle. */
  nextS(): number {
    return this.dueS;
  }

  /** Joins at the next boundary, first come first served. One that comes exactly at a boundary joins there. */
  submit(request: Request, nowS: number): void {
    this.assertReached(nowS);
    checkRequest(this.spec, request);
    if (this.byId.has(request.id)) throw new Error(`request ${request.id} is here already`);
    const sequence = new Sequence(request);
    if (this.spec.role === 'decode') {
      sequence.hasKv = true;
      sequence.kvTokens = request.promptTokens;
      sequence.generated = 1;
    }
    this.byId.set(request.id, sequence);
    this.line.append(sequence);
    if (this.dueS === Number.POSITIVE_INFINITY) {
      this.stretch.begin(nowS, 0, 0, 0, 0);
      this.dueS = nowS;
    } else if (this.line.head === sequence && this.running.length < this.spec.maxBatch) {
      // Behind somebody who does not fit, or a full batch, nothing changes before this stretch ends.
      this.cut(nowS);
    }
  }

  /** Takes a request out at once; the iteration under way keeps its length. Null: it is not here. */
  cancel(id: number, nowS: number): { generatedTokens: number } | null {
    this.assertReached(nowS);
    const sequence = this.byId.get(id);
    if (sequence === undefined) return null;
    const generatedTokens = this.progress(id, nowS);
    this.byId.delete(id);
    if (sequence.state === WAITING) {
      this.line.remove(sequence);
      this.cut(nowS);
      return { generatedTokens };
    }
    const ended = this.endedBy(nowS);
    this.apply(ended, this.stretch.boundaryS(ended));
    this.memory.squeezeCache(1);
    this.running.splice(this.running.indexOf(sequence), 1);
    this.release(sequence);
    this.stretch.iterations = this.stretch.startS === nowS ? 0 : Math.min(1, this.stretch.iterations);
    this.dueS = Math.max(nowS, this.stretch.boundaryS(this.stretch.iterations));
    return { generatedTokens };
  }

  /**
   * Whether a request of so many prompt tokens would get into the batch at the next boundary, behind those that wait,
   * were it to find nothing in the cache and were nobody to leave before: a promise, and a denial only for now.
   */
  hasRoom(promptTokens: number, nowS: number): boolean {
    const { memory, running, line, spec } = this;
    if (running.length + line.length >= spec.maxBatch) return false;
    const ended = this.endedBy(nowS);
    const isUnderWay = this.stretch.boundaryS(ended) < nowS;
    let blocks = memory.held(ended + (isUnderWay && this.decodes ? 2 : 1));
    // A prompt that ends with the iteration under way may want a block for its first decode.
    for (const { state, prefillTokens } of running)
      if (isUnderWay && state === IN_PREFILL)
        blocks += memory.blocksOf(prefillTokens + 1) - memory.blocksOf(prefillTokens);
    for (let waiting = line.head; waiting !== null; waiting = waiting.behind) {
      blocks += this.admissionBlocks(waiting, waiting.hasKv ? 0 : memory.hitBlocks(waiting));
      if (!memory.admits(blocks, true)) return false;
    }
    blocks += memory.blocksOf(spec.role === 'decode' ? promptTokens + 1 : promptTokens);
    return memory.admits(blocks, running.length + line.length > 0);
  }

  /** Tokens of a session's context in memory. */
  cachedTokens(session: number, nowS: number): number {
    this.memory.squeezeCache(this.endedBy(nowS) + 1);
    return this.memory.residentTokens(session);
  }

  /** KV memory under what runs, in whole blocks; the cache beside it, that gives way, is not counted. */
  kvTokensHeld(nowS: number): number {
    return this.memory.tokensOf(this.memory.held(this.endedBy(nowS) + 1));
  }

  /** Tokens that a request has so far; 0 if it is not here. */
  progress(id: number, nowS: number): number {
    const sequence = this.byId.get(id);
    if (sequence === undefined) return 0;
    if (sequence.state !== IN_DECODE) return sequence.generated;
    return this.generatedBy(sequence) + (this.decodes ? this.endedBy(nowS) : 0);
  }

  /** Iterations and their tokens up to now, those of the stretch under way included. */
  tallyAt(nowS: number): { iterations: number; prefillTokens: number; decodedTokens: number } {
    const ended = this.endedBy(nowS);
    let { prefillTokens } = this;
    for (const { state, chunkTokens } of this.running)
      if (state === IN_PREFILL) prefillTokens += ended * chunkTokens;
    const decoding = this.decodes ? this.memory.decode.sequences : 0;
    return {
      iterations: this.iterations + ended,
      prefillTokens,
      decodedTokens: this.decodedTokens + ended * decoding,
    };
  }

  /** A slow node: iterations take so many times as long from the next boundary on. */
  setSlowdown(factor: number, nowS: number): void {
    this.assertReached(nowS);
    if (!(factor > 0)) throw new Error(`a slowdown of ${factor}`);
    this.slowdown = factor;
    this.cut(nowS);
  }

  /** Carries out everything that is due. */
  advance(nowS: number): void {
    if (this.advancing) throw new Error('a replica cannot be advanced from its own sink');
    this.advancing = true;
    while (this.dueS <= nowS) this.boundary();
    this.advancing = false;
  }

  private boundary(): void {
    const atS = this.dueS;
    this.apply(this.stretch.iterations, atS);
    this.complete(atS);
    this.makeRoom(atS);
    this.admit(atS);
    this.plan(atS);
  }

  /** Counts iterations that have ended. */
  private apply(count: number, atS: number): void {
    if (count === 0) return;
    this.busyS += atS - this.stretch.startS;
    this.iterations += count;
    this.stretch.drop(count, atS);
    this.swapS = 0;
    if (this.decodes) {
      const { decode } = this.memory;
      this.step += count;
      this.readTokens += count * decode.sequences;
      this.decodedTokens += count * decode.sequences;
      decode.advance(count);
    }
    for (let i = 0; i < this.running.length && this.prompts > 0; i++) {
      const sequence = this.running[i]!;
      if (sequence.state !== IN_PREFILL) continue;
      sequence.kvTokens += count * sequence.chunkTokens;
      this.prefillTokens += count * sequence.chunkTokens;
    }
    this.memory.squeezeCache(0);
  }

  /** Finds the prompts that are prefilled and the requests that are done, and tells when all of it is in order. */
  private complete(atS: number): void {
    const { running, told } = this;
    told.length = 0;
    if (this.prompts === 0 && this.step < this.nextLastStep) return;
    let stay = 0;
    for (const sequence of running) {
      sequence.begun = false;
      if (sequence.state === IN_PREFILL && sequence.kvTokens === sequence.prefillTokens) {
        sequence.begun = sequence.generated === 0;
        this.memory.unreserve(sequence);
        this.prompts--;
        sequence.generated++;
        this.beginDecode(sequence);
      }
      sequence.ended =
        sequence.state === IN_DECODE && (this.spec.role === 'prefill' || sequence.lastStep === this.step);
      if (sequence.begun || sequence.ended) told.push(sequence);
      if (!sequence.ended) running[stay++] = sequence;
    }
    running.length = stay;
    for (const sequence of told) {
      if (!sequence.ended) continue;
      this.byId.delete(sequence.id);
      this.release(sequence);
    }
    for (const sequence of told) {
      const { id, ended } = sequence;
      if (sequence.begun && (ended || this.byId.get(id) === sequence)) this.sink.firstToken(id, atS);
      if (ended) this.sink.finished(id, atS);
    }
  }

  /** Evicts the last that came until the next token of everybody in decode has a place. */
  private makeRoom(atS: number): void {
    const { memory, running, spec } = this;
    while (!memory.fits(memory.held(1))) {
      if (running.length < 2) throw new Error('KV memory is too small for one sequence alone');
      const sequence = running.pop()!;
      const sharedTokens = memory.tokensOf(sequence.sharedBlocks);
      const kvTokens = this.leave(sequence);
      sequence.hasKv = spec.onShortMemory === 'swap' && kvTokens > sharedTokens;
      sequence.swapped = sequence.hasKv;
      if (sequence.swapped) this.swap(kvTokens);
      const lostTokens = sequence.swapped ? 0 : kvTokens - sharedTokens;
      this.recomputedTokens += lostTokens;
      this.evictions++;
      this.line.prepend(sequence);
      this.sink.evicted(sequence.id, atS, lostTokens);
    }
    memory.squeezeCache(1);
  }

  /** Lets in who waits, in order, as far as the batch and the memory reach. */
  private admit(atS: number): void {
    const { memory, running, line, spec } = this;
    while (running.length < spec.maxBatch && line.head !== null) {
      const sequence = line.head;
      const hitBlocks = sequence.hasKv ? 0 : memory.hitBlocks(sequence);
      const blocks = memory.held(1) + this.admissionBlocks(sequence, hitBlocks);
      if (!memory.admits(blocks, running.length > 0)) return;
      line.remove(sequence);
      running.push(sequence);
      if (sequence.swapped) this.swap(sequence.kvTokens);
      if (!sequence.hasKv) {
        memory.share(sequence, hitBlocks);
        sequence.kvTokens = memory.tokensOf(hitBlocks);
        this.cachedPrefillTokens += sequence.kvTokens;
      }
      if (sequence.hasKv && sequence.generated > 0) {
        this.beginDecode(sequence);
      } else {
        sequence.state = IN_PREFILL;
        this.prompts++;
        memory.reserve(sequence, memory.blocksOf(sequence.prefillTokens) - hitBlocks);
      }
      sequence.hasKv = false;
      sequence.swapped = false;
      memory.squeezeCache(1);
      this.sink.started?.(sequence.id, atS, sequence.kvTokens);
    }
  }

  /** What an admission adds to the blocks held, the block of its first decode included. */
  private admissionBlocks(sequence: Sequence, hitBlocks: number): number {
    const { memory } = this;
    if (sequence.hasKv && sequence.generated > 0) return memory.blocksOf(sequence.kvTokens + 1);
    const own = memory.blocksOf(sequence.prefillTokens) - hitBlocks;
    return own + memory.pinning(sequence.session, hitBlocks);
  }

  /** Sets out on the longest stretch without a change. */
  private plan(atS: number): void {
    const { running, stretch, spec, memory } = this;
    if (running.length === 0) {
      this.swapS = 0;
      this.dueS = Number.POSITIVE_INFINITY;
      return;
    }
    const { prompts } = this;
    let nextLastStep = Number.POSITIVE_INFINITY;
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!;
      sequence.chunkTokens = 0;
      if (sequence.state === IN_DECODE && sequence.lastStep < nextLastStep) nextLastStep = sequence.lastStep;
    }
    this.nextLastStep = nextLastStep;
    this.decodes = prompts === 0 || spec.prefill === 'chunked';
    const batch = this.decodes ? memory.decode.sequences : 0;
    const { timing } = spec;
    let firstS = batchSeconds(timing, batch) + (batch === 0 ? 0 : timing.perKvTokenS * this.readTokens);
    let growthS = timing.perKvTokenS * batch;
    let iterations =
      batch === 0 ? Number.POSITIVE_INFINITY : Math.min(nextLastStep - this.step, memory.iterationsThatFit());
    if (prompts > 0) {
      const roomTokens = spec.tokenBudget - batch;
      const first = running.find(({ state }) => state === IN_PREFILL)!;
      // Chunks of the first prompt that fill the budget; the shorter one behind them leaves room for the next prompt.
      const fullChunks = this.decodes ? Math.floor((first.prefillTokens - first.kvTokens) / roomTokens) : 0;
      firstS += timing.prefillBaseS;
      if (fullChunks > 0) {
        first.chunkTokens = roomTokens;
        firstS += chunkSeconds(timing, roomTokens, first.kvTokens);
        growthS += timing.perPrefillTokenContextS * roomTokens * roomTokens;
      } else {
        firstS += this.shareOut(roomTokens);
      }
      iterations = Math.min(iterations, Math.max(1, fullChunks));
    }
    const { slowdown } = this;
    stretch.begin(atS, this.swapS * slowdown, firstS * slowdown, growthS * slowdown, iterations);
    this.dueS = stretch.boundaryS(iterations);
    this.stretches++;
  }

  /** Gives the prompts their tokens of one iteration, in order, and returns the seconds; whole ones never in parts. */
  private shareOut(roomTokens: number): number {
    let left = roomTokens;
    let seconds = 0;
    for (const sequence of this.running) {
      if (sequence.state !== IN_PREFILL) continue;
      const missing = sequence.prefillTokens - sequence.kvTokens;
      // A prompt beyond the whole budget goes alone, rather than never.
      if (!this.decodes && missing > left && left < roomTokens) break;
      sequence.chunkTokens = this.decodes ? Math.min(missing, left) : missing;
      seconds += chunkSeconds(this.spec.timing, sequence.chunkTokens, sequence.kvTokens);
      left -= sequence.chunkTokens;
      if (left <= 0) break;
    }
    return seconds;
  }

  /** Ends the stretch at the boundary of the iteration under way, or now where a boundary is now. */
  private cut(nowS: number): void {
    if (this.dueS <= nowS || this.dueS === Number.POSITIVE_INFINITY) return;
    const { stretch } = this;
    const ended = stretch.endedBy(nowS);
    stretch.iterations = stretch.boundaryS(ended) < nowS ? ended + 1 : ended;
    this.dueS = Math.max(nowS, stretch.boundaryS(stretch.iterations));
  }

  /** Iterations of this stretch that have ended; the last counts when `advance` has carried it out. */
  private endedBy(nowS: number): number {
    const { stretch } = this;
    return this.dueS <= nowS ? Math.max(0, stretch.iterations - 1) : stretch.endedBy(nowS);
  }

  private beginDecode(sequence: Sequence): void {
    sequence.state = IN_DECODE;
    sequence.sinceStep = this.step;
    sequence.lastStep = this.step + sequence.outputTokens - sequence.generated;
    this.memory.decode.add(sequence.kvTokens, sequence.sharedBlocks);
    this.readTokens += sequence.kvTokens;
  }

  private generatedBy(sequence: Sequence): number {
    return sequence.generated + this.step - sequence.sinceStep;
  }

  /** Takes a sequence out of memory and returns its tokens with KV. */
  private leave(sequence: Sequence): number {
    const { memory } = this;
    if (sequence.state === IN_DECODE) {
      const steps = this.step - sequence.sinceStep;
      sequence.kvTokens += steps;
      sequence.generated += steps;
      memory.decode.remove(sequence.kvTokens, sequence.sharedBlocks);
      this.readTokens -= sequence.kvTokens;
    } else {
      memory.unreserve(sequence);
      this.prompts--;
    }
    memory.unshare(sequence);
    sequence.state = WAITING;
    return sequence.kvTokens;
  }

  private release(sequence: Sequence): void {
    this.memory.keep(sequence.session, this.leave(sequence));
  }

  private swap(tokens: number): void {
    this.swappedTokens += tokens;
    this.swapS += tokens * this.spec.swapSPerToken;
  }

  private assertReached(nowS: number): void {
    if (this.dueS < nowS) throw new Error(`advance to ${nowS} first: a change was due at ${this.dueS}`);
  }
}
