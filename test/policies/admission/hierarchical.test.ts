import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hierarchical } from '../../../src/policies/admission/hierarchical.js';
import { TokenBucket } from '../../../src/policies/admission/token-bucket.js';
import { ADMIT, REFUSE } from '../../../src/policies/points.js';
import { make } from '../make.js';

test('a refusal at one level costs nothing at the others', () => {
  const policy = make(
    hierarchical,
    {
      levels: [
        { per: 'global', rate: '1/s', burst: 2 },
        { per: 'tenant', rate: '1/s', burst: 1 },
      ],
    },
    { tasks: [{ tenant: 0 }, { tenant: 1 }], tenants: ['acme', 'zeta'] },
  );
  // The second of tenant 0 is refused by its own level; the common token it did not take is there for tenant 1.
  expect([policy.decide(0, 0), policy.decide(0, 0), policy.decide(1, 0), policy.decide(1, 0)]).toEqual([
    ADMIT,
    REFUSE,
    ADMIT,
    REFUSE,
  ]);
});

test('the Retry-After is the longest shortfall of all levels', () => {
  const policy = make(
    hierarchical,
    {
      levels: [
        { per: 'workload', rate: '4/s' },
        { per: 'global', rate: '0.5/s' },
        { per: 'user', rate: '1/s' },
      ],
    },
    { tasks: [{}] },
  );
  policy.decide(0, 0);
  expect(policy.decide(0, 0)).toBe(REFUSE);
  expect(policy.retryAfterS).toBe(2);
  expect(policy.why?.(0, 0)).toEqual({ reason: 'short-at-global', numbers: { level: 2, shortfallS: 2 } });
  expect(policy.decide(0, 2)).toBe(ADMIT);
  expect(policy.why?.(0, 2)).toEqual({ reason: 'all-levels-have-tokens' });
});

test('two levels of one kind: three at once, but not more than four in any ten seconds', () => {
  const policy = make(
    hierarchical,
    {
      levels: [
        { per: 'tenant', rate: '1/s', burst: 3 },
        { per: 'tenant', rate: '1/min', burst: 4 },
      ],
    },
    { tasks: [{}] },
  );
  const answers = [0, 0, 0, 0, 1, 2, 3].map((nowS) => policy.decide(0, nowS));
  expect(answers).toEqual([ADMIT, ADMIT, ADMIT, REFUSE, ADMIT, REFUSE, REFUSE]);
});

test('pool: tasks of all workloads that begin at one pool share a bucket; those of a service have none', () => {
  const policy = make(
    hierarchical,
    { levels: [{ per: 'pool', rate: '1/s', burst: 1, overrides: { big: { burst: 2 } } }] },
    {
      tasks: [{ workload: 0 }, { workload: 1 }, { workload: 2 }, { workload: 3 }],
      workloads: ['a', 'b', 'c', 'd'],
      entry: [0, 1, 2, 3],
      stages: ['s0', 's1', 's2', 'web'],
      poolOf: [0, 0, 1, -1],
      pools: [
        { name: 'small', units: 1 },
        { name: 'big', units: 8 },
      ],
    },
  );
  expect([0, 1, 2, 2, 2, 3, 3].map((task) => policy.decide(task, 0))).toEqual([
    ADMIT,
    REFUSE,
    ADMIT,
    ADMIT,
    REFUSE,
    ADMIT,
    ADMIT,
  ]);
});

test('an override by name changes that one only, and only in what it says', () => {
  const policy = make(
    hierarchical,
    { levels: [{ per: 'tenant', rate: '1/s', burst: 1, overrides: { zeta: { rate: '2/s' } } }] },
    { tasks: [{ tenant: 0 }, { tenant: 1 }], tenants: ['acme', 'zeta'] },
  );
  const retryAfterS = [0, 1].map((task) => {
    expect(policy.decide(task, 0)).toBe(ADMIT);
    expect(policy.decide(task, 0)).toBe(REFUSE);
    return policy.retryAfterS;
  });
  expect(retryAfterS).toEqual([1, 0.5]);
});

test('a level may count tokens while another counts requests; over a burst is never', () => {
  const policy = make(
    hierarchical,
    {
      levels: [
        { per: 'user', rate: '10/min', burst: 10 },
        { per: 'tenant', rate: '100/s', burst: 1000, cost: 'tokens' },
      ],
      mode: 'wait',
    },
    { tasks: [{ promptTokens: 800 }, { promptTokens: 1001 }] },
  );
  expect(policy.decide(0, 0)).toBe(ADMIT);
  expect(policy.decide(0, 0)).toBe(6);
  expect(policy.decide(1, 100)).toBe(REFUSE);
  expect(policy.retryAfterS).toBe(0);
  expect(policy.why?.(1, 100).reason).toBe('over-tenant-burst');
});

test('wait: tokens are reserved at all levels, up to the longest wait', () => {
  const policy = make(
    hierarchical,
    {
      levels: [
        { per: 'user', rate: '4/s' },
        { per: 'global', rate: '2/s' },
      ],
      mode: 'wait',
      maxWait: '1s',
    },
    { tasks: [{}] },
  );
  expect([0, 0, 0, 0].map((nowS) => policy.decide(0, nowS))).toEqual([ADMIT, 0.5, 1, REFUSE]);
  expect(policy.retryAfterS).toBe(0.5);
});

test('whatever comes: admitted exactly where a bucket at each level, charged with what was admitted, has a token', () => {
  const sequence = fc.array(
    fc.record({
      gapS: fc.integer({ min: 0, max: 8 }).map((n) => n / 4),
      task: fc.nat(3),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const tasks = [
    { tenant: 0, user: 0 },
    { tenant: 0, user: 1 },
    { tenant: 1, user: 2 },
    { tenant: 1, user: 2 },
  ];
  fc.assert(
    fc.property(sequence, (requests) => {
      const policy = make(
        hierarchical,
        {
          levels: [
            { per: 'user', rate: 0.5, burst: 2 },
            { per: 'tenant', rate: 1, burst: 3 },
            { per: 'global', rate: 2, burst: 4 },
          ],
        },
        { tasks, tenants: ['a', 'b'] },
      );
      const users = [0, 1, 2].map(() => new TokenBucket(0.5, 2));
      const tenants = [0, 1].map(() => new TokenBucket(1, 3));
      const all = new TokenBucket(2, 4);
      let nowS = 0;
      for (const { gapS, task } of requests) {
        nowS += gapS;
        const { tenant, user } = tasks[task]!;
        const buckets = [users[user]!, tenants[tenant]!, all];
        const may = buckets.every((bucket) => bucket.peek(nowS, 1) === 0);
        expect(policy.decide(task, nowS)).toBe(may ? ADMIT : REFUSE);
        if (may) for (const bucket of buckets) expect(bucket.allow(nowS, 1)).toBe(true);
      }
    }),
  );
});

describe('parameters', () => {
  const errorOf = (parameters: object) =>
    hierarchical.parameters.safeParse(parameters).error?.issues.map(({ message }) => message);

  test('at least one level is needed, and users have no names to override', () => {
    expect(errorOf({ levels: [] })).toEqual(['expected at least one level']);
    expect(errorOf({ levels: [{ per: 'user', rate: 1, overrides: { ann: { rate: 2 } } }] })).toEqual([
      '`overrides` are by name, which only workloads, tenants and pools have',
    ]);
    expect(errorOf({ levels: [{ per: 'global', rate: 1 }], maxWait: '1s' })).toEqual([
      '`maxWait` needs mode wait: in mode refuse nothing waits',
    ]);
  });

  test('the names in overrides are looked for where the level says', () => {
    const parameters = hierarchical.parameters.parse({
      levels: [
        { per: 'global', rate: 1 },
        { per: 'pool', rate: 1, overrides: { gpu: { burst: 9 } } },
      ],
    });
    expect(hierarchical.references?.(parameters)).toEqual([
      { kind: 'pool', name: 'gpu', path: ['levels', 1, 'overrides', 'gpu'] },
    ]);
  });
});
