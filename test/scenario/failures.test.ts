/** Failures and disturbances as users write them: what is understood, and what is told about mistakes. */
import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { parseSource } from '../../src/scenario/source.js';
import { changed, mistakes, RIGHT } from './mistakes.js';

const POOL = '{mode: exclusive, nodes: 2, gpusPerNode: 8}';
const pool = (more: string) => changed(POOL, `{mode: exclusive, nodes: 2, gpusPerNode: 8, ${more}}`);
const disturbed = (one: string) => `${RIGHT}disturbances: [${one}]\n`;
const compiled = (text: string) => compileScenario(parseSource(text, 'test.yaml'));

describe('failures', () => {
  test('a duration between failures is the mean of an exponential distribution, a repair is constant', () => {
    const { failures } = compiled(pool('failures: {node: {mtbf: 30d, repair: 4h}}')).system.pools[0]!;
    const { mtbf, repair, whileIdle } = failures!.node!;
    expect([mtbf.mean, mtbf.variance]).toEqual([30 * 86_400, (30 * 86_400) ** 2]);
    expect([repair.mean, repair.variance]).toEqual([4 * 3600, 0]);
    expect(whileIdle).toBe(true);
  });

  test.each([
    [
      'nothing fails',
      'failures: {}',
      'nothing fails here: add `node`, `gpu`, `rack`, `spot`, `stragglers` or `maintenance`',
    ],
    [
      'no time between failures',
      'failures: {node: {mtbf: 0, repair: 1h}}',
      'expected a duration of more than 0, got 0',
    ],
    [
      'racks that are not there',
      'failures: {rack: {mtbf: 1d, repair: 1h}}',
      'racks fail, but the pool has none: say how many nodes are in one with `nodesPerRack`',
    ],
    [
      'stragglers without a kind',
      'failures: {stragglers: {slowdown: 2}}',
      'stragglers have either a `fraction` (always the same nodes) or `mtbf` and `for`',
    ],
    [
      'stragglers without an end',
      'failures: {stragglers: {slowdown: 2, mtbf: 1d}}',
      'stragglers with `mtbf` need `for`: how long a node stays slow',
    ],
    [
      'a straggler that is fast',
      'failures: {stragglers: {slowdown: 0.5, fraction: 1%}}',
      'expected a number of at least 1, got 0.5',
    ],
    [
      'a group that is not there',
      'failures: {spot: {mtbf: 1d, back: 1h, groups: cheap}}',
      'unknown group `cheap`; there are no groups',
    ],
    [
      'free checkpoints that cost',
      'checkpoint: {every: 0, cost: 1s}',
      'where progress is always safe (`every: 0`) there is no checkpoint to pay for',
    ],
  ])('%s', (_, more, told) => {
    expect(mistakes(pool(more)).map((one) => one.replace(/^\S+ /, ''))).toEqual([told]);
  });

  test('a checkpoint is said in one place', () => {
    const text = `${pool('checkpoint: {every: 1h}')}policies: {preemption: {policy: priority, checkpointInterval: 1h}}\n`;
    expect(mistakes(text)).toEqual([
      expect.stringContaining(
        '`checkpointInterval` is said twice: pool `gpus` has a `checkpoint` of its own',
      ),
    ]);
  });

  test('the hash depends on what fails', () => {
    const hash = (repair: string) => compiled(pool(`failures: {node: {mtbf: 30d, repair: ${repair}}}`)).hash;
    expect(hash('4h')).not.toBe(hash('5h'));
    expect(hash('4h')).toBe(hash('240min'));
  });
});

describe('disturbances', () => {
  test.each([
    [
      'of nothing',
      '{at: 0, for: 1m, slowdown: 2}',
      'a disturbance is of one thing: add `service`, `pool`, `link` or `workload`',
    ],
    [
      'of two things',
      '{pool: gpus, service: search, at: 0, for: 1m, slowdown: 2}',
      'a disturbance is of one thing: add only one of `service`, `pool`, `link` or `workload`',
    ],
    [
      'of no nodes',
      '{pool: gpus, at: 0, for: 1m}',
      'a disturbance of a pool is of some of its nodes: add either `nodes` or `rack`',
    ],
    [
      'of too many nodes',
      '{pool: gpus, nodes: 3, at: 0, for: 1m}',
      '3 nodes are disturbed, but pool `gpus` has 2 nodes',
    ],
    [
      'of a node that is not there',
      '{pool: gpus, nodes: [0, 2], at: 0, for: 1m}',
      'there is no node 2: pool `gpus` has 2 nodes, numbered from 0',
    ],
    ['of a node named twice', '{pool: gpus, nodes: [1, 1], at: 0, for: 1m}', 'a node is named twice'],
    [
      'of a rack without racks',
      '{pool: gpus, rack: 0, at: 0, for: 1m}',
      'pool `gpus` has no racks: say how many nodes are in one with `nodesPerRack`',
    ],
    [
      'errors of nodes',
      '{pool: gpus, nodes: 1, errorRate: 5%, at: 0, for: 1m}',
      '`errorRate` means nothing for a pool',
    ],
    [
      'traffic without a rate',
      '{workload: chat, at: 0, for: 1m}',
      'a disturbance needs an effect: add `rate`',
    ],
    [
      'always at the same moment',
      '{workload: chat, rate: 2, at: {every: 0}, for: 1m}',
      'expected a time of at least 1ms on average, got 0',
    ],
  ])('%s', (_, one, told) => {
    expect(mistakes(disturbed(one)).map((line) => line.replace(/^\S+ /, ''))).toEqual([told]);
  });

  test('a closed loop has no rate to change', () => {
    const text = changed('{process: poisson, rate: 0.1/s}', '{process: closed, users: 3, think: 1s}');
    expect(mistakes(`${text}disturbances: [{workload: chat, rate: 2, at: 0, for: 1m}]\n`)).toEqual([
      expect.stringContaining('the traffic of workload `chat` cannot be disturbed: it is a closed loop'),
    ]);
  });

  test('a rack is its nodes', () => {
    const text = `${pool('nodesPerRack: 1')}disturbances: [{pool: gpus, rack: 1, at: 0, for: 1m}]\n`;
    expect(compiled(text).system.disturbances[0]).toMatchObject({ kind: 'nodes', nodes: [1] });
  });
});

describe('a hint about checkpoints', () => {
  // Four GPUs of a node that fails every 10 h, for 20 h.
  const long = (checkpoint: string) =>
    compiled(
      changed('work: 2 min', 'work: 20h', pool(`failures: {node: {mtbf: 10h, repair: 1h}}${checkpoint}`)),
    ).warnings.filter((one) => one.includes('interrupted every'));

  test('none at all', () => {
    expect(long('')).toEqual([
      'pool gpus: tasks that work 20 h on 1 node are interrupted every 10 h of it on average, save nothing on the way; give the pool a `checkpoint`',
    ]);
  });

  test('too seldom: Daly’s interval for a cost of 3 min is 57 min', () => {
    // sqrt(2 * 180 * 36000) (1 + sqrt(0.0025)/3 + 0.0025/9) - 180 = 3481 s of work.
    const [told] = long(', checkpoint: {every: 8h, cost: 3min}');
    expect(told).toContain('a checkpoint every 58 min instead of 8 h would cost them least (Daly 2006)');
  });

  test('near enough, nothing is said', () => {
    expect(long(', checkpoint: {every: 1h, cost: 3min}')).toEqual([]);
    expect(long(', checkpoint: {every: 0}')).toEqual([]);
  });
});
