import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../src/scenario/problem.js';
import { type LoadOptions, loadScenario } from '../../src/traces/load-scenario.js';
import { folder, traceFile } from './temporary-trace.js';

const SCENARIO = `version: 1
name: replay
pools: {gpus: {mode: exclusive, gpusPerNode: 8}}
stages: {train: {pool: gpus}}
workloads:
  jobs:
    arrival:
      trace:
        file: jobs.csv
        columns: {arrival: t, work: w, gpus: g, tenant: who}
    workflow:
      - {stage: train, work: trace, gpus: trace}
variants:
  short: {ordering: sjf}
`;
traceFile('jobs.csv', 't,w,g,who\n0,10,1,acme\n5,20,8,globex\n7,x,1,acme\n');

const path = join(folder, 'replay.yaml');
writeFileSync(path, SCENARIO);

async function told(from: string, options: LoadOptions = {}): Promise<string> {
  const outcome: unknown = await loadScenario(from, options).catch((error: unknown) => error);
  if (outcome instanceof ScenarioError) return outcome.message;
  throw new Error(`expected a ScenarioError, got ${String(outcome)}`, { cause: outcome });
}

test('the trace is read from the scenario’s folder, and what became of its rows is reported', async () => {
  const { compiled, traceReports } = await loadScenario(path);
  expect(compiled.system.tenantNames).toEqual(['acme', 'globex']);
  expect(compiled.system.workloads[0]!.arrival).toMatchObject({ kind: 'trace', table: { rows: 2 } });
  expect(traceReports).toEqual([
    {
      workload: 'jobs',
      file: 'jobs.csv',
      report: expect.objectContaining({ rows: 2, badRows: 1, file: join(folder, 'jobs.csv') }),
    },
  ]);
});

test('assignments are made before anything is checked, and a variant is chosen by name', async () => {
  const { compiled } = await loadScenario(path, {
    variant: 'short',
    set: ['pools.gpus.nodes=3', 'workloads.jobs.arrival.trace.timeScale=2'],
  });
  expect(compiled.system.pools[0]!.groups[0]!.nodes).toBe(3);
  expect(compiled.policies.ordering[0]!.definition.name).toBe('sjf');
  expect(compiled.system.workloads[0]!.arrival).toMatchObject({
    table: { arrivalS: Float64Array.of(0, 10) },
  });
});

describe('what is wrong with a trace is told where the scenario names it', () => {
  test('a file that is not there', async () => {
    const set = ['workloads.jobs.arrival.trace.file=job.csv'];
    expect(await told(path, { set })).toContain(
      '--set workloads.jobs.arrival.trace.file=job.csv: workloads.jobs.arrival.trace.file: ',
    );
  });

  test('a column that is not there', async () => {
    const wrong = join(folder, 'wrong-column.yaml');
    writeFileSync(wrong, SCENARIO.replace('work: w', 'work: wrk'));
    expect(await told(wrong)).toMatch(
      /wrong-column\.yaml:10:37: workloads\.jobs\.arrival\.trace\.columns\.work: .* has no column 'wrk'/,
    );
  });

  test('a gang larger than a node', async () => {
    expect(await told(path, { set: ['pools.gpus.gpusPerNode=4'] })).toBe(
      `${path}:12:43: workloads.jobs.workflow[0].gpus: the trace’s largest gang needs 8 gpus, but a node of pool \`gpus\` has 4 GPUs: it could never start`,
    );
  });
});

test('a mistake elsewhere is told before the trace is read', async () => {
  const set = ['workloads.jobs.arrival.trace.file=missing.csv', 'stages.train.pool=gpu'];
  expect(await told(path, { set })).toBe(
    '--set stages.train.pool=gpu: stages.train.pool: unknown pool `gpu` (did you mean "gpus"?)',
  );
});

describe('a scenario that cannot be read', () => {
  test('names the path that was tried and the file that was probably meant', async () => {
    const wrong = join(folder, 'replai.yaml');
    expect(await told(wrong)).toBe(`${wrong}: no such file: tried ${wrong} (did you mean "${path}"?)`);
  });

  test('a folder that does not exist', async () => {
    const wrong = join(folder, 'nowhere', 'replay.yaml');
    expect(await told(wrong)).toBe(`${wrong}: no such file: tried ${wrong}`);
  });

  test('a folder', async () => {
    expect(await told(folder)).toBe(`${folder}: this is a folder; expected a scenario file`);
  });
});
