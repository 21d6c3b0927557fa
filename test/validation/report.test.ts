import { expect, test } from 'vitest';
import type { Row } from './case.js';
import { caseText, jsonOf, summaryText } from './report.js';

const row: Row = {
  name: 'M/M/1',
  label: 'mean wait, s',
  source: 'Erlang',
  expected: 9,
  measured: 8.976412,
  ciLow: 8.8733,
  ciHigh: 9.0794,
  ok: true,
  note: '',
};
const failed: Row = { ...row, label: 'p(wait)', ok: false, note: 'not in the interval' };
const skipped: Row = {
  name: 'SRPT',
  label: '',
  source: 'Schrage',
  expected: null,
  measured: null,
  ciLow: null,
  ciHigh: null,
  ok: null,
  note: 'not in this version',
};

test('the table names the case and source once, and gives each figure a line with interval and verdict', () => {
  const [title, first, second] = caseText([row, failed]).split('\n');
  expect(title).toBe('M/M/1  (Erlang)');
  expect(first).toMatch(/^ {2}mean wait, s +9 +8\.9764 +\[8\.8733, 9\.0794\] {2}ok$/);
  expect(second).toMatch(/FAILED {2}not in the interval$/);
  expect(caseText([skipped])).toMatch(/skipped {2}not in this version\n$/);
});

test('the summary counts what agrees, what does not and what was skipped', () => {
  expect(summaryText([row, failed, skipped])).toBe('2 cases: 1 figures agree, 1 do not, 1 cases skipped');
});

test('the JSON has one object per figure, skipped ones with null for ok', () => {
  expect(jsonOf([row, failed, skipped])).toEqual([
    {
      case: 'M/M/1: mean wait, s',
      source: 'Erlang',
      expected: 9,
      measured: 8.976412,
      ciLow: 8.8733,
      ciHigh: 9.0794,
      ok: true,
    },
    expect.objectContaining({ case: 'M/M/1: p(wait)', ok: false, note: 'not in the interval' }),
    {
      case: 'SRPT',
      source: 'Schrage',
      expected: null,
      measured: null,
      ciLow: null,
      ciHigh: null,
      ok: null,
      skipped: 'not in this version',
    },
  ]);
});
