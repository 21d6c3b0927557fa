import { expect, test } from 'vitest';
import { N } from '../../src/model/task-table.js';
import { compileObject } from '../../src/scenario/compile.js';
import { startRun } from '../../src/simulation/simulate.js';
import { replay, traceFile } from './temporary-trace.js';

const ROWS = ['0,1,500,4000,16,A|B', '1,1,1000,2000,8,', '2,2,1000,1000,8,B', '3,0,0,1500,4,'];
const file = (rows = ROWS) => traceFile('pods.csv', ['t,gpu,milli,cpu,mem,model', ...rows].join('\n'));
const columns = {
  arrival: 't',
  gpus: 'gpu',
  gpuShare: { column: 'milli', unit: 'milli' },
  cpus: { column: 'cpu', unit: 'milli' },
  hostMemory: { column: 'mem', unit: 'GiB' },
  hardware: 'model',
};

test('what tasks need of a node comes from columns with units', async () => {
  const { table, report } = await replay({ file: file(), columns });
  expect(report.badRows).toBe(0);
  expect([...table.gpus!]).toEqual([1, 1, 2, 0]);
  expect([...table.gpuShare!]).toEqual([0.5, 1, 1, 0]);
  expect([...table.cpus!]).toEqual([4, 2, 1, 1.5]);
  expect([...table.hostBytes!]).toEqual([16, 8, 8, 4].map((gib) => gib * 2 ** 30));
  expect([...table.hardware!].map((kind) => table.hardwareNames![kind])).toEqual(['A|B', '', 'B', '']);
});

test('a part of a GPU is for one GPU, and without CPUs a task needs some', async () => {
  const rows = ['0,2,500,1,1,', '0,1,0,1,1,', '0,1,1500,1,1,', '0,1,250,1,1,'];
  const { report, table } = await replay({ file: file(rows), columns });
  expect([report.badRows, table.rows]).toEqual([3, 1]);
  const { cpus: _, ...without } = columns;
  expect((await replay({ file: file(), columns: without })).report.examples).toEqual([
    "line 5: gpu '0' is not a whole number of at least 1",
  ]);
});

/** Rows in the order in which tasks come, with the times. */
async function drawn(sample: unknown, seed = 's') {
  const trace = { file: file(), columns, sample };
  const { table } = await replay(trace);
  const { system, policies } = compileObject(
    {
      version: 1,
      name: 'drawn',
      services: { any: { latency: 0 } },
      stages: { any: { service: 'any' } },
      workloads: { pods: { arrival: { trace }, workflow: [{ stage: 'any' }] } },
    },
    { traces: new Map([['pods', { table }]]) },
  );
  const seen: { row: number; atS: number }[] = [];
  const run = startRun(system, policies, seed, {
    warmupS: 0,
    observe: () => undefined,
    listener: (task, from, _to, nowS) => {
      if (from === 0) seen.push({ row: run.state.tasks.n[task + N.origin]!, atS: nowS });
    },
  });
  while (!run.advance(1000)) {
    // Nothing to do between the pieces.
  }
  return seen;
}

test('rows are drawn by the seed: the same again, others for another, and each about as often', async () => {
  const once = await drawn({ rows: 4000, every: 2 });
  expect(once).toEqual(await drawn({ rows: 4000, every: 2 }));
  expect(once).not.toEqual(await drawn({ rows: 4000, every: 2 }, 't'));
  expect(once.map(({ atS }) => atS).slice(0, 4)).toEqual([0, 2, 4, 6]);
  // 1,000 each on average, with a standard deviation of 27.
  for (const row of [0, 1, 2, 3]) {
    const times = once.filter((one) => one.row === row).length;
    expect(Math.abs(times - 1000)).toBeLessThan(5 * 27);
  }
});

test('drawing ends when the tasks need so many GPUs together', async () => {
  const gpus = [0.5, 1, 2, 0];
  const rows = (await drawn({ gpus: 50 })).map(({ row }) => gpus[row]!);
  const sum = rows.reduce((total, one) => total + one, 0);
  expect(sum).toBeGreaterThanOrEqual(50);
  expect(sum - rows.at(-1)!).toBeLessThan(50);
});

test('shuffled, every row comes once in each round, in another order', async () => {
  const rows = (await drawn({ rows: 400, draw: 'shuffled' })).map(({ row }) => row);
  const rounds = Array.from({ length: 100 }, (_, round) => rows.slice(4 * round, 4 * round + 4));
  for (const round of rounds) expect(round.toSorted()).toEqual([0, 1, 2, 3]);
  expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(15);
});

test('without `every` the mean time between rows is kept', async () => {
  expect((await drawn(3)).map(({ atS }) => atS)).toEqual([0, 1, 2]);
});
