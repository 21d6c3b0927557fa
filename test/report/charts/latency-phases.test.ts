import { describe, expect, it } from 'vitest';
import { latencyPhases } from '../../../src/report/charts/latency-phases.js';
import { resultDocument } from '../../fixtures/result.js';

interface Row {
  workload: string;
  phase: string;
  value: number;
}

describe('where the time goes', () => {
  const rows = (latencyPhases(resultDocument())!.spec.data as { values: Row[] }).values;

  it('splits the whole of each mean latency', () => {
    const chat = rows.filter(({ workload }) => workload.startsWith('chat'));
    expect(chat.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 4);
    expect(chat.map(({ phase }) => phase)).toEqual(['queue', 'work', 'call', 'backoff']);
  });

  it('has the mean beside the name: 1.25 × 1.9 s', () => {
    expect(rows[0]!.workload).toBe('chat: 2.38 s');
  });
});
