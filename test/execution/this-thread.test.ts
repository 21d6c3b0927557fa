import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../src/execution/progress.js';
import { mm1 } from '../experiment/mm1.js';
import { runOnThisThread } from '../experiment/setup-of.js';

describe('execution on this thread', () => {
  it('lets the event loop turn, and reports progress up to the end', async () => {
    const reports: RunProgress[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const compiled = mm1({ run: { duration: 500_000, replications: 2 } });
    await runOnThisThread(compiled, { onProgress: (progress) => reports.push(progress) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    const last = reports.at(-1)!;
    expect(last.replications.map(({ state, fraction }) => [state, fraction])).toEqual([
      ['done', 1],
      ['done', 1],
    ]);
    expect(last.replications[1]!.events).toBeGreaterThan(400_000);
    expect(last.replications[1]!.simulatedS).toBeCloseTo(500_000, 6);
    const running = reports.flatMap(({ replications }) =>
      replications.filter(({ state }) => state === 'running'),
    );
    for (const { fraction, etaS } of running) {
      expect(fraction).toBeGreaterThan(0);
      expect(fraction).toBeLessThanOrEqual(1);
      expect(etaS ?? 0).toBeGreaterThanOrEqual(0);
    }
  });

  it('says in its title that a pilot run looks for the warm-up', async () => {
    const titles: string[] = [];
    const compiled = mm1({ run: { duration: 300_000, warmup: 'auto', replications: 1 } });
    await runOnThisThread(compiled, { onProgress: ({ scenario }) => titles.push(scenario) });
    expect(titles[0]).toMatch(/^M\/M\/1 \(finding the warm-up, \d+%\)$/);
    expect(titles.at(-1)).toBe('M/M/1');
  });

  it('stops when it is told to, and keeps what is finished', async () => {
    const controller = new AbortController();
    const document = await runOnThisThread(mm1({ run: { duration: 100_000, replications: 1000 } }), {
      signal: controller.signal,
      onProgress: ({ replications }) => {
        if (replications[0]!.state === 'done') controller.abort();
      },
    });
    expect(document!.interrupted).toBe(true);
    expect(document!.replications.finished).toBeGreaterThanOrEqual(1);
    expect(document!.replications.finished).toBeLessThan(1000);
    expect(document!.runs).toHaveLength(document!.replications.finished);
  });

  it('has no document when it is stopped before anything is finished', async () => {
    expect(await runOnThisThread(mm1(), { signal: AbortSignal.abort() })).toBeNull();
  });
});
