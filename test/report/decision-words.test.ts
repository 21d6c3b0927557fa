import { describe, expect, test } from 'vitest';
import { numberWords, type RecordedDecision, sentence } from '../../src/report/decision-words.js';

const decision = (given: Partial<RecordedDecision>): RecordedDecision => ({
  atS: 1,
  kind: 'state',
  task: 'chat/1',
  place: '',
  policy: 'engine',
  reason: 'queued',
  numbers: {},
  ...given,
});

describe('a decision in words', () => {
  test.each<[string, Partial<RecordedDecision>]>([
    ['waits at model', { reason: 'ready', place: 'model' }],
    ['is completed', { reason: 'completed' }],
    [
      'holds its place at train until what it needs is there',
      { reason: 'in-progress (transfer)', place: 'train' },
    ],
    ['is on its way to the next step', { reason: 'in-progress (transfer)' }],
    [
      'refused by admission/gcra: sooner than its rate allows (early 2 s, cost 1)',
      { kind: 'refuse', policy: 'admission/gcra', reason: 'too-early', numbers: { earlyS: 2, cost: 1 } },
    ],
    ['let in by admission/accept-all', { kind: 'admit', policy: 'admission/accept-all', reason: 'admitted' }],
    [
      'chosen to start at model by ordering/fifo: next in order (waited 2.5 s, left in queue 3)',
      {
        kind: 'start',
        place: 'model',
        policy: 'ordering/fifo',
        reason: 'next-in-order',
        numbers: { waitedS: 2.5, leftInQueue: 3 },
      },
    ],
  ])('%s', (words, given) => {
    expect(sentence(decision(given))).toBe(words);
  });

  test('a reason, a kind or a state that nobody knows is told by its name', () => {
    const own = { kind: 'refuse', policy: 'admission/mine', reason: 'my-own-reason' };
    expect(sentence(decision(own))).toBe('refused by admission/mine: my own reason');
    expect(sentence(decision({ kind: 'tele-port', place: 'x', reason: 'a' }))).toBe('tele port at x: a');
    expect(sentence(decision({ reason: 'constructor' }))).toBe('is constructor');
    expect(sentence(decision({ kind: 'toString', reason: 'valueOf' }))).toBe('toString: valueOf');
  });
});

test.each<[string, number, string]>([
  ['waitS', 0.25, 'wait 250 ms'],
  ['min_rtt_s', 7200, 'min rtt 2 h'],
  ['indexHz', 3, 'index 3/s'],
  ['costUsd', 0.5, 'cost $0.5'],
  ['memoryBytes', 1536, 'memory 1.5 KiB'],
  ['failureRatePercent', 12.5, 'failure rate 12.5%'],
  ['attainedGpuS', 90, 'attained 90 GPU s'],
  ['leftInQueue', 1234, 'left in queue 1,234'],
  ['tokens', 0.1234, 'tokens 0.123'],
])('%s %d is written "%s": the unit is in the name', (name, value, words) => {
  expect(numberWords(name, value)).toBe(words);
});
