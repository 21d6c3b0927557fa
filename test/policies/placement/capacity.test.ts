/** What must hold for every placement policy, on random pools with shares, gangs, racks, groups, CPUs and memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DemandMix } from '../../../src/model/demand-mix.js';
import { WITHIN } from '../../../src/model/placement-request.js';
import { Pool } from '../../../src/model/pool.js';
import type { PoolSpec } from '../../../src/model/system.js';
import { ANY_GROUP, F, N, STRIDE, TaskTable } from '../../../src/model/task-table.js';
import type { PlacementPolicy } from '../../../src/policies/points.js';
import { policiesAt } from '../../../src/policies/registry.js';
import { PARAMETERS } from '../../simulation/policy-parameters.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';
import { poolOf } from './place.js';

const group = fc.record({
  nodes: fc.integer({ min: 1, max: 3 }),
  gpusPerNode: fc.integer({ min: 1, max: 4 }),
  cpus: fc.constantFrom(4, 8, Number.POSITIVE_INFINITY),
  hostMemoryBytes: fc.constantFrom(16, Number.POSITIVE_INFINITY),
});

const poolSpec = fc
  .record({
    groups: fc.array(group, { minLength: 1, maxLength: 3 }),
    slicesPerGpu: fc.constantFrom(1, 4),
    nodesPerRack: fc.constantFrom(2, Number.POSITIVE_INFINITY),
    interleaved: fc.boolean(),
  })
  .map(({ groups, interleaved, ...rest }): PoolSpec => {
    const inOrder = groups.flatMap(({ nodes }, index) => Array<number>(nodes).fill(index));
    return {
      ...poolOf(1, 1),
      groups: groups.map((one, index) => ({
        name: `g${index}`,
        speed: 1 + index,
        memoryBytesPerGpu: Number.POSITIVE_INFINITY,
        priceUsdPerGpuHour: 0,
        reserved: null,
        spot: null,
        ...one,
      })),
      order: interleaved ? Int32Array.from(inOrder.toReversed()) : null,
      spansNodes: true,
      ...rest,
    };
  });

const step = fc.record({
  gpus: fc.integer({ min: 0, max: 9 }),
  share: fc.integer({ min: 0, max: 3 }),
  cpus: fc.constantFrom(0, 1, 3),
  hostBytes: fc.constantFrom(0, 5),
  hardware: fc.constantFrom(ANY_GROUP, 1, 2),
  within: fc.constantFrom(...Object.values(WITHIN)),
  which: fc.nat(),
  isReturn: fc.boolean(),
  draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

const STEPS_MAX = 40;

interface Held {
  readonly task: number;
  readonly units: number;
  readonly cpus: number;
  readonly hostBytes: number;
  readonly parts: readonly number[];
}

describe.each(policiesAt('placement').map((policy) => [policy.name, policy] as const))(
  '%s',
  (name, definition) => {
    test('no GPU or slice is held twice, nor CPUs or memory that a node has not', () => {
      const parameters = PARAMETERS[`placement/${name}`] ?? fc.constant({});
      fc.assert(
        fc.property(poolSpec, parameters, fc.array(step, { maxLength: STEPS_MAX }), (spec, given, steps) => {
          const tasks = new TaskTable(1);
          const pool = new Pool(spec, 0, tasks);
          pool.table.mix = new DemandMix();
          let draw = 0;
          const policy = make(
            definition,
            given as Record<string, unknown>,
            {
              tasks: Array.from({ length: STEPS_MAX * STRIDE }, () => ({ stage: 0 })),
              throughput: (_, at) => spec.groups[at]!.speed,
              throughputs: [spec.groups.map(({ speed }) => speed), spec.groups.map(() => 1)],
            },
            fakeRuntime({ uniform: () => draw }),
          ) as PlacementPolicy;
          const groupOf = (node: number) => spec.groups[pool.table.group[node]!]!;
          let holders: Held[] = [];
          for (const { gpus, share, cpus, hostBytes, hardware, within, which, isReturn, ...rest } of steps) {
            draw = rest.draw;
            if (isReturn && holders.length > 0) {
              const [gone] = holders.splice(which % holders.length, 1);
              pool.giveBack(gone!.task, gone!.units);
            } else {
              const task = tasks.allocate();
              const isShare = spec.slicesPerGpu > 1 && gpus === 1 && share > 0;
              const units = isShare ? share : gpus * spec.slicesPerGpu;
              tasks.n[task + N.gpus] = units;
              tasks.n[task + N.groups] = hardware;
              tasks.n[task + N.within] = within;
              tasks.f[task + F.cpus] = cpus;
              tasks.f[task + F.hostBytes] = hostBytes;
              pool.table.mix.add(pool.requestOf(task));
              const would = pool.wouldFit(task, policy);
              expect(pool.take(task, policy)).toBe(would);
              if (!would) continue;
              const parts = [...pool.partsOf(task)!];
              holders.push({ task, units, cpus, hostBytes, parts });
              const nodes = parts.filter((_, i) => i % 3 === 0);
              expect(parts.filter((_, i) => i % 3 === 1).reduce((sum, part) => sum + part, 0)).toBe(units);
              if (hardware !== ANY_GROUP)
                for (const node of nodes) expect((hardware >> pool.table.group[node]!) & 1).toBe(1);
              if (within === WITHIN.node || isShare) expect(new Set(nodes).size).toBe(1);
              if (within === WITHIN.rack)
                expect(new Set(nodes.map((node) => pool.table.rackOf(node))).size).toBe(1);
            }
            expectWithinLimits(holders);
          }
          for (const { task, units } of holders) pool.giveBack(task, units);
          holders = [];
          expectWithinLimits(holders);

          /** Counted from what is held, by node and GPU, without asking the pool. */
          function expectWithinLimits(held: readonly Held[]): void {
            for (let node = 0; node < pool.nodes; node++) {
              const { gpusPerNode, cpus, hostMemoryBytes } = groupOf(node);
              const here = held.flatMap(({ parts }) =>
                parts.flatMap((at, i) =>
                  i % 3 === 0 && at === node ? [{ units: parts[i + 1]!, gpu: parts[i + 2]! }] : [],
                ),
              );
              const taken = here.reduce((sum, part) => sum + part.units, 0);
              expect(taken).toBeLessThanOrEqual(gpusPerNode * spec.slicesPerGpu);
              expect(pool.table.free[node]).toBe(gpusPerNode * spec.slicesPerGpu - taken);
              if (spec.slicesPerGpu > 1)
                for (let gpu = 0; gpu < gpusPerNode; gpu++)
                  expect(
                    here.reduce((sum, part) => sum + (part.gpu === gpu ? part.units : 0), 0),
                  ).toBeLessThanOrEqual(spec.slicesPerGpu);
              const first = held.filter(({ parts }) => parts[0] === node);
              expect(first.reduce((sum, one) => sum + one.cpus, 0)).toBeLessThanOrEqual(cpus);
              expect(first.reduce((sum, one) => sum + one.hostBytes, 0)).toBeLessThanOrEqual(hostMemoryBytes);
            }
          }
        }),
        { numRuns: 120 },
      );
    });
  },
);
