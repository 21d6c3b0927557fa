/** Values named by the end of their path. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { findPath } from '../../src/scenario/find-path.js';
import { applyOverride } from '../../src/scenario/override.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { settablePaths } from '../../src/scenario/settable-paths.js';
import { parseSource } from '../../src/scenario/source.js';

const HEAD = `version: 1
name: paths
run: {duration: 1h}
stages: {serve: {pool: gpu}, tools: {service: search}}
services: {search: {latency: 1s}}
`;
const CHAT = `workloads:
  chat: {arrival: {process: poisson, rate: 1/s}, workflow: [{stage: serve, work: 1s}, {stage: tools}]}
`;
const ONE_POOL = 'pools: {gpu: {gpusPerNode: 8}}\n';

const document = (...parts: string[]) => parseSource(HEAD + parts.join(''), 'paths.yaml');
const one = (...parts: string[]) => document(ONE_POOL, CHAT, ...parts);

function failure(...given: Parameters<typeof findPath>): string {
  try {
    return `found ${findPath(...given)}`;
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
}

describe('a value that is written', () => {
  test.each([
    ['gpusPerNode', 'pools.gpu.gpusPerNode'],
    ['gpu.gpusPerNode', 'pools.gpu.gpusPerNode'],
    ['duration', 'run.duration'],
    ['chat.arrival.rate', 'workloads.chat.arrival.rate'],
    ['search.latency', 'services.search.latency'],
    ['workflow[0].work', 'workloads.chat.workflow[0].work'],
    ['workflow.0.work', 'workloads.chat.workflow[0].work'],
  ])('%s is %s', (text, path) => {
    expect(findPath(one(), text)).toBe(path);
  });

  test('goes before one of another kind that could be written', () => {
    // The delay of a disturbance could be called rate too; it is not.
    const disturbed = one('disturbances: [{service: search, at: 10s, for: 1s, slowdown: 2}]\n');
    expect(findPath(disturbed, 'rate')).toBe('workloads.chat.arrival.rate');
  });
});

describe('a value that is not written but may be', () => {
  test.each([
    ['nodes', 'pools.gpu.nodes'],
    ['gpu.nodes', 'pools.gpu.nodes'],
    ['load', 'run.load'],
    ['replications', 'run.replications'],
    ['ordering', 'policies.ordering'],
    ['search.concurrency', 'services.search.concurrency'],
    ['chat.deadline', 'workloads.chat.deadline'],
  ])('%s is %s', (text, path) => {
    expect(findPath(one(), text)).toBe(path);
  });

  test('of a run that is left out altogether', () => {
    const bare = parseSource('version: 1\nname: bare\n', 'bare.yaml');
    expect(findPath(bare, 'duration')).toBe('run.duration');
  });
});

describe('a full path comes back as it is', () => {
  test.each([
    'pools.gpu.nodes',
    'pools.gpu.scaling.max',
    'run.load',
    'policies.wip.limit',
    'variants.tight.ordering',
    'workloads.chat.workflow.0.work',
    'workloads.chat.arrival.batch',
    'workloads["chat"].deadline',
    'pools',
  ])('%s', (text) => {
    expect(findPath(one(), text)).toBe(text);
  });
});

describe('policies', () => {
  const ENTRY = 'policies: {admission: {policy: token-bucket, rate: 2/s}, wip: {policy: global, limit: 8}}\n';
  const LIST =
    'policies: {admission: [{policy: bounded-queue, limit: 9}, {policy: token-bucket, rate: 2/s}], ordering: drr}\n';
  const VARIANTS = 'variants: {tight: {wip: {policy: global, limit: 4}}, other: {ordering: lifo}}\n';

  test('one entry: its parameters, written or not', () => {
    expect(findPath(one(ENTRY), 'policies.admission.rate')).toBe('policies.admission.rate');
    expect(findPath(one(ENTRY), 'admission.rate')).toBe('policies.admission.rate');
    expect(findPath(one(ENTRY), 'wip.limit')).toBe('policies.wip.limit');
    expect(findPath(one(ENTRY), 'burst')).toBe('policies.admission.burst');
  });

  test('a list: the entry that has the parameter, or whose policy may have it', () => {
    expect(findPath(one(LIST), 'policies.admission.rate')).toBe('policies.admission[1].rate');
    expect(findPath(one(LIST), 'admission.limit')).toBe('policies.admission[0].limit');
    expect(findPath(one(LIST), 'admission.burst')).toBe('policies.admission[1].burst');
  });

  test('a name alone has nowhere to put a parameter: how to write it is told', () => {
    expect(failure(one(LIST), 'ordering.quantum')).toMatch(
      /policies\.ordering is written as a name alone: write \{policy: drr, quantum: \.\.\.\} there/,
    );
    expect(failure(one(LIST), 'policies.ordering.quantum')).toMatch(/written as a name alone/);
  });

  test('parameters of another policy than the one written are none', () => {
    expect(failure(one(ENTRY), 'admission.limit')).toMatch(
      /nothing in the scenario is called "admission.limit"/,
    );
  });

  test('those of variants count too, unless the variant that holds is said', () => {
    const both = one(ENTRY, VARIANTS);
    expect(failure(both, 'wip.limit')).toMatch(
      /fits several places: write policies\.wip\.limit or variants\.tight\.wip\.limit/,
    );
    expect(findPath(both, 'wip.limit', { variant: null })).toBe('policies.wip.limit');
    expect(findPath(both, 'wip.limit', { variant: 'tight' })).toBe('variants.tight.wip.limit');
    // What the variant leaves alone is that of the base.
    expect(findPath(both, 'wip.limit', { variant: 'other' })).toBe('policies.wip.limit');
    expect(findPath(both, 'tight.wip.limit')).toBe('variants.tight.wip.limit');
  });

  test('of a file of one’s own: what is written there, and any key by its full path', () => {
    const own = one('policies: {ordering: {policy: ./mine.mjs, weight: 2}}\n');
    expect(findPath(own, 'weight')).toBe('policies.ordering.weight');
    expect(findPath(own, 'policies.ordering.other')).toBe('policies.ordering.other');
  });
});

describe('several places', () => {
  const TWO = 'pools: {gpu: {nodes: 2}, cpu: {}}\n';

  test('are listed, the one that is written and its like that is not', () => {
    expect(failure(document(TWO, CHAT), 'nodes')).toMatch(
      /^nodes: "nodes" fits several places: write pools\.gpu\.nodes or pools\.cpu\.nodes$/,
    );
    expect(findPath(document(TWO, CHAT), 'cpu.nodes')).toBe('pools.cpu.nodes');
  });

  test('groups have nodes of their own, and then the pool has none', () => {
    const grouped = (groups: string) => document(`pools: {gpu: {groups: ${groups}}}\n`, CHAT);
    expect(findPath(grouped('{new: {nodes: 2}}'), 'nodes')).toBe('pools.gpu.groups.new.nodes');
    expect(failure(grouped('{new: {nodes: 2}, old: {}}'), 'nodes')).toMatch(
      /write pools\.gpu\.groups\.new\.nodes or pools\.gpu\.groups\.old\.nodes/,
    );
  });

  test('of a great many only the first are listed', () => {
    const pools = Array.from({ length: 12 }, (_, index) => `p${index}: {}`).join(', ');
    expect(failure(document(`pools: {${pools}}\n`, CHAT), 'nodes')).toMatch(/p7\.nodes, or another of 12/);
  });
});

describe('nothing that fits', () => {
  test.each([
    ['gpu.node', 'pools.gpu.nodes'],
    ['replication', 'run.replications'],
    ['pools.gpu.gpuPerNode', 'pools.gpu.gpusPerNode'],
    ['policies.odering', 'policies.ordering'],
  ])('%s is probably %s', (text, path) => {
    expect(failure(one(), text)).toContain(`did you mean "${path}"?`);
  });

  test('is said without a guess where nothing is near', () => {
    expect(failure(one(), 'zzzzzzzz')).toBe('zzzzzzzz: nothing in the scenario is called "zzzzzzzz"');
  });

  test.each(['', 'a..b', 'nodes=3', '[', '[0]'])('%j is no path', (text) => {
    expect(failure(one(), text)).toMatch(/expected a path|nothing in the scenario/);
  });
});

test('names with dots are quoted in what comes back, so that --set reads them', () => {
  const dotted = document('pools: {gpu: {}, "llama-3.1": {nodes: 2}}\n', CHAT);
  const path = findPath(dotted, '"llama-3.1".nodes');
  expect(path).toBe('pools["llama-3.1"].nodes');
  expect(applyOverride(dotted, `${path}=5`).node(['pools', 'llama-3.1', 'nodes'])).toMatchObject({
    value: 5,
  });
});

describe('in every shipped scenario', () => {
  const files = readdirSync('scenarios').filter((file) => file.endsWith('.yaml'));

  test.each(files)('%s: each number that is written is known, and found again by its full path', (file) => {
    const source = parseSource(readFileSync(`scenarios/${file}`, 'utf8'), file);
    const written = settablePaths(source).filter((place) => place.written);
    expect(written.length).toBeGreaterThan(10);
    for (const { path } of written) {
      const node = source.node(path);
      if (node?.kind !== 'scalar' || typeof node.value !== 'number') continue;
      const text = path.join('.');
      expect(findPath(source, text)).toBe(text);
      expect(applyOverride(source, `${text}=${node.value}`).value).toEqual(source.value);
    }
  });

  test('the nodes of a pool are found by its name, and what is set there compiles', () => {
    const source = parseSource(readFileSync('scenarios/quick-start.yaml', 'utf8'), 'quick-start.yaml');
    const [pool] = compileScenario(source).system.pools;
    const changed = applyOverride(source, `${findPath(source, `${pool!.name}.nodes`)}=7`);
    expect(compileScenario(changed).system.pools[0]!.groups[0]!.nodes).toBe(7);
  });
});
