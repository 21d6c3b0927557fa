import { expect, test } from 'vitest';
import { figureTexts, type MeasuredCase } from '../../src/cli/evidence.js';

const one = (metric: string, without: number, withIt: number, half: number): MeasuredCase => ({
  metric,
  better: 'lower',
  says: 'It is so.',
  against: '',
  without,
  with: withIt,
  difference: withIt - without,
  ci_low: withIt - without - half,
  ci_high: withIt - without + half,
  replications: 10,
});

test('what is compared is told in one unit, that of the smaller number', () => {
  expect(figureTexts(one('workloads.chat.latency_s.p99', 300, 24.3, 12))).toEqual({
    metric: 'workload chat: latency p99',
    without: '300 s',
    with: '24.3 s',
    difference: '-276 [-288, -264] s',
  });
  expect(figureTexts(one('total.goodput_hz', 0.5, 1.25, 0.1))).toMatchObject({
    without: '30.0/min',
    with: '75.0/min',
    difference: '45.0 [39.0, 51.0]/min',
  });
});

test('what has no unit, and what is nothing, is told plainly', () => {
  expect(figureTexts(one('total.dead_lettered', 1234, 0, 2))).toMatchObject({
    without: '1,234',
    with: '0',
    difference: '-1,234 [-1,236, -1,232]',
  });
  expect(figureTexts(one('total.reject_fraction', 0.324, 0.0052, 0.01))).toMatchObject({
    without: '32.4%',
    with: '0.520%',
    difference: '-31.9 [-32.9, -30.9]%',
  });
  expect(figureTexts(one('cost.total_usd', 0, 0, 0))).toMatchObject({
    without: '$0',
    difference: '$0 [0, 0]',
  });
});
