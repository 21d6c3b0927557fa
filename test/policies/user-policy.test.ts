import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { PolicyDefinition } from '../../src/policies/definition.js';
import {
  ADMIT,
  type AdmissionPolicy,
  type ConcurrencyLimit,
  HOLD,
  REFUSE,
} from '../../src/policies/points.js';
import { definitionMistake, isUserPolicy, userPolicy } from '../../src/policies/user-policy.js';
import { fakeRuntime } from './fake-runtime.js';
import { fakeView } from './fake-view.js';

const RIGHT: PolicyDefinition = {
  point: 'admission',
  name: 'mine',
  summary: 'Lets in.',
  source: 'Own work.',
  helps: 'Here.',
  hurts: 'There.',
  parameters: z.strictObject({ limit: z.number().default(1) }),
  create: () => ({ decide: () => ADMIT, retryAfterS: 0 }),
};

const ORIGIN = { file: './mine.ts', codeHash: '0', paths: ['/home/me/mine.ts'] };

function admission(policy: unknown, runtime = fakeRuntime()): AdmissionPolicy {
  const definition = userPolicy({ ...RIGHT, create: () => policy }, ORIGIN);
  return definition.create({}, fakeView({ tasks: [{}] }), runtime) as AdmissionPolicy;
}

describe('what is no definition is told by its field', () => {
  test('a right one has no mistake', () => {
    expect(definitionMistake(RIGHT)).toBeUndefined();
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /must return a definition, .* got nothing/],
    ['a promise', Promise.resolve(RIGHT), /must not be async/],
    ['a point that does not exist', { ...RIGHT, point: 'admision' }, /`point` must be one of rollout, admi/],
    ['no name', { ...RIGHT, name: undefined }, /`name` must be text in kebab case .* got nothing/],
    ['a name in camel case', { ...RIGHT, name: 'myPolicy' }, /`name` must be text in kebab case/],
    ['the name of a built-in policy', { ...RIGHT, name: 'token-bucket' }, /there is a built-in policy/],
    ['no source', { ...RIGHT, source: '' }, /`source` must be a sentence/],
    ['parameters that are no schema', { ...RIGHT, parameters: {} }, /`parameters` must be made by .* got an/],
    [
      'parameters that let unknown keys through',
      { ...RIGHT, parameters: z.object({}) },
      /`parameters` must be made by z\.strictObject.*refuses unknown keys/,
    ],
    [
      'a parameter with the name of a scenario’s own key',
      { ...RIGHT, parameters: z.strictObject({ at: z.string() }) },
      /the key `at`, which has a meaning of its own/,
    ],
    ['no create', { ...RIGHT, create: undefined }, /`create` must be a function, got nothing/],
    ['references that are a list', { ...RIGHT, references: [] }, /`references` must be a function, got a l/],
  ])('%s', (_, given, message) => {
    expect(definitionMistake(given)).toMatch(message);
  });

  test('the same name is free at another point', () => {
    expect(definitionMistake({ ...RIGHT, point: 'ordering', name: 'token-bucket' })).toBeUndefined();
  });
});

describe('a policy behind its guard', () => {
  test('is known as the user’s own, which those of the catalogue are not', () => {
    expect(isUserPolicy(userPolicy(RIGHT, ORIGIN))).toBe(true);
    expect(isUserPolicy(RIGHT)).toBe(false);
  });

  test('answers as it does without: classes, private fields and changing values too', () => {
    class Mine {
      #asked = 0;
      get retryAfterS(): number {
        return this.#asked * 10;
      }
      decide(task: number, nowS: number): number {
        this.#asked += 1;
        return task + nowS;
      }
    }
    const policy = admission(Object.freeze(new Mine()));
    expect(policy.retryAfterS).toBe(0);
    expect(policy.decide(3, 0.5)).toBe(3.5);
    expect(policy.decide(1, 1)).toBe(2);
    expect(policy.retryAfterS).toBe(20);
  });

  test.each([-3, -0.5, NaN, '5', undefined])('that admits with %s is stopped', (answer) => {
    const policy = admission({ decide: () => answer, retryAfterS: 0 });
    expect(() => policy.decide(0, 0)).toThrow(/decide\(\) must return ADMIT, REFUSE, HOLD or the seconds/);
  });

  test('may refuse, hold, and make a task wait for ever', () => {
    for (const answer of [ADMIT, REFUSE, HOLD, Number.POSITIVE_INFINITY])
      expect(admission({ decide: () => answer, retryAfterS: 0 }).decide(0, 0)).toBe(answer);
  });

  test('cannot ask a client to come back in the past', () => {
    expect(() => admission({ decide: () => REFUSE, retryAfterS: -1 })).toThrow(
      /`retryAfterS` must be seconds/,
    );
  });

  test('has finite figures only, and the one that is not is named', () => {
    const policy = admission({
      decide: () => ADMIT,
      retryAfterS: 0,
      measures: () => ({ a: 1, b: Infinity }),
    });
    expect(() => policy.measures!(0)).toThrow(/finite numbers by name, got an object with b: Infinity/);
  });

  test.each([
    ['no list', 5],
    ['no map in it', [null]],
    ['a kind that does not exist', [{ kind: 'zebra', name: 'a', path: [] }]],
    ['no path', [{ kind: 'stage', name: 'a' }]],
  ])('whose references have %s is told so', (_, references) => {
    const definition = userPolicy({ ...RIGHT, references: () => references as never }, ORIGIN);
    expect(() => definition.references!({})).toThrow(
      /references\(\) must return a list of \{kind, name, path\}/,
    );
  });

  test('that calls itself back without end at one instant is stopped', () => {
    const runtime = fakeRuntime();
    let callback = (): void => {};
    const after = (_: number, given: () => void): number => {
      callback = given;
      return 1;
    };
    const definition = userPolicy(
      {
        ...RIGHT,
        create: (_, __, own) => {
          own.after(0, () => {});
          return { decide: () => ADMIT, retryAfterS: 0 };
        },
      },
      ORIGIN,
    );
    definition.create({}, fakeView({ tasks: [{}] }), { ...runtime, after, nowS: () => 7 });
    const again = (): void => {
      for (let call = 0; call <= 1_000_000; call++) callback();
    };
    expect(again).toThrow(/a million call-backs of runtime\.after\(\) in a microsecond.*7 s into/);
  });

  test('has of the optional functions those that are written', () => {
    const policy = admission({ decide: () => ADMIT, retryAfterS: 0, forget: () => {} });
    expect('forget' in policy).toBe(true);
    expect('drop' in policy).toBe(false);
    expect('why' in policy).toBe(false);
  });

  test('that throws is named with its file, function, line and the time', () => {
    const error = new TypeError('no such task');
    error.stack =
      'TypeError: no such task\n    at helper (/elsewhere/lib.js:3:1)\n    at decide (/home/me/mine.ts:12:5)';
    const runtime = fakeRuntime();
    const policy = admission(
      {
        decide: () => {
          throw error;
        },
        retryAfterS: 0,
      },
      runtime,
    );
    runtime.advanceTo(12.5);
    expect(() => policy.decide(0, 12.5)).toThrow(
      './mine.ts: decide() threw TypeError: no such task (mine.ts, line 12), 12.5 s into the simulated time',
    );
  });

  test.each([
    ['nothing', undefined, 'got nothing'],
    ['not a number', Number.NaN, 'got NaN'],
    ['text', 'admit', 'got "admit"'],
    ['a promise', Promise.resolve(0), 'got a promise'],
  ])('that answers %s is stopped before the answer does harm', (_, answer, got) => {
    const policy = admission({ decide: () => answer, retryAfterS: 0 });
    expect(() => policy.decide(0, 0)).toThrow(
      `./mine.ts: decide() must return ADMIT, REFUSE, HOLD or the seconds to wait, as a number, ${got}`,
    );
  });

  test('that lacks what its point asks for is refused when it is made', () => {
    expect(() => admission({ retryAfterS: 0 })).toThrow('the policy needs a function `decide`, got nothing');
    expect(() => admission({ decide: () => 0 })).toThrow(
      '`retryAfterS` must be seconds of at least 0, got nothing',
    );
    expect(() => admission(undefined)).toThrow('create() must return a policy, got nothing');
  });

  test('whose value goes wrong later is stopped then', () => {
    const limiter = { limit: 4, onSample: () => {} };
    const definition = userPolicy({ ...RIGHT, point: 'concurrency', create: () => limiter }, ORIGIN);
    const policy = definition.create({}, fakeView(), fakeRuntime()) as ConcurrencyLimit;
    expect(policy.limit).toBe(4);
    limiter.limit = Number.NaN;
    expect(() => policy.limit).toThrow('`limit` must be a number, got NaN');
  });

  test('whose call-back throws, or that asks for a time that is none, is named too', () => {
    const runtime = fakeRuntime();
    const definition = userPolicy(
      {
        ...RIGHT,
        create: (parameters, _, given) => {
          given.after(Number(parameters.inS), () => {
            throw new Error('late');
          });
          return { decide: () => ADMIT, retryAfterS: 0 };
        },
      },
      ORIGIN,
    );
    definition.create({ inS: 5 }, fakeView(), runtime);
    expect(() => runtime.advanceTo(5)).toThrow(
      './mine.ts: the call-back of runtime.after() threw Error: late',
    );
    expect(() => definition.create({ inS: Number.NaN }, fakeView(), runtime)).toThrow(
      'runtime.after() needs seconds of at least 0, got NaN',
    );
  });

  test('keeps the name of the one that is to blame where one calls another', () => {
    const inner = admission({
      decide: () => {
        throw new Error('inner');
      },
      retryAfterS: 0,
    });
    const outer = userPolicy(
      { ...RIGHT, create: () => ({ decide: () => inner.decide(0, 0), retryAfterS: 0 }) },
      { ...ORIGIN, file: './outer.ts' },
    ).create({}, fakeView(), fakeRuntime()) as AdmissionPolicy;
    expect(() => outer.decide(0, 0)).toThrow(/^\.\/mine\.ts: decide\(\) threw Error: inner/);
  });
});
