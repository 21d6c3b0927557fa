import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { RunProgress } from '../../src/tui/progress.js';
import { RunView } from '../../src/tui/run-view.js';

// Where CI is set, Ink draws only once, at the end; these tests are about a person's terminal.
vi.hoisted(() => {
  process.env.CI = 'false';
});

function terminal(): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const stream = Object.assign(through, {
    columns: 100,
    rows: 30,
    isTTY: true,
  }) as unknown as NodeJS.WriteStream;
  return { stream, text: () => chunks.join('') };
}

const progress = (fraction: number): RunProgress => ({
  scenario: 'Agent platform',
  replications: [
    {
      index: 0,
      state: 'running',
      fraction,
      simulatedS: 10,
      events: 10,
      eventsPerS: 10,
      etaS: 1,
      latencyP99S: 1,
      queueLength: 1,
    },
  ],
});

/** Ink draws when its scheduler comes to it: however long that takes on a loaded machine. */
const shows = (text: () => string, wanted: string): Promise<void> =>
  vi.waitFor(() => expect(text()).toContain(wanted), { timeout: 30_000, interval: 10 });

/** Long enough for a late drawing to betray itself; a slow machine makes this check weaker, never false. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

describe('the view of a run', () => {
  it('draws on the given stream and draws again on every update', async () => {
    const { stream, text } = terminal();
    const view = new RunView({ stream, color: false });
    view.update(progress(0.1));
    await shows(text, 'Agent platform  10%');
    view.update(progress(0.7));
    await shows(text, 'Agent platform  70%');
    view.stop();
  });

  it('gives the cursor back and stays silent once stopped', async () => {
    const { stream, text } = terminal();
    const view = new RunView({ stream, color: false });
    view.update(progress(0.1));
    await shows(text, 'Agent platform');
    view.stop();
    await shows(text, '\u001b[?25h');
    await aWhile();
    const shown = text();
    view.update(progress(0.9));
    view.stop();
    await aWhile();
    expect(text()).toBe(shown);
  });

  it('may be stopped before anything was drawn', () => {
    const { stream, text } = terminal();
    new RunView({ stream }).stop();
    expect(text()).toBe('');
  });
});
