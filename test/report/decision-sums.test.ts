import { expect, test } from 'vitest';
import { DecisionSums, sumLines } from '../../src/report/decision-sums.js';
import type { RecordedDecision } from '../../src/report/decision-words.js';

const made = (
  atS: number,
  policy: string,
  kind: string,
  reason: string,
  numbers: Record<string, number> = {},
): RecordedDecision => ({ atS, kind, task: 'chat/1', place: '', policy, reason, numbers });

const sums = new DecisionSums();
for (const decision of [
  made(1, 'admission/gcra', 'admit', 'conforms', { cost: 1 }),
  made(2, 'admission/gcra', 'refuse', 'too-early', { cost: 1, earlyS: 2 }),
  made(3, 'engine', 'state', 'ready'),
  made(4, 'admission/gcra', 'refuse', 'too-early', { cost: 3, earlyS: 4 }),
  made(5, 'admission/gcra', 'refuse', 'too-early', { cost: 8 }),
  made(6, 'ordering/fifo', 'start', 'next-in-order', { waitedS: 7 }),
])
  sums.add(decision);

test('counts, shares of the policy’s own decisions, first and last time, and means of what was given', () => {
  expect(sums.rows()).toEqual([
    {
      policy: 'admission/gcra',
      kind: 'refuse',
      reason: 'too-early',
      count: 3,
      share: 0.75,
      first_s: 2,
      last_s: 5,
      means: { cost: 4, earlyS: 3 },
    },
    {
      policy: 'admission/gcra',
      kind: 'admit',
      reason: 'conforms',
      count: 1,
      share: 0.25,
      first_s: 1,
      last_s: 1,
      means: { cost: 1 },
    },
    {
      policy: 'ordering/fifo',
      kind: 'start',
      reason: 'next-in-order',
      count: 1,
      share: 1,
      first_s: 6,
      last_s: 6,
      means: { waitedS: 7 },
    },
  ]);
});

test('changes of state are no decisions', () => {
  expect(sums.policies).toEqual(['admission/gcra', 'ordering/fifo']);
});

test.each(['ordering/fifo', 'ordering', 'fifo'])('one policy is picked by %s', (name) => {
  expect(sums.rows(name).map(({ policy }) => policy)).toEqual(['ordering/fifo']);
});

test('as text: a paragraph a policy, a line a reason', () => {
  expect(sumLines(sums.rows())).toEqual(
    [
      '  decision  reason                         count  share  first   last  means',
      'admission/gcra',
      '  refuse    sooner than its rate allows      3    75%  2.0 s  5.0 s  cost 4, early 3 s',
      '  admit     within its rate                  1    25%  1.0 s  1.0 s  cost 1',
      'ordering/fifo',
      '  start     next in order                    1   100%  6.0 s  6.0 s  waited 7 s',
    ].map((text) => expect.stringMatching(new RegExp(`^${text.replaceAll(/ {2,}/g, ' +')}$`))),
  );
});
