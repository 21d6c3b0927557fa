/** Does to a `Replica` what the reference has done to it, and listens. */
import { Replica } from '../../../src/model/batching/replica.js';
import type { ReplicaSpec } from '../../../src/model/batching/spec.js';
import { type Act, SESSIONS, type Told, type Totals } from './reference.js';

export function drive(
  spec: ReplicaSpec,
  acts: readonly Act[],
): { told: Told[]; totals: Totals; replica: Replica } {
  const told: Told[] = [];
  const replica = new Replica(spec, {
    started: (id, atS, cached) => told.push({ what: 'started', id, atS, tokens: [cached] }),
    firstToken: (id, atS) => told.push({ what: 'first token', id, atS, tokens: [] }),
    finished: (id, atS) => told.push({ what: 'finished', id, atS, tokens: [] }),
    evicted: (id, atS, lost) => told.push({ what: 'evicted', id, atS, tokens: [lost] }),
  });
  const here = new Set<number>();
  for (const act of acts) {
    const { atS } = act;
    replica.advance(atS);
    for (const { what, id } of told) if (what === 'finished') here.delete(id);
    if (act.do === 'submit') {
      replica.submit(act.request, atS);
      here.add(act.request.id);
    } else if (act.do === 'cancel') {
      const left = replica.cancel(act.id, atS);
      if (left !== null) told.push({ what: 'cancelled', id: act.id, atS, tokens: [left.generatedTokens] });
      here.delete(act.id);
    } else if (act.do === 'slow') {
      replica.setSlowdown(act.factor, atS);
    } else {
      const progress = [...here].sort((a, b) => a - b).flatMap((id) => [id, replica.progress(id, atS)]);
      const lengths = SESSIONS.map((session) => replica.cachedTokens(session, atS));
      const tokens = [replica.batch, replica.waiting, replica.kvTokensHeld(atS), ...lengths, ...progress];
      told.push({ what: 'seen', id: -1, atS, tokens });
    }
    // As an engine would, which has an event for what is due at this very time.
    replica.advance(atS);
  }
  while (replica.nextS() < Number.POSITIVE_INFINITY) replica.advance(replica.nextS());
  const { busyS, iterations, prefillTokens, recomputedTokens } = replica;
  const { cachedPrefillTokens, decodedTokens, swappedTokens, evictions } = replica;
  const totals = {
    busyS,
    iterations,
    prefillTokens,
    recomputedTokens,
    cachedPrefillTokens,
    decodedTokens,
    swappedTokens,
    evictions,
  };
  return { told, totals, replica };
}
