import { expect, test } from 'vitest';
import type { NodeGate } from '../../../src/model/node-table.js';
import { PlacementRequest } from '../../../src/model/placement-request.js';
import { leastLoaded } from '../../../src/policies/placement/least-loaded.js';
import { localityAware } from '../../../src/policies/placement/locality-aware.js';
import type { PlacementPolicy } from '../../../src/policies/points.js';
import { make } from '../make.js';
import { place, poolOf, tableOf } from './place.js';

interface Replica {
  /** Free places of 100. */
  readonly places: number;
  readonly freeTokens: number;
  readonly localTokens?: number;
  readonly admits?: boolean;
}

/** The replica that a request of 1,000 tokens goes to; -1: none. */
function replicaFor(policy: PlacementPolicy, replicas: readonly Replica[]): number {
  const table = tableOf(
    poolOf(replicas.length, 100),
    replicas.map(({ places }) => places),
  );
  const gate: NodeGate = {
    admits: (node) => replicas[node]!.admits !== false,
    freeTokens: (node) => replicas[node]!.freeTokens,
    localTokens: (_, node) => replicas[node]!.localTokens ?? 0,
    supposing: () => gate,
    suppose: () => {},
  };
  table.gate = gate;
  const into = new Int32Array(2 * replicas.length);
  const request = Object.assign(new PlacementRequest(), { task: 0, units: 1 });
  return policy.place(table, request, into) === 0 ? -1 : into[0]!;
}

const TASKS = { tasks: [{ stepPromptTokens: 1000 }] };

test('least loaded: most free memory, then most free places, then the lowest number', () => {
  const policy = make(leastLoaded);
  const of = (...list: readonly (readonly [number, number])[]) =>
    replicaFor(
      policy,
      list.map(([places, freeTokens]) => ({ places, freeTokens })),
    );
  expect(of([90, 100], [10, 200], [50, 150])).toBe(1);
  expect(of([10, 200], [30, 200], [20, 200])).toBe(1);
  expect(of([10, 200], [10, 200])).toBe(0);
  expect(of([0, 900], [10, 200])).toBe(1);
});

test('least loaded: where memory says no, the next; in other pools the node with most room', () => {
  const policy = make(leastLoaded);
  expect(
    replicaFor(policy, [
      { places: 90, freeTokens: 900, admits: false },
      { places: 10, freeTokens: 100 },
    ]),
  ).toBe(1);
  expect(replicaFor(policy, [{ places: 90, freeTokens: 900, admits: false }])).toBe(-1);
  expect(place(policy, 8, [3, 6, 5], 2)).toEqual([[1, 2]]);
});

test('locality-aware: the replica with most of the prompt, unless it has too little of it', () => {
  const policy = make(localityAware, {}, TASKS);
  const near = { places: 50, freeTokens: 100, localTokens: 600 };
  expect(replicaFor(policy, [{ places: 90, freeTokens: 900 }, near])).toBe(1);
  expect(
    replicaFor(policy, [
      { places: 90, freeTokens: 900 },
      { ...near, localTokens: 299 },
    ]),
  ).toBe(0);
  expect(replicaFor(policy, [near, { ...near, localTokens: 800 }])).toBe(1);
  expect(
    replicaFor(policy, [
      { places: 90, freeTokens: 900 },
      { ...near, admits: false },
    ]),
  ).toBe(0);
});

test('locality-aware: out of balance, the least loaded comes first whatever the others have', () => {
  const policy = make(localityAware, { balanceUnits: 30, balanceRatio: 2 }, TASKS);
  const near = { freeTokens: 100, localTokens: 900 };
  // 50 taken against 20: 30 apart is not more than 30.
  expect(
    replicaFor(policy, [
      { places: 80, freeTokens: 900 },
      { ...near, places: 50 },
    ]),
  ).toBe(1);
  expect(
    replicaFor(policy, [
      { places: 80, freeTokens: 900 },
      { ...near, places: 49 },
    ]),
  ).toBe(0);
  // 95 against 60: more than 30 apart, but not twice as many.
  expect(
    replicaFor(policy, [
      { places: 40, freeTokens: 900 },
      { ...near, places: 5 },
    ]),
  ).toBe(1);
});
