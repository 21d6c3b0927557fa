import { describe, expect, it } from 'vitest';
import { linesToDraw, timeLines } from '../../../src/report/charts/time-lines.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { resultDocument } from '../../fixtures/result.js';

const chartOf = (document = resultDocument(), values: (number | null)[] = [1, null, 3]) => ({
  id: 'x',
  group: 'Latency' as const,
  title: 'x',
  caption: 'x',
  spec: timeLines(document, [{ name: 'a', values, place: 0 }], { yTitle: 'y' }),
});

describe('lines over simulated time', () => {
  it('keep the ten highest in their own order, with their place for their colour', () => {
    const series = Array.from({ length: 13 }, (_, index) => ({ name: `s${index}`, values: [index] }));
    const { drawn, left } = linesToDraw(series);
    expect(drawn.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, index) => `s${index + 3}`));
    expect(drawn[0]!.place).toBe(3);
    // s0 is 0 throughout: nothing is left out by not drawing it.
    expect(left).toBe(2);
  });

  it('shade the warm-up, if there is one', async () => {
    const warm = resultDocument();
    const cold = { ...warm, warmup: { method: 'fixed' as const, length_s: 0 } };
    expect(marksIn((await draw(chartOf(warm))).svg, 'mark-rect')).toBe(1);
    expect(marksIn((await draw(chartOf(cold))).svg, 'mark-rect')).toBe(0);
  });

  it('break where there is no value', async () => {
    const { svg } = await draw(chartOf(resultDocument(), [1, 2, null, 3, 4]));
    const path = /class="mark-line.*? d="([^"]+)"/s.exec(svg)![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
  });

  it('have time in the unit of the run: two and a half hours in hours', () => {
    expect(JSON.stringify(chartOf().spec)).toContain('simulated time (h)');
  });
});
