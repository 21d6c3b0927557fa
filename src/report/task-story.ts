/** What became of one task, from its decisions in order: lines in words, and where its time went. */
import { type RecordedDecision, sentence } from './decision-words.js';
import { formatDuration, formatFraction } from './format.js';

const FINAL = new Set(['completed', 'rejected', 'timed-out', 'cancelled', 'dead-lettered']);

export interface TaskStory {
  readonly task: string;
  readonly fromS: number;
  readonly toS: number;
  /** The last state; whether nothing more can have happened after it. */
  readonly ended: string | null;
  /** Seconds in each state, of the task itself and not of a second copy, in the order of first entry. */
  readonly byState: ReadonlyMap<string, number>;
}

/** @param decisions of the task and of its second copy, if it was hedged, in order; at least one */
export function taskStory(task: string, decisions: readonly RecordedDecision[]): TaskStory {
  const states = decisions.filter((decision) => decision.kind === 'state' && decision.task === task);
  const byState = new Map<string, number>();
  // A task is at admission from the beginning; what it changes to afterwards is recorded.
  const fromS = decisions[0]!.atS;
  const untilS = states[0]?.atS ?? fromS;
  if (untilS > fromS) byState.set('queued', untilS - fromS);
  states.forEach(({ reason, atS }, index) => {
    const next = states[index + 1];
    if (next !== undefined) byState.set(reason, (byState.get(reason) ?? 0) + next.atS - atS);
  });
  const last = states.at(-1)?.reason;
  return {
    task,
    fromS,
    toS: decisions.at(-1)!.atS,
    ended: last !== undefined && FINAL.has(last) ? last : null,
    byState,
  };
}

/** Milliseconds are shown, as far as they say anything beside the size of the number. */
const clock = (timeS: number): string => `${timeS.toFixed(3)} s`;

/** `     12.340 s   +2.4 s  waits at model`: when, how long after the line before, what. */
export function storyLines(task: string, decisions: readonly RecordedDecision[]): string[] {
  const rows = decisions.map((decision, index) => {
    const sinceS = index === 0 ? 0 : decision.atS - decisions[index - 1]!.atS;
    return {
      when: clock(decision.atS),
      since: sinceS > 0 ? `+${formatDuration(sinceS)}` : '',
      what: (decision.task === task ? '' : 'second copy: ') + sentence(decision),
    };
  });
  const width = (key: 'when' | 'since') => Math.max(...rows.map((row) => row[key].length));
  const [when, since] = [width('when'), width('since')];
  return rows.map((row) => `${row.when.padStart(when)}  ${row.since.padStart(since)}  ${row.what}`.trimEnd());
}

/** How it ended and where the time went: `completed after 7 s: ready 2 s (28.6%), in-progress 5 s (71.4%)`. */
export function storyEnd({ fromS, toS, ended, byState }: TaskStory): string {
  const totalS = toS - fromS;
  const parts = [...byState]
    .filter(([, timeS]) => timeS > 0)
    .map(([state, timeS]) => `${state} ${formatDuration(timeS)} (${formatFraction(timeS / totalS)})`);
  const end =
    ended === null
      ? `still there where the record ends, ${formatDuration(totalS)} after it came`
      : `${ended} after ${formatDuration(totalS)}`;
  return parts.length === 0 ? end : `${end}: ${parts.join(', ')}`;
}
