import { describe, expect, it } from 'vitest';
import { createExperiment } from '../../src/experiment/replicate.js';
import type { CompiledScenario } from '../../src/scenario/compile.js';
import { mm1 } from './mm1.js';

function warningsOf(compiled: CompiledScenario, replications?: number): string {
  const experiment = createExperiment(compiled, { replications });
  while (!experiment.advance(1e6));
  return experiment.document().warnings.join('\n');
}

describe('warnings of a result', () => {
  it('are none for a long steady run', () => {
    expect(warningsOf(mm1({ run: { duration: 20_000, replications: 5 } }))).toBe('');
  });

  it('tell that one replication says nothing about chance', () => {
    expect(warningsOf(mm1({ run: { duration: 20_000 } }), 1)).toMatch(/one replication only/);
  });

  it('tell of a queue that was still growing', () => {
    expect(warningsOf(mm1({ rateHz: 1.3 }))).toMatch(/still growing at the end \(on average \d+/);
  });

  it('tell of too few tasks for the quantile of an SLO', () => {
    const slos = [{ name: 'tail', metric: 'workloads.customers.latency_s.p999', atMost: 100 }];
    const text = warningsOf(mm1({ run: { duration: 4000, replications: 8 }, slos }));
    expect(text).toMatch(/SLO "tail": a run has 2\d\d0 values for its p999|SLO "tail": a run has [12]\d{3}/);
    expect(text).toMatch(/below 10000/);
    expect(warningsOf(mm1({ run: { duration: 25_000, replications: 5 }, slos }))).not.toMatch(/SLO/);
  });

  it('tell of too few tasks at all where the run ends by their number', () => {
    const text = warningsOf(mm1({ run: { duration: undefined, tasks: 40 } }));
    expect(text).toMatch(/workload customers completed only 40 of 40 tasks/);
  });

  it('tell of an interval that is wide', () => {
    expect(warningsOf(mm1({ rateHz: 0.95, run: { duration: 1000 } }))).toMatch(
      /interval of workload customers's p99 latency is wide \(±\d+% from 3 replications\)/,
    );
  });
});
