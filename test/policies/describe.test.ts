import { describe, expect, test } from 'vitest';
import { tokenBucket } from '../../src/policies/admission/token-bucket.js';
import { aimd } from '../../src/policies/concurrency/aimd.js';
import { describeParameters, parameterTable } from '../../src/policies/describe.js';
import { fifo } from '../../src/policies/ordering/fifo.js';
import { POLICIES } from '../../src/policies/registry.js';
import { fixedRetry } from '../../src/policies/retry/fixed.js';
import { stageWip } from '../../src/policies/wip/stage.js';

const described = (definition: Parameters<typeof describeParameters>[0], name: string) =>
  describeParameters(definition).find((parameter) => parameter.name === name);

test('parameters come in the order of the schema', () => {
  expect(describeParameters(tokenBucket).map(({ name }) => name)).toEqual([
    'rate',
    'burst',
    'mode',
    'per',
    'cost',
    'maxWait',
  ]);
});

test('units, choices, defaults and examples are read from the schema', () => {
  expect(described(tokenBucket, 'rate')).toMatchObject({
    type: 'rate, Hz',
    default: 'required',
    example: '5/s',
  });
  expect(described(tokenBucket, 'burst')).toMatchObject({ type: 'whole number', default: '1' });
  expect(described(tokenBucket, 'mode')).toMatchObject({ type: 'refuse or wait', default: 'refuse' });
  expect(described(tokenBucket, 'maxWait')).toMatchObject({ type: 'duration, s', default: 'none' });
  expect(described(aimd, 'timeout')).toMatchObject({ default: '5s' });
  expect(described(aimd, 'backoffRatio')).toMatchObject({ type: 'fraction', default: '0.9' });
  expect(described(stageWip, 'limits')).toMatchObject({ type: 'whole number by name', default: '{}' });
  expect(described(fixedRetry, 'on')).toMatchObject({
    type: 'list of error or rejected or timed-out',
    default: '[error]',
  });
});

test('parameters inside a group have dotted names', () => {
  expect(described(aimd, 'window')).toMatchObject({ type: 'group', default: 'none' });
  expect(described(aimd, 'window.threshold')).toMatchObject({ type: 'duration, s', default: '100us' });
});

test('a table has a row for each parameter, and is empty without parameters', () => {
  expect(parameterTable(fixedRetry).split('\n')).toHaveLength(2 + describeParameters(fixedRetry).length);
  expect(parameterTable(fifo)).toBe('');
});

describe('every parameter of the catalogue', () => {
  const all = POLICIES.flatMap((policy) =>
    describeParameters(policy).map(
      (parameter) => [`${policy.point}/${policy.name} ${parameter.name}`, parameter] as const,
    ),
  );

  test.each(all)('%s has a type and a sentence', (_, parameter) => {
    expect(parameter.description).toMatch(/\w.*\.$/);
    expect(parameter.type).not.toMatch(/undefined|\[object/);
  });
});
