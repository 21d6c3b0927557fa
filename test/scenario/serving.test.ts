import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { parseSource } from '../../src/scenario/source.js';
import { changed as changedIn, mistakes } from './mistakes.js';

const RIGHT = `version: 1
name: test
run: {duration: 1h}
pools:
  llm: {mode: batching, nodes: 2, serving: {profile: llama-2-70b-h100-tp4}}
  pre: {mode: batching, gpusPerNode: 8, serving: {kvTokens: 1000, role: prefill, timing: {batch: {1: 30ms}}}}
  dec: {mode: batching, serving: {kvTokens: 1000, role: decode, kvBytesPerToken: 1MB, timing: {batch: {1: 30ms}}}}
  gpus: {mode: exclusive}
stages:
  chat: {pool: llm}
  read: {pool: pre}
  write: {pool: dec}
  train: {pool: gpus}
workloads:
  chats:
    arrival: {process: poisson, rate: 1/s}
    workflow:
      - {stage: chat, prompt: 500, output: 100}
  apart:
    arrival: {process: poisson, rate: 1/s}
    promptTokens: 500
    outputTokens: 100
    workflow:
      - {stage: read}
      - {stage: write, transfer: {bandwidth: 10GB/s}}
`;

const changed = (from: string, to: string): string => changedIn(from, to, RIGHT);

const poolOf = (text: string, index = 0) =>
  compileScenario(parseSource(text, 'test.yaml')).system.pools[index]!;

test('the right scenario has no problems', () => {
  expect(mistakes(RIGHT)).toEqual([]);
});

describe('what a pool becomes', () => {
  test('replicas are its nodes; GPUs and price of a node are those of the profile’s hardware', () => {
    const { groups, serving } = poolOf(RIGHT);
    expect(groups[0]).toMatchObject({ nodes: 4, gpusPerNode: 4 });
    expect(groups[0]!.priceUsdPerGpuHour).toBeGreaterThan(0);
    expect(serving).toMatchObject({ tensorParallel: 4, replicasPerMachine: 2, kvBytesPerToken: 327_680 });
    expect(serving!.replica).toMatchObject({
      kvTokens: 476_843,
      maxBatch: 256,
      tokenBudget: 8192,
      role: 'both',
    });
  });

  test('what is given replaces the profile’s values', () => {
    const own = 'profile: llama-2-70b-h100-tp4, kvTokens: 5000, maxBatch: 8, timing: {perKvToken: 1us}';
    const { replica } = poolOf(changed('profile: llama-2-70b-h100-tp4', own)).serving!;
    expect(replica).toMatchObject({ kvTokens: 5000, maxBatch: 8 });
    expect(replica.timing.perKvTokenS).toBe(1e-6);
    expect(replica.timing.batchS.length).toBeGreaterThan(1);
  });

  test('GPUs that no replica can use are paid for all the same', () => {
    const three = changed(
      'kvTokens: 1000, role: prefill',
      'tensorParallel: 3, kvTokens: 1000, role: prefill',
    );
    const { groups, serving } = poolOf(three, 1);
    expect(serving!.replicasPerMachine).toBe(2);
    expect(groups[0]!.nodes * groups[0]!.gpusPerNode).toBe(8);
  });

  test('memory of a model on given GPUs: 0.9 of them less the weights', () => {
    const given = changed(
      'nodes: 2, serving: {profile: llama-2-70b-h100-tp4}',
      'memory: 80GB, gpusPerNode: 4, serving: {model: llama-3-70b, tensorParallel: 4, timing: {batch: {1: 30ms}}}',
    );
    // Four GPUs: (0.9 x 80 GB - 141.1 GB / 4) / (327,680 B / 4).
    expect(poolOf(given).serving!.replica.kvTokens).toBe(
      Math.floor((72e9 - (2 * 70_553_706_496) / 4) / (327_680 / 4)),
    );
  });
});

describe('mistakes are told where they are', () => {
  const serving = (to: string) => changed('{profile: llama-2-70b-h100-tp4}', to);
  const cases: readonly (readonly [what: string, text: string, told: RegExp])[] = [
    ['unknown profile', serving('{profile: llama-2-70b-h100-tp3}'), /^5:\d+ unknown serving profile/],
    ['no timing', serving('{kvTokens: 10000}'), /^5:\d+ nothing says how long an iteration takes/],
    ['no memory', serving('{timing: {batch: {1: 30ms}}}'), /^5:\d+ nothing says how much KV memory/],
    ['weights too large', serving('{profile: llama-2-70b-h100-tp4, kvTokens: 5}'), /less than one block/],
    [
      'too many GPUs',
      serving('{profile: llama-2-70b-h100-tp4, tensorParallel: 16}'),
      /does not fit on a node of 8/,
    ],
    [
      'another size of replica',
      serving('{profile: llama-2-70b-h100-tp4, tensorParallel: 8}'),
      /that of 4 GPUs/,
    ],
    [
      'budget below the batch',
      serving('{profile: llama-2-70b-h100-tp4, tokenBudget: 100}'),
      /not all of a full batch/,
    ],
    [
      'no speed of swapping',
      changed('kvTokens: 1000, role: prefill', 'kvTokens: 1000, onShortMemory: swap, role: prefill'),
      /how long swapping takes/,
    ],
    [
      'serving elsewhere',
      changed('{mode: exclusive}', '{mode: exclusive, serving: {kvTokens: 100}}'),
      /needs mode batching/,
    ],
    [
      'no serving',
      changed(', serving: {profile: llama-2-70b-h100-tp4}', ''),
      /mode batching needs `serving`/,
    ],
    ['work', changed('prompt: 500', 'work: 5s, prompt: 500'), /^18:\d+ a request has no `work`/],
    ['slots', changed('prompt: 500', 'slots: 2, prompt: 500'), /no `slots`/],
    ['no tokens', changed(', output: 100', ''), /missing `output`/],
    ['never fits', changed('prompt: 500, output: 100', 'prompt: 500000, output: 100'), /it never fits/],
    [
      'request at another pool',
      changed('{stage: chat, prompt: 500, output: 100}', '{stage: train, work: 5s, prompt: 500}'),
      /belongs to requests/,
    ],
    [
      'decode first',
      changed('      - {stage: read}\n', ''),
      /needs a step at a pool of role prefill before it/,
    ],
    [
      'tokens at decode',
      changed('{stage: write, ', '{stage: write, output: 5, '),
      /goes on with the request/,
    ],
    [
      'a way of its own elsewhere',
      changed('prompt: 500', 'transfer: {bandwidth: 1GB/s}, prompt: 500'),
      /only KV for a pool of role decode/,
    ],
  ];
  test.each(cases)('%s', (_, text, told) => {
    const found = mistakes(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(told);
  });
});

test('more requests than the replicas can ever serve are told of', () => {
  const { warnings } = compileScenario(
    parseSource(changed('rate: 1/s}\n    workflow', 'rate: 100/s}\n    workflow'), 'test.yaml'),
  );
  expect(warnings.join('\n')).toMatch(/pool llm is offered more than it can do/);
});
