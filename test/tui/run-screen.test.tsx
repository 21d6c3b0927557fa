import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ReplicationProgress, RunProgress } from '../../src/tui/progress.js';
import { RunScreen } from '../../src/tui/run-screen.js';

const replication = (given: Partial<ReplicationProgress>): ReplicationProgress => ({
  index: 0,
  state: 'running',
  fraction: 0.525,
  simulatedS: 1872,
  events: 412_331,
  eventsPerS: 812_345,
  etaS: 4.2,
  latencyP99S: 12.34,
  queueLength: 1034,
  ...given,
});

const progress = (...replications: ReplicationProgress[]): RunProgress => ({
  scenario: 'Agent platform',
  replications,
});

const frameOf = (given: RunProgress, color = false): string =>
  render(<RunScreen progress={given} color={color} />).lastFrame()!;

afterEach(() => vi.unstubAllEnvs());

describe('the live screen', () => {
  it('has a row with how far, how fast and what the model shows', () => {
    const row = frameOf(progress(replication({}))).split('\n')[2]!;
    expect(row).toMatch(/^#1 █+░+ +52% +31\.2 min +812,345 +4 s +12\.3 s +1,034 {2}running$/);
  });

  it('fills its bar by the share that is done', () => {
    const bar = (fraction: number): [number, number] => {
      const row = frameOf(progress(replication({ fraction }))).split('\n')[2]!;
      return [row.match(/█/g)?.length ?? 0, row.match(/░/g)?.length ?? 0];
    };
    expect(bar(0)).toEqual([0, 24]);
    expect(bar(0.5)).toEqual([12, 12]);
    expect(bar(1)).toEqual([24, 0]);
  });

  it('has nothing to say of a replication that waits, and no ETA of one that is done', () => {
    const lines = frameOf(
      progress(
        replication({ state: 'done', fraction: 1 }),
        replication({ index: 1, state: 'waiting', fraction: 0 }),
      ),
    ).split('\n');
    expect(lines[2]).toMatch(/100% .*done$/);
    expect(lines[2]).not.toContain('4 s ');
    expect(lines[3]).toMatch(/^#2 ░{24} +waiting$/);
  });

  it('shows a dash for what is not known yet', () => {
    expect(frameOf(progress(replication({ etaS: null, latencyP99S: 0 }))).split('\n')[2]).toMatch(
      /812,345 +– +– +1,034/,
    );
  });

  it('never reads 100% before the end', () => {
    expect(frameOf(progress(replication({ fraction: 0.999 })))).not.toContain('100%');
  });

  it('has the scenario above and the way out below', () => {
    const lines = frameOf(progress(replication({}))).split('\n');
    expect(lines[0]).toBe('Agent platform  52% · 812,345 events/s');
    expect(lines.at(-1)).toBe('Ctrl-C keeps what is finished');
  });

  it('does not overflow with 200 replications: running ones, and a summary of the rest', () => {
    const frame = frameOf(
      progress(
        ...Array.from({ length: 200 }, (_, index) =>
          replication({ index, state: index < 30 ? 'done' : index < 46 ? 'running' : 'waiting' }),
        ),
      ),
    );
    const lines = frame.split('\n');
    expect(lines.length).toBeLessThanOrEqual(17);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.startsWith('#')).every((line) => line.endsWith('running'))).toBe(true);
    expect(frame).toContain('… and 4 more running');
    expect(frame).toContain('30 done, 16 running, 154 waiting of 200');
  });

  it('has no escape codes without colour, nor where NO_COLOR is set', () => {
    expect(frameOf(progress(replication({})))).not.toContain('\u001b');
    vi.stubEnv('NO_COLOR', '1');
    expect(render(<RunScreen progress={progress(replication({}))} />).lastFrame()).not.toContain('\u001b');
  });
});
