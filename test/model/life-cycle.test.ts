import { describe, expect, test } from 'vitest';
import { isLegal, STATE_NAMES, State } from '../../src/model/life-cycle.js';

const codes = Object.values(State);
const next = (from: number): number[] => codes.filter((to) => isLegal(from, to));
const FINAL = [State.completed, State.rejected, State.timedOut, State.cancelled, State.deadLettered];

function reachable(from: number): Set<number> {
  const seen = new Set<number>();
  const stack = next(from);
  while (stack.length > 0) {
    const state = stack.pop()!;
    if (seen.has(state)) continue;
    seen.add(state);
    stack.push(...next(state));
  }
  return seen;
}

test('every state has a code of its own and a name', () => {
  expect([...codes].sort((a, b) => a - b)).toEqual(STATE_NAMES.map((_, code) => code));
  expect(new Set(STATE_NAMES).size).toBe(codes.length);
});

test.each(codes.filter((code) => code !== State.queued).map((code) => [STATE_NAMES[code]!, code] as const))(
  'a queued task can become %s',
  (_, code) => {
    expect(reachable(State.queued)).toContain(code);
  },
);

test.each(
  codes.filter((code) => !FINAL.includes(code as never)).map((code) => [STATE_NAMES[code]!, code] as const),
)('a task that is %s can still complete, and can still leave otherwise', (_, code) => {
  const ahead = reachable(code);
  if (code !== State.failed) expect(ahead).toContain(State.completed);
  expect(FINAL.some((state) => state !== State.completed && ahead.has(state))).toBe(true);
});

describe('final states', () => {
  test.each([
    ['completed', State.completed],
    ['cancelled', State.cancelled],
  ])('from %s no way leads on', (_, state) => {
    expect(next(state)).toEqual([]);
  });

  test('what was refused or timed out may be sent again or go to the dead-letter queue, and begin anew from there', () => {
    expect(next(State.rejected)).toEqual([State.retried, State.deadLettered]);
    expect(next(State.timedOut)).toEqual([State.retried, State.deadLettered]);
    expect(next(State.deadLettered)).toEqual([State.queued]);
  });
});

test.each([
  ['a queued task completes', State.queued, State.completed],
  ['a waiting task completes', State.ready, State.completed],
  ['a waiting task fails', State.ready, State.failed],
  ['a waiting task is preempted', State.ready, State.suspended],
  ['a suspended task completes', State.suspended, State.completed],
  ['a task goes on without resuming or starting', State.checkpointing, State.inProgress],
  ['a blocked task is preempted', State.blocked, State.suspended],
  ['a failure is ignored', State.failed, State.inProgress],
  ['a task becomes queued again while it works', State.inProgress, State.queued],
])('refused: %s', (_, from, to) => {
  expect(isLegal(from, to)).toBe(false);
});

test.each([
  ['the queue of a later stage refuses', State.inProgress, State.rejected],
  ['the queue refuses at a second try', State.retried, State.rejected],
  ['the client gives up during a back-off', State.retried, State.timedOut],
  ['the client gives up during a checkpoint', State.checkpointing, State.timedOut],
  ['a task is preempted while it resumes', State.resuming, State.suspended],
])('allowed: %s', (_, from, to) => {
  expect(isLegal(from, to)).toBe(true);
});
