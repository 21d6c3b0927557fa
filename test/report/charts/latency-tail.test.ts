import { describe, expect, it } from 'vitest';
import { durationTicks, latencyTail } from '../../../src/report/charts/latency-tail.js';
import { draw, marksIn } from '../../fixtures/draw.js';
import { resultDocument } from '../../fixtures/result.js';

describe('ticks over a logarithmic range of durations', () => {
  it('are round durations around the range', () => {
    expect(durationTicks(0.9, 45)).toEqual([0.5, 1, 2, 5, 10, 20, 30, 60]);
  });

  it('are at most eight, however wide the range', () => {
    expect(durationTicks(1e-5, 1e6).length).toBeLessThanOrEqual(8);
    expect(durationTicks(1e-5, 1e6).length).toBeGreaterThan(3);
  });
});

describe('the latency distribution', () => {
  it('labels percentiles and durations, and marks the SLOs on latency', async () => {
    const { svg } = await draw(latencyTail(resultDocument())!);
    const labels = [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
    expect(labels).toEqual(
      expect.arrayContaining(['p50', 'p90', 'p99', 'p99.9', '1 s', '1 h', 'chat', 'research']),
    );
    expect(svg).toMatch(/15 s/);
    expect(svg).toMatch(/15 min/);
  });

  it('has no diamonds without SLOs on latency', async () => {
    const marked = await draw(latencyTail(resultDocument())!);
    const bare = await draw(latencyTail(resultDocument({ slos: false }))!);
    expect(marksIn(marked.svg, 'mark-symbol') - marksIn(bare.svg, 'mark-symbol')).toBe(2);
    expect(latencyTail(resultDocument({ slos: false }))!.caption).not.toContain('Diamonds');
  });

  it('leaves out the maximum and latencies of 0, which have no logarithm', () => {
    const document = resultDocument();
    document.latency_curves = { chat: { fraction: [0, 0.5, 1], latency_s: [0, 2, 9] } };
    expect(JSON.stringify(latencyTail(document)!.spec)).toContain('"percentile":"50%"');
    expect(JSON.stringify(latencyTail(document)!.spec)).not.toMatch(/"percentile":"(0|100)%"/);
  });
});
