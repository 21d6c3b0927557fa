/**
 * `run.load` for what is not an arrival process: all arrivals come so many times as fast. A replayed trace is played
 * faster, so that the same rows come in the same order and the replay is over the sooner; a closed loop has so many
 * times the users, to a whole number.
 */
import type { TraceTable } from '../model/trace-table.js';

/** The same tasks, closer together in time about the trace's beginning. */
export const fasterTrace = (table: TraceTable, load: number): TraceTable =>
  load === 1 ? table : { ...table, arrivalS: table.arrivalS.map((timeS) => timeS / load) };

/** At least one, since a loop of nobody sends nothing. */
export const usersAt = (load: number, users: number): number => Math.max(1, Math.round(users * load));
