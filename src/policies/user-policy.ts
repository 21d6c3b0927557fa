/**
 * A policy from the user's own file, guarded: what is wrong with it is told with the file's name and the function's,
 * and never becomes a strange result or a stack trace of the simulator. The policies of the catalogue need no guard.
 */
import { z } from 'zod';
import { type NameReference, POLICY_POINTS, type PolicyDefinition } from './definition.js';
import { givenWords, isOfKind, kindWords, MEMBERS, type Member } from './members.js';
import { findPolicy } from './registry.js';
import type { PolicyRuntime } from './runtime.js';
import type { SystemView } from './view.js';

/** Where a user's policy comes from. */
export interface PolicyOrigin {
  /** As the scenario names it. */
  readonly file: string;
  /** A hash of the file's text and of what it imports from beside it. */
  readonly codeHash: string;
  /** Files that were loaded for it, as stack traces name them. */
  readonly paths: readonly string[];
}

export interface UserPolicyDefinition extends PolicyDefinition {
  readonly origin: PolicyOrigin;
}

export const isUserPolicy = (definition: PolicyDefinition): definition is UserPolicyDefinition =>
  'origin' in definition;

/** A mistake in the user's policy that only shows while it works. */
export class UserPolicyError extends Error {
  override readonly name = 'UserPolicyError';
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const TEXTS = ['summary', 'source', 'helps', 'hurts'] as const;
/** Keys of a scenario's entry that are not parameters. */
const RESERVED = ['policy', 'at'];
const REFERENCE_KINDS: readonly unknown[] = ['stage', 'workload', 'tenant', 'pool', 'variant'];

/** So many call-backs in so little simulated time: they would go on for ever. */
const STILL_CALLS_MAX = 1_000_000;
const STILL_S = 1e-6;

/** Why the value is no definition of a policy, to follow the file's name; undefined where it is one. */
export function definitionMistake(given: unknown): string | undefined {
  if (given instanceof Promise) return 'returns a promise; the function must not be async';
  if (typeof given !== 'object' || given === null)
    return `must return a definition, the result of definePolicy({...}), got ${givenWords(given)}`;
  const definition = given as Readonly<Record<keyof PolicyDefinition, unknown>>;
  const { point, name, parameters } = definition;
  const known = POLICY_POINTS.find((one) => one === point);
  if (known === undefined)
    return `\`point\` must be one of ${POLICY_POINTS.join(', ')}, got ${givenWords(point)}`;
  if (typeof name !== 'string' || !NAME.test(name))
    return `\`name\` must be text in kebab case such as "my-policy", got ${givenWords(name)}`;
  if (findPolicy(known, name) !== undefined)
    return `\`name\`: there is a built-in policy ${known}/${name}; choose another name`;
  for (const key of TEXTS)
    if (typeof definition[key] !== 'string' || definition[key] === '')
      return `\`${key}\` must be a sentence, got ${givenWords(definition[key])}`;
  if (!(parameters instanceof z.ZodObject) || !(parameters.def.catchall instanceof z.ZodNever))
    return `\`parameters\` must be made by z.strictObject({...})${parameters instanceof z.ZodObject ? ', which refuses unknown keys' : `, got ${givenWords(parameters)}`}`;
  const reserved = RESERVED.find((key) => key in parameters.shape);
  if (reserved !== undefined)
    return `\`parameters\` has the key \`${reserved}\`, which has a meaning of its own in a scenario`;
  if (typeof definition.create !== 'function')
    return `\`create\` must be a function, got ${givenWords(definition.create)}`;
  if (definition.references !== undefined && typeof definition.references !== 'function')
    return `\`references\` must be a function, got ${givenWords(definition.references)}`;
  return undefined;
}

function isReference(given: unknown): boolean {
  const { kind, name, path } = (given ?? {}) as Readonly<Record<keyof NameReference, unknown>>;
  return REFERENCE_KINDS.includes(kind) && typeof name === 'string' && Array.isArray(path);
}

/** The definition with a guard around everything that the engine calls. */
export function userPolicy(definition: PolicyDefinition, origin: PolicyOrigin): UserPolicyDefinition {
  const guard = new Guard(origin);
  return {
    ...definition,
    origin,
    ...(definition.references === undefined
      ? {}
      : {
          references: (parameters: Record<string, unknown>): readonly NameReference[] => {
            const names = guard.call('references', () => definition.references!(parameters));
            if (!Array.isArray(names) || !names.every(isReference))
              throw guard.mistake(
                `references() must return a list of {kind, name, path}, where kind is one of ${REFERENCE_KINDS.join(', ')}`,
              );
            return names as readonly NameReference[];
          },
        }),
    create: (parameters: Record<string, unknown>, view: SystemView, runtime: PolicyRuntime): unknown => {
      guard.clock = () => runtime.nowS();
      const policy = guard.call('create', () =>
        definition.create(parameters, view, guardedRuntime(runtime, guard)),
      );
      return guardedPolicy(policy, MEMBERS[definition.point], guard);
    },
  };
}

/** Runs the user's code and tells what goes wrong in it. */
class Guard {
  /** The simulated time, once there is a run. */
  clock: (() => number) | null = null;

  constructor(private readonly origin: PolicyOrigin) {}

  call<Result>(name: string, code: () => Result): Result {
    try {
      return code();
    } catch (error) {
      throw this.thrown(name, error);
    }
  }

  /** An error of another user's policy, called on the way, stays that one's. */
  thrown(name: string, error: unknown): UserPolicyError {
    if (error instanceof UserPolicyError) return error;
    const what = error instanceof Error ? `${error.name}: ${error.message}` : givenWords(error);
    const line = lineOf(error, this.origin.paths);
    return this.mistake(`${name}() threw ${what}${line === undefined ? '' : ` (${line})`}`, error);
  }

  mistake(message: string, cause?: unknown): UserPolicyError {
    const at =
      this.clock === null ? '' : `, ${Number(this.clock().toPrecision(12))} s into the simulated time`;
    return new UserPolicyError(`${this.origin.file}: ${message}${at}`, { cause });
  }
}

/** `fair-queue.ts, line 12`: the innermost line of the user's own files. */
export function lineOf(error: unknown, paths: readonly string[]): string | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const frame of (error.stack ?? '').split('\n').slice(1))
    for (const path of paths) {
      const at = frame.indexOf(`${path}:`);
      const line = at < 0 ? null : /^\d+/.exec(frame.slice(at + path.length + 1));
      if (line !== null) return `${path.split(/[\\/]/).at(-1)}, line ${line[0]}`;
    }
  return undefined;
}

type Code = (this: unknown, ...given: unknown[]) => unknown;

/**
 * The same policy behind checked members. It is not changed itself and stays the `this` of its functions, so that
 * classes, with private fields too, work as they are written. Five parameters are the most that any function has.
 */
function guardedPolicy(policy: unknown, members: Readonly<Record<string, Member>>, guard: Guard): unknown {
  if (typeof policy !== 'object' || policy === null)
    throw guard.mistake(`create() must return a policy, got ${givenWords(policy)}`);
  const own = policy as Readonly<Record<string, unknown>>;
  const guarded: Record<string, unknown> = {};
  for (const [name, { isFunction, required, kind }] of Object.entries(members)) {
    const given = guard.call(name, () => own[name]);
    if (given === undefined && !required) continue;
    if (!isFunction) {
      const get = (): unknown => {
        const now = guard.call(name, () => own[name]);
        if (!isOfKind(now, kind))
          throw guard.mistake(`\`${name}\` must be ${kindWords(kind)}, got ${givenWords(now)}`);
        return now;
      };
      get();
      Object.defineProperty(guarded, name, { get, enumerable: true });
      continue;
    }
    if (typeof given !== 'function')
      throw guard.mistake(`the policy needs a function \`${name}\`, got ${givenWords(given)}`);
    const code = given as Code;
    guarded[name] = (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): unknown => {
      let answer: unknown;
      try {
        answer = code.call(policy, a, b, c, d, e);
      } catch (error) {
        throw guard.thrown(name, error);
      }
      if (!isOfKind(answer, kind))
        throw guard.mistake(`${name}() must return ${kindWords(kind)}, got ${givenWords(answer)}`);
      return answer;
    };
  }
  return guarded;
}

/** Call-backs are the user's code too, and times go into the clock. */
function guardedRuntime(runtime: PolicyRuntime, guard: Guard): PolicyRuntime {
  let sinceS = 0;
  let calls = 0;
  const countCall = (): void => {
    const nowS = runtime.nowS();
    if (nowS - sinceS > STILL_S) {
      sinceS = nowS;
      calls = 0;
    }
    if (++calls > STILL_CALLS_MAX)
      throw guard.mistake(
        `a million call-backs of runtime.after() in a microsecond of simulated time; the seconds it is given are too short`,
      );
  };
  return {
    stage: runtime.stage,
    nowS: () => runtime.nowS(),
    random: (purpose) => runtime.random(purpose),
    after: (inS, callback) => {
      if (!(inS >= 0))
        throw guard.mistake(`runtime.after() needs seconds of at least 0, got ${givenWords(inS)}`);
      return runtime.after(inS, () => {
        countCall();
        guard.call('the call-back of runtime.after', callback);
      });
    },
    cancel: (timer) => runtime.cancel(timer),
    wake: () => runtime.wake(),
    letIn: (task) => runtime.letIn(task),
    turnAway: (task) => runtime.turnAway(task),
    shed: (task) => runtime.shed(task),
    degrade: (task) => runtime.degrade(task),
    preemptFor: (stage) => runtime.preemptFor(stage),
    scale: (pool, nodes) => runtime.scale(pool, nodes),
  };
}
