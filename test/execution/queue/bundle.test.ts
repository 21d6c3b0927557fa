import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { BundleError, packBundle, unpackBundle } from '../../../src/execution/queue/bundle.js';
import type { ScenarioText } from '../../../src/experiment/run-source.js';
import { ScenarioFiles } from '../../../src/traces/scenario-files.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const root = mkdtempSync(join(tmpdir(), 'wipsim-bundle-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Files below a folder of their own; gives that folder. */
function files(name: string, contents: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(contents)) {
    const file = join(root, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return join(root, name);
}

const TRACE = 'at,work\n0,1\n1,2\n2,3\n3,1\n';
const SCENARIO = `version: 1
name: Far files
run: {duration: 10s, replications: 1}
pools:
  gpu: {nodeList: {file: ../lists/nodes.csv, columns: {gpus: gpus}}}
stages:
  work: {pool: gpu}
workloads:
  day:
    arrival: {trace: {file: ../../traces/day.csv.gz, columns: {arrival: at, work: work}}}
    workflow: [{stage: work, work: trace}]
policies:
  ordering: ./policies/mine.ts
`;
const POLICY = `import { sign } from './lib/sign.ts';
export default (kit) => kit.definePolicy({
  point: 'ordering', name: 'mine', summary: 'Latest first.', source: 'Own work.',
  helps: 'Never.', hurts: 'Always.',
  parameters: kit.z.strictObject({}),
  create: () => ({ kind: 'key', key: (task) => sign * task.arrivedS }),
});
`;

function far(name: string): ScenarioText {
  const folder = files(name, {
    'scenarios/deep/day.yaml': SCENARIO,
    'scenarios/deep/policies/mine.ts': POLICY,
    'scenarios/deep/policies/lib/sign.ts': 'export const sign = -1;\n',
    'scenarios/lists/nodes.csv': 'gpus\n4\n4\n8\n',
    'traces/day.csv.gz': gzipSync(TRACE),
    'traces/unused.csv': 'never sent',
  });
  return { name: 'day.yaml', text: SCENARIO, folder: join(folder, 'scenarios/deep') };
}

const refOf = (scenario: ScenarioText, set: string[] = []) => ({ scenario, variant: null, set });

async function packed(scenario: ScenarioText) {
  return packBundle(scenario, await new ScenarioFiles().of(refOf(scenario)));
}

describe('files that a scenario names', () => {
  test('are its traces, its node lists, its policies and what those import; nothing else', async () => {
    const scenario = far('named');
    const found = await new ScenarioFiles().of(refOf(scenario));
    expect(found.map((file) => file.slice(join(root, 'named/').length))).toEqual([
      'scenarios/deep/policies/lib/sign.ts',
      'scenarios/deep/policies/mine.ts',
      'scenarios/lists/nodes.csv',
      'traces/day.csv.gz',
    ]);
  });

  test('follow the assignments, and absolute names are left where they are', async () => {
    const scenario = far('assigned');
    const set = [
      'workloads.day.arrival.trace.file=../../traces/unused.csv',
      `pools.gpu.nodeList.file=${join(root, 'assigned/scenarios/lists/nodes.csv')}`,
      'policies.ordering=fifo',
    ];
    const found = await new ScenarioFiles().of(refOf(scenario, set));
    expect(found).toEqual([join(root, 'assigned/traces/unused.csv')]);
  });
});

describe('a bundle', () => {
  test('unpacked elsewhere compiles to the same scenario', async () => {
    const scenario = far('here');
    const { bytes } = await packed(scenario);
    rmSync(join(root, 'there'), { recursive: true, force: true });
    const unpacked = await unpackBundle(bytes, join(root, 'there'));
    rmSync(join(root, 'here'), { recursive: true });
    const again = far('here-again');
    const [before, after] = await Promise.all(
      [again, unpacked].map(async (one) => (await createSetupLoader()(refOf(one))).compiled),
    );
    expect(after!.hash).toBe(before!.hash);
    expect(unpacked.name).toBe('day.yaml');
    expect(readFileSync(join(unpacked.folder, '../../traces/day.csv.gz'))).toEqual(gzipSync(TRACE));
  });

  test('has one hash wherever it was packed, and another one for other content', async () => {
    const first = await packed(far('first'));
    const second = await packed(far('second'));
    expect(second.hash).toBe(first.hash);
    writeFileSync(join(root, 'second/traces/day.csv.gz'), gzipSync(`${TRACE}4,1\n`));
    const day = join(root, 'second/scenarios/deep');
    const scenario = { name: 'day.yaml', text: SCENARIO, folder: day };
    const changed = await packBundle(scenario, await new ScenarioFiles().of(refOf(scenario)));
    expect(changed.hash).not.toBe(first.hash);
    expect((await packed(far('second'))).hash).toBe(first.hash);
  });

  test('writes nothing outside its folder, whatever it says', async () => {
    for (const path of ['../escaped', '/tmp/escaped', 'a/../../escaped', 'C:/escaped', 'a\\..\\escaped']) {
      const header = {
        format: 'wipsim-bundle',
        version: 1,
        scenario: { name: 'x', text: '' },
        folder: '',
        files: [{ path, bytes: 4 }],
      };
      const bytes = gzipSync(`${JSON.stringify(header)}\nevil`);
      await expect(unpackBundle(bytes, join(root, 'victim'))).rejects.toThrow(/outside its folder/);
    }
  });

  test('that is cut, damaged or something else is refused', async () => {
    const { bytes } = await packed(far('sound'));
    const into = join(root, 'refused');
    await expect(unpackBundle(bytes.subarray(0, bytes.length - 9), into)).rejects.toThrow(BundleError);
    await expect(unpackBundle(Buffer.from('no bundle'), into)).rejects.toThrow(BundleError);
    await expect(unpackBundle(gzipSync('{"format":"wipsim-bundle"}\n'), into)).rejects.toThrow(BundleError);
  });
});
