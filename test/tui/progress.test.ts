import { describe, expect, it } from 'vitest';
import { progressTotals, type ReplicationProgress, rowsToDraw } from '../../src/tui/progress.js';

const replication = (
  index: number,
  state: ReplicationProgress['state'],
  fraction = 0,
): ReplicationProgress => ({
  index,
  state,
  fraction,
  simulatedS: fraction * 100,
  events: 1,
  eventsPerS: state === 'running' ? 1000 : 900,
  etaS: null,
  latencyP99S: 1,
  queueLength: 1,
});

const many = {
  scenario: 'x',
  replications: Array.from({ length: 200 }, (_, index) =>
    index < 50
      ? replication(index, 'done', 1)
      : index < 66
        ? replication(index, 'running', 0.5)
        : replication(index, 'waiting'),
  ),
};

describe('the totals of a run', () => {
  it('count the states, and the speed of those that run', () => {
    expect(progressTotals(many)).toEqual({
      waiting: 134,
      running: 16,
      done: 50,
      fraction: (50 + 16 * 0.5) / 200,
      eventsPerS: 16_000,
    });
  });

  it('of nothing are 0', () => {
    expect(progressTotals({ scenario: 'x', replications: [] }).fraction).toBe(0);
  });
});

describe('the rows', () => {
  it('are all replications where they fit', () => {
    const few = { scenario: 'x', replications: many.replications.slice(48, 53) };
    expect(rowsToDraw(few, 5)).toEqual({ rows: few.replications, hiddenRunning: 0 });
  });

  it('are running ones only where not all fit, and the hidden ones are counted', () => {
    const { rows, hiddenRunning } = rowsToDraw(many, 12);
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index + 50));
    expect(hiddenRunning).toBe(4);
  });
});
