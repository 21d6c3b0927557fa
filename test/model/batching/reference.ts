/**
 * Continuous batching iteration by iteration and sequence by sequence, with nothing in closed form: what `Replica`
 * must agree with. Written from docs/serving.md alone; slow and plain on purpose.
 */
import type { ReplicaSpec, Request } from '../../../src/model/batching/spec.js';

export type Act =
  | { readonly do: 'submit'; readonly atS: number; readonly request: Request }
  | { readonly do: 'cancel'; readonly atS: number; readonly id: number }
  | { readonly do: 'slow'; readonly atS: number; readonly factor: number }
  | { readonly do: 'look'; readonly atS: number };

export interface Told {
  readonly what: 'started' | 'first token' | 'finished' | 'evicted' | 'cancelled' | 'seen';
  readonly id: number;
  readonly atS: number;
  /** Cached, lost or generated tokens; what a look saw, in one list. */
  readonly tokens: readonly number[];
}

export interface Totals {
  readonly busyS: number;
  readonly iterations: number;
  readonly prefillTokens: number;
  readonly recomputedTokens: number;
  readonly cachedPrefillTokens: number;
  readonly decodedTokens: number;
  readonly swappedTokens: number;
  readonly evictions: number;
}

export const SESSIONS = [0, 1, 2];

interface Seq extends Request {
  kv: number;
  gen: number;
  phase: 'waiting' | 'prefill' | 'decode';
  /** Cached blocks in use. */
  hit: number;
  host: 'none' | 'swapped' | 'sent';
  chunk: number;
}

interface Line {
  readonly session: number;
  blocks: number;
  usedAt: number;
}

export function reference(spec: ReplicaSpec, acts: readonly Act[]): { told: Told[]; totals: Totals } {
  const told: Told[] = [];
  const size = spec.blockTokens;
  const total = Math.floor(spec.kvTokens / size);
  const watermark = total === Number.POSITIVE_INFINITY ? 0 : Math.floor(total * spec.watermark);
  const caching = spec.prefixCache && spec.role !== 'decode';
  let waiting: Seq[] = [];
  let running: Seq[] = [];
  let lines: Line[] = [];
  let uses = 0;
  let nowS = 0;
  let startS = 0;
  let endS = Number.POSITIVE_INFINITY;
  let members: Seq[] = [];
  let holdS = 0;
  let factor = 1;
  let busyS = 0;
  let iterations = 0;
  let prefillTokens = 0;
  let recomputedTokens = 0;
  let cachedPrefillTokens = 0;
  let decodedTokens = 0;
  let swappedTokens = 0;
  let evictions = 0;

  const tell = (what: Told['what'], id: number, ...tokens: number[]): void => {
    told.push({ what, id, atS: nowS, tokens });
  };
  const lineOf = (session: number): Line | undefined => lines.find((line) => line.session === session);
  const pinnedOf = (session: number, of: readonly Seq[]): number =>
    Math.max(0, ...of.filter((seq) => seq.session === session).map((seq) => seq.hit));
  /** Blocks that the running ones hold in the iteration that begins. */
  const heldBy = (of: readonly Seq[]): number => {
    let blocks = 0;
    for (const seq of of) {
      const tokens = seq.phase === 'decode' ? seq.kv + 1 : seq.promptTokens + seq.gen;
      blocks += Math.ceil(tokens / size) - seq.hit;
    }
    for (const { session } of lines) blocks += pinnedOf(session, of);
    return blocks;
  };
  const cached = (): number => lines.reduce((sum, { blocks }) => sum + blocks, 0);
  const pinned = (): number => lines.reduce((sum, { session }) => sum + pinnedOf(session, running), 0);
  /** Cached blocks go one by one, from the end of the line that was used longest ago. */
  const squeeze = (): void => {
    while (heldBy(running) + cached() - pinned() > total) {
      const oldest = lines
        .filter((line) => line.blocks > pinnedOf(line.session, running))
        .sort((a, b) => a.usedAt - b.usedAt)[0]!;
      oldest.blocks--;
    }
    lines = lines.filter(({ blocks }) => blocks > 0);
  };
  const keep = (seq: Seq): void => {
    const full = Math.floor(seq.kv / size);
    if (!caching || seq.session < 0 || full === 0) return;
    let line = lineOf(seq.session);
    if (line === undefined) {
      line = { session: seq.session, blocks: 0, usedAt: 0 };
      lines.push(line);
    }
    line.blocks = Math.max(line.blocks, full);
    line.usedAt = ++uses;
  };
  const drop = (seq: Seq): void => {
    running = running.filter((other) => other !== seq);
    seq.hit = 0;
  };

  const evict = (): boolean => {
    let any = false;
    while (heldBy(running) > total) {
      const seq = running.at(-1)!;
      const own = seq.kv - seq.hit * size;
      drop(seq);
      seq.phase = 'waiting';
      waiting.unshift(seq);
      evictions++;
      any = true;
      if (spec.onShortMemory === 'swap' && own > 0) {
        seq.host = 'swapped';
        swappedTokens += seq.kv;
        holdS += seq.kv * spec.swapSPerToken;
        tell('evicted', seq.id, 0);
      } else {
        recomputedTokens += own;
        seq.kv = 0;
        tell('evicted', seq.id, own);
      }
    }
    squeeze();
    return any;
  };
  const admit = (): void => {
    while (waiting.length > 0 && running.length < spec.maxBatch) {
      const seq = waiting[0]!;
      const returns = seq.host !== 'none';
      seq.hit = 0;
      if (!returns && caching && seq.session >= 0) {
        const resident = (lineOf(seq.session)?.blocks ?? 0) * size;
        seq.hit = Math.floor(Math.min(resident, seq.sharedTokens, seq.promptTokens - 1) / size);
      }
      seq.phase = returns && seq.gen > 0 ? 'decode' : 'prefill';
      const limit = running.length > 0 ? total - watermark : total;
      if (heldBy([...running, seq]) > limit) {
        seq.hit = 0;
        seq.phase = 'waiting';
        return;
      }
      waiting.shift();
      running.push(seq);
      if (seq.host === 'swapped') {
        swappedTokens += seq.kv;
        holdS += seq.kv * spec.swapSPerToken;
      }
      if (!returns) {
        seq.kv = seq.hit * size;
        cachedPrefillTokens += seq.kv;
        const line = lineOf(seq.session);
        if (seq.hit > 0 && line !== undefined) line.usedAt = ++uses;
      }
      seq.host = 'none';
      squeeze();
      tell('started', seq.id, seq.kv);
    }
  };
  const batchSeconds = (batch: number): number => {
    const points = spec.timing.batchS;
    if (batch === 0) return points[0]!.batch === 0 ? points[0]!.s : 0;
    if (points.length === 1 || batch <= points[0]!.batch) return points[0]!.s;
    let right = points.findIndex((point) => point.batch >= batch);
    if (right < 0) right = points.length - 1;
    const [a, b] = [points[right - 1]!, points[right]!];
    return a.s + ((b.s - a.s) / (b.batch - a.batch)) * (batch - a.batch);
  };
  const begin = (): void => {
    if (!evict()) admit();
    if (running.length === 0) {
      endS = Number.POSITIVE_INFINITY;
      holdS = 0;
      members = [];
      return;
    }
    const prompts = running.filter((seq) => seq.phase === 'prefill');
    const alone = spec.prefill === 'whole' && prompts.length > 0;
    const decoding = alone ? [] : running.filter((seq) => seq.phase === 'decode');
    let seconds = batchSeconds(decoding.length);
    for (const seq of decoding) seconds += spec.timing.perKvTokenS * seq.kv;
    let room = spec.tokenBudget - decoding.length;
    for (const seq of running) seq.chunk = 0;
    let first = true;
    for (const seq of prompts) {
      const missing = seq.promptTokens + seq.gen - seq.kv;
      if (room <= 0 || (alone && !first && missing > room)) break;
      seq.chunk = alone ? missing : Math.min(missing, room);
      room -= seq.chunk;
      first = false;
      seconds += spec.timing.perPrefillTokenS * seq.chunk;
      for (let token = 0; token < seq.chunk; token++)
        seconds += spec.timing.perPrefillTokenContextS * (seq.kv + token);
    }
    if (prompts.length > 0) seconds += spec.timing.prefillBaseS;
    members = [...decoding, ...prompts.filter(({ chunk }) => chunk > 0)];
    if (heldBy(running) + cached() - pinned() > total) throw new Error('more than there is');
    startS = nowS;
    endS = nowS + (seconds + holdS) * factor;
  };
  const end = (): void => {
    busyS += endS - startS;
    iterations++;
    holdS = 0;
    for (const seq of members) {
      if (!running.includes(seq)) continue;
      if (seq.phase === 'decode') {
        seq.kv++;
        seq.gen++;
        decodedTokens++;
      } else {
        seq.kv += seq.chunk;
        prefillTokens += seq.chunk;
      }
    }
    const done: Seq[] = [];
    for (const seq of running) {
      let last = seq.phase === 'decode' && seq.gen === seq.outputTokens;
      if (seq.phase === 'prefill' && seq.kv === seq.promptTokens + seq.gen) {
        if (seq.gen === 0) tell('first token', seq.id);
        seq.phase = 'decode';
        seq.gen++;
        last = spec.role === 'prefill' || seq.gen === seq.outputTokens;
      }
      if (last) {
        tell('finished', seq.id);
        done.push(seq);
      }
    }
    for (const seq of done) {
      drop(seq);
      keep(seq);
    }
    begin();
  };
  const carryOut = (act: Act): void => {
    if (act.do === 'submit') {
      const sent = spec.role === 'decode';
      waiting.push({
        ...act.request,
        kv: sent ? act.request.promptTokens : 0,
        gen: sent ? 1 : 0,
        phase: 'waiting',
        hit: 0,
        host: sent ? 'sent' : 'none',
        chunk: 0,
      });
    } else if (act.do === 'cancel') {
      const seq = [...running, ...waiting].find(({ id }) => id === act.id);
      if (seq === undefined) return;
      tell('cancelled', seq.id, seq.gen);
      waiting = waiting.filter((other) => other !== seq);
      if (running.includes(seq)) {
        drop(seq);
        keep(seq);
      }
    } else if (act.do === 'slow') {
      factor = act.factor;
    } else {
      const progress = [...running, ...waiting]
        .sort((a, b) => a.id - b.id)
        .flatMap(({ id, gen }) => [id, gen]);
      const lengths = SESSIONS.map((session) => (lineOf(session)?.blocks ?? 0) * size);
      tell('seen', -1, running.length, waiting.length, heldBy(running) * size, ...lengths, ...progress);
    }
    // At the very moment an iteration begins, or on an idle replica, it is put together anew.
    if (act.do !== 'look' && (startS === nowS || endS === Number.POSITIVE_INFINITY)) begin();
  };

  for (const act of acts) {
    while (endS <= act.atS) {
      nowS = endS;
      end();
    }
    nowS = act.atS;
    carryOut(act);
  }
  while (endS < Number.POSITIVE_INFINITY) {
    nowS = endS;
    end();
  }
  return {
    told,
    totals: {
      busyS,
      iterations,
      prefillTokens,
      recomputedTokens,
      cachedPrefillTokens,
      decodedTokens,
      swappedTokens,
      evictions,
    },
  };
}
