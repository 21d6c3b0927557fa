/**
 * What a policy of each point has to bring, as data: a policy from somebody's own file has met no compiler, so what
 * it is and what it answers is checked against this.
 */
import type { PolicyPoint } from './definition.js';
import { GIVE_UP, HOLD, PASS, type PolicyBase, REFUSE } from './points.js';
import type { PolicyOf } from './registry.js';

/** What a value, or what a function returns, has to be. */
export type Kind =
  | 'number'
  | 'seconds'
  | 'admission'
  | 'retry'
  | 'boolean'
  | 'list'
  | 'figures'
  | 'why'
  | 'anything'
  | readonly string[];

export interface Member {
  readonly isFunction: boolean;
  readonly required: boolean;
  readonly kind: Kind;
}

const value = (kind: Kind): Member => ({ isFunction: false, required: true, kind });
const asked = (kind: Kind): Member => ({ isFunction: true, required: true, kind });
const told: Member = { isFunction: true, required: true, kind: 'anything' };
const optional = (member: Member): Member => ({ ...member, required: false });

type Members<Policy> = { readonly [Name in keyof Required<Policy>]: Member };

const BASE: Members<PolicyBase> = {
  onStart: optional(told),
  onStop: optional(told),
  onServiceEnd: optional(told),
  onAttemptEnd: optional(told),
  measures: optional(asked('figures')),
  beginMeasuring: optional(told),
  why: optional(asked('why')),
};

export const MEMBERS: { readonly [Point in PolicyPoint]: Members<PolicyOf[Point]> } = {
  rollout: { ...BASE, isCanary: asked('boolean') },
  admission: {
    ...BASE,
    decide: asked('admission'),
    retryAfterS: value('seconds'),
    gates: optional(value('list')),
    drop: optional(asked('boolean')),
    forget: optional(told),
  },
  wip: {
    ...BASE,
    holds: value(['stage', 'task']),
    lanes: value('number'),
    mayStart: asked('boolean'),
    started: told,
    stopped: told,
  },
  concurrency: { ...BASE, limit: value('number'), onSample: told },
  ordering: {
    ...BASE,
    structure: value(['fifo', 'lifo', 'either-end', 'key', 'scan']),
    key: asked('number'),
    rekeys: optional(value('boolean')),
    newestFirst: optional(asked('boolean')),
    lanes: optional(value('number')),
    choose: optional(asked('number')),
  },
  placement: { ...BASE, place: asked('number') },
  backfill: {
    ...BASE,
    reserves: value(['none', 'head', 'all']),
    depth: value('number'),
    estimateS: asked('seconds'),
  },
  preemption: {
    ...BASE,
    mayPreempt: asked('boolean'),
    compareVictims: asked('number'),
    rank: optional(asked('number')),
    preempted: optional(told),
    mode: value(['resume', 'restart', 'restart-task', 'abort']),
    checkpointIntervalS: value('seconds'),
    checkpointCostS: value('number'),
    saveS: asked('number'),
    resumeS: asked('seconds'),
  },
  backpressure: {
    ...BASE,
    signal: asked('boolean'),
    changed: optional(told),
    refuseEntry: value('boolean'),
    hops: value('number'),
    hopDelayS: value('seconds'),
    credits: value('number'),
    creditReturnS: value('seconds'),
  },
  retry: {
    ...BASE,
    decide: asked('retry'),
    granted: optional(told),
    parks: optional(value('boolean')),
    hedgeAfterS: optional(asked('seconds')),
  },
  deadlines: {
    ...BASE,
    actAtS: asked('number'),
    action: value(['drop', 'fallback', 'escalate']),
    escalated: optional(asked('number')),
  },
  scaling: { ...BASE, intervalS: value('seconds'), wanted: asked('number') },
};

/** Whether the value is of the kind. NaN is no number: it would end up in the clock or in a queue's order. */
export function isOfKind(given: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'anything':
      return true;
    case 'number':
      return typeof given === 'number' && !Number.isNaN(given);
    case 'seconds':
      return typeof given === 'number' && given >= 0;
    case 'admission':
      return given === REFUSE || given === HOLD || isOfKind(given, 'seconds');
    case 'retry':
      return given === PASS || given === GIVE_UP || isOfKind(given, 'seconds');
    case 'boolean':
      return typeof given === 'boolean';
    case 'list':
      return Array.isArray(given);
    case 'figures':
      return isRecord(given) && Object.values(given).every(Number.isFinite);
    case 'why':
      return isRecord(given) && typeof given.reason === 'string' && areNumbers(given.numbers ?? {});
    default:
      return kind.some((word) => word === given);
  }
}

/** In a reason a number may be infinite: the record leaves it out. */
const areNumbers = (given: unknown): boolean =>
  isRecord(given) && Object.values(given).every((number) => isOfKind(number, 'number'));

const isRecord = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

const KIND_WORDS: Readonly<Record<Exclude<Kind, readonly string[]>, string>> = {
  number: 'a number',
  seconds: 'seconds of at least 0',
  admission: 'ADMIT, REFUSE, HOLD or the seconds to wait, as a number',
  retry: 'PASS, GIVE_UP or the seconds to wait, as a number',
  boolean: 'true or false',
  list: 'a list',
  figures: 'an object of finite numbers by name',
  why: 'an object with a reason (text) and numbers by name',
  anything: 'anything',
};

/** To follow "must be" or "must return". */
export const kindWords = (kind: Kind): string =>
  typeof kind === 'string' ? KIND_WORDS[kind] : kind.map((word) => `"${word}"`).join(' or ');

/** To follow "got". */
export function givenWords(given: unknown): string {
  if (given === undefined || given === null) return 'nothing';
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 60));
  if (typeof given === 'function') return 'a function';
  if (Array.isArray(given)) return 'a list';
  if (given instanceof Promise) return 'a promise';
  if (typeof given !== 'object') return String(given);
  const odd = Object.entries(given).find(([, value]) => typeof value === 'number' && !Number.isFinite(value));
  return odd === undefined ? 'an object' : `an object with ${odd[0]}: ${String(odd[1])}`;
}
