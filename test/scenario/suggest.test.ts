import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/scenario/suggest.js';

describe('the nearest option', () => {
  test.each([
    ['limt', ['scope', 'limit'], 'limit'],
    ['LIMIT', ['scope', 'limit'], 'limit'],
    ['tokenbucket', ['bounded-queue', 'token-bucket'], 'token-bucket'],
    ['token_bucket', ['leaky-bucket', 'token-bucket'], 'token-bucket'],
    ['p_99', ['p50', 'p99', 'p999'], 'p99'],
    ['prio', ['fifo', 'priority-ageing', 'priority'], 'priority'],
    ['bucket', ['fifo', 'token-bucket'], 'token-bucket'],
    ['maximum', ['min', 'max'], 'max'],
    ['arivalRats', ['arrivalRate', 'serviceRate'], 'arrivalRate'],
  ])('to %s of %j is %s', (word, options, expected) => {
    expect(nearest(word, options)).toBe(expected);
  });

  test.each([
    ['colour', ['limit', 'scope']],
    ['x', ['y']],
    ['ab', ['cd']],
    ['', ['limit']],
    ['x'.repeat(5000), ['limit']],
    ['limit', []],
  ])('to %.20s of %j is none', (word, options) => {
    expect(nearest(word, options)).toBeUndefined();
  });

  test('is the one with fewer edits where several are near', () => {
    expect(nearest('fifoo', ['lifo', 'fifo'])).toBe('fifo');
  });

  test('is the first listed where two are equally near', () => {
    expect(nearest('xifo', ['lifo', 'fifo'])).toBe('lifo');
  });
});
