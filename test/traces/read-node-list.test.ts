import { expect, test } from 'vitest';
import { nodeListSchema } from '../../src/scenario/schema/node-list.js';
import { readNodeList } from '../../src/traces/read-node-list.js';
import { TraceError } from '../../src/traces/trace-error.js';
import { folder, traceFile } from './temporary-trace.js';

const LIST =
  'name,gpu,cpu_milli,mem,model,region\na,2,8000,1024,T4,east\nb,0,8000,1024,,east\nc,8,96000,2048,V100,east\nd,2,8000,1024,T4,west\n';
const COLUMNS = {
  gpus: 'gpu',
  cpus: { column: 'cpu_milli', unit: 'milli' },
  hostMemory: { column: 'mem', unit: 'MiB' },
  hardware: 'model',
};

const read = (content: string, given: object = {}) =>
  readNodeList(
    nodeListSchema.parse({ file: traceFile('nodes.csv.gz', content), columns: COLUMNS, ...given }),
    folder,
  );

test('nodes that are alike are one kind; their order is that of the file; those without GPUs are left out', async () => {
  const { kinds, order } = await read(LIST);
  expect(kinds).toEqual([
    { nodes: 2, gpus: 2, cpus: 8, hostBytes: 1024 * 2 ** 20, hardware: 'T4' },
    { nodes: 1, gpus: 8, cpus: 96, hostBytes: 2048 * 2 ** 20, hardware: 'V100' },
  ]);
  expect([...order]).toEqual([0, 1, 0]);
});

test('`where` picks rows', async () => {
  expect((await read(LIST, { where: { region: ['west'] } })).kinds).toMatchObject([
    { nodes: 1, hardware: 'T4' },
  ]);
});

test.each([
  ['a,two,8000,1024,T4,east', /line 2: gpu 'two' is not a whole number of at least 0/],
  ['a,2,0,1024,T4,east', /line 2: cpu_milli '0' is not a number above 0/],
  ['a,2,8000,,T4,east', /line 2: mem is missing/],
  ['a,2,8000,1024,,east', /line 2: model is missing/],
  ['a,0,8000,1024,T4,east', /has no node with GPUs/],
])('a bad row stops the reading: %s', async (row, message) => {
  const outcome = await read(`name,gpu,cpu_milli,mem,model,region\n${row}\n`).catch(
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(TraceError);
  expect(String(outcome)).toMatch(message);
});

test('a column that is not there is told with its key', async () => {
  const outcome = await read('name,gpu\na,2\n').catch((error: unknown) => error);
  expect(outcome).toMatchObject({ path: ['columns', 'cpus'] });
});
