import { expect, test } from 'vitest';
import type { RecordedDecision } from '../../src/report/decision-words.js';
import { storyEnd, storyLines, taskStory } from '../../src/report/task-story.js';

const line = (
  atS: number,
  kind: string,
  reason: string,
  given: Partial<RecordedDecision> = {},
): RecordedDecision => ({
  atS,
  kind,
  task: 'chat/7',
  place: 'model',
  policy: 'engine',
  reason,
  numbers: {},
  ...given,
});

/** One second at admission, two in the queue, four and three of work with five of suspension between. */
const LIFE = [
  line(10, 'delay', 'delayed', { policy: 'admission/token-bucket', place: '', numbers: { waitS: 1 } }),
  line(11, 'state', 'ready'),
  line(13, 'start', 'next-in-order', { policy: 'ordering/fifo' }),
  line(13, 'state', 'in-progress'),
  line(17, 'state', 'preempted (suspended)'),
  line(22, 'state', 'in-progress'),
  line(25, 'state', 'completed', { place: '' }),
];

test('a story tells when, how long after the line before, and what', () => {
  expect(storyLines('chat/7', LIFE)).toEqual(
    [
      '10.000 s       made to wait by admission/token-bucket (wait 1 s)',
      '11.000 s  +1 s  waits at model',
      '13.000 s  +2 s  chosen to start at model by ordering/fifo: next in order',
      '13.000 s       is served at model',
      '17.000 s  +4 s  is stopped at model and waits for its turn again',
      '22.000 s  +5 s  is served at model',
      '25.000 s  +3 s  is completed',
    ].map((text) => text.replace(' s       ', ' s        ')),
  );
});

test('its end says where all of the time went', () => {
  const story = taskStory('chat/7', LIFE);
  expect(story.byState).toEqual(
    new Map([
      ['queued', 1],
      ['ready', 2],
      ['in-progress', 7],
      ['preempted (suspended)', 5],
    ]),
  );
  expect([...story.byState.values()].reduce((sum, timeS) => sum + timeS, 0)).toBe(story.toS - story.fromS);
  expect(storyEnd(story)).toMatch(/^completed after 15 s: queued 1 s \(6\.67%\), ready 2 s/);
});

test('a task that the record leaves behind is not said to have ended', () => {
  const story = taskStory('chat/7', LIFE.slice(0, 4));
  expect(story.ended).toBeNull();
  expect(storyEnd(story)).toMatch(/^still there where the record ends, 3 s after it came/);
});

test('the second copy of a hedged task is told apart, and its time is not the task’s', () => {
  const copy = [
    line(14, 'state', 'ready', { task: 'chat/7.5' }),
    line(16, 'state', 'in-progress', { task: 'chat/7.5' }),
    line(17, 'state', 'cancelled', { task: 'chat/7.5' }),
  ];
  const both = [...LIFE.slice(0, 4), ...copy, line(17, 'state', 'completed')];
  expect(storyLines('chat/7', both)[4]).toMatch(/second copy: waits at model$/);
  expect([...taskStory('chat/7', both).byState]).toEqual([
    ['queued', 1],
    ['ready', 2],
    ['in-progress', 4],
  ]);
});

test('a task that was decided about once and never let in has no states', () => {
  const story = taskStory('chat/7', [line(3, 'hold', 'held')]);
  expect(storyEnd(story)).toBe('still there where the record ends, 0 s after it came');
});
