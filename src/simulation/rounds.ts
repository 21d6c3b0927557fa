/**
 * Pools that are scheduled in rounds: their queues are looked at at multiples of an interval, once all that happens
 * at that time has happened.
 */
import { settle } from './dispatch.js';
import { Event } from './event-kinds.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/** Something may start at the pool: at the next round, which may be at the end of this instant. */
export function awaitRound(run: RunState, station: PoolState): void {
  if (station.awaitsRound) return;
  station.awaitsRound = true;
  const { schedulingIntervalS } = station.spec;
  const nextS = Math.ceil(run.nowS / schedulingIntervalS) * schedulingIntervalS;
  if (nextS <= run.nowS) run.roundsNow.push(station);
  else run.events.schedule(nextS, Event.round, station.index);
}

export function onRound(run: RunState, pool: number): void {
  run.roundsNow.push(run.pools[pool]!);
}

/** All that happens at this time has happened, as far as can be known. */
export function holdRounds(run: RunState): void {
  // A start may let others start, in the same round.
  while (run.roundsNow.length > 0 && run.events.peekS() > run.nowS) {
    for (const station of run.roundsNow.splice(0)) {
      station.awaitsRound = false;
      station.dirty = true;
      run.unsettled++;
    }
    settle(run);
  }
}
