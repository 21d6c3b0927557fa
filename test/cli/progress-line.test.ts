import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progress-line.js';

const phase = { label: '3 of 8 points', finished: 10, planned: 40 };
const START = { atS: 0, finished: 0 };

describe('the line of a long experiment', () => {
  it('says how many runs are done, of what, and when it will be over', () => {
    // 10 runs took 20 s, so 30 more take 60 s.
    expect(progressText(phase, 20, START, 120)).toBe(
      `${'█'.repeat(6)}${'░'.repeat(18)} 10 of 40 runs · 3 of 8 points · ETA 60 s`,
    );
  });

  it('does not count as speed what came from the cache', () => {
    // 8 were there at once; 2 took 20 s, so 30 more take 300 s.
    expect(progressText(phase, 20.5, { atS: 0.5, finished: 8 }, 120)).toMatch(/ETA 5 min$/);
    expect(progressText(phase, 20, { atS: 0.5, finished: 9 }, 120)).not.toContain('ETA');
  });

  it('has no bar before it is known how many runs there are, and fits the terminal', () => {
    expect(progressText({ label: '2 of 9 points checked', finished: 0, planned: 0 }, 1, START, 80)).toBe(
      '2 of 9 points checked',
    );
    expect(progressText(phase, 20, START, 40)).toHaveLength(39);
  });
});
