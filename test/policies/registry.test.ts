import { describe, expect, test } from 'vitest';
import { POLICY_POINTS } from '../../src/policies/definition.js';
import { findPolicy, POLICIES, policiesAt } from '../../src/policies/registry.js';

test('every point has policies, each listed under its own point', () => {
  for (const point of POLICY_POINTS) {
    expect(policiesAt(point).length).toBeGreaterThan(0);
    expect(policiesAt(point).map((policy) => policy.point)).toEqual(policiesAt(point).map(() => point));
  }
  expect(POLICIES).toEqual(POLICY_POINTS.flatMap((point) => [...policiesAt(point)]));
});

test('the list runs through the points in the order in which they act', () => {
  expect([...new Set(POLICIES.map((policy) => policy.point))]).toEqual([...POLICY_POINTS]);
});

test('a policy is found by point and name; the same name may stand at two points', () => {
  expect(findPolicy('ordering', 'priority')?.point).toBe('ordering');
  expect(findPolicy('preemption', 'priority')?.point).toBe('preemption');
  expect(findPolicy('admission', 'priority')).toBeUndefined();
});

describe.each(POLICIES.map((policy) => [`${policy.point}/${policy.name}`, policy] as const))(
  '%s',
  (_, policy) => {
    test('has a unique kebab-case name and says what it is', () => {
      expect(policy.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(policiesAt(policy.point).filter(({ name }) => name === policy.name)).toHaveLength(1);
      for (const text of [policy.summary, policy.source, policy.helps, policy.hurts])
        expect(text).toMatch(/\w.*\.$/s);
    });

    test('refuses a parameter that it does not know', () => {
      expect(policy.parameters.safeParse({ nonsense: 1 }).success).toBe(false);
    });
  },
);
