/** A scenario whose tasks can take a cheaper path. */
import type { ScenarioObject } from './observe.js';

/**
 * 4 s at `a`, then 4 s at `b`, by another path 1 s at `c`; each has a GPU of its own. The deadline is at 3 s. `other`
 * may take the GPU of `a` or `b` before.
 */
export const twoPaths = (given: {
  policies: object;
  workflow?: object[];
  stages?: object;
  w?: object;
  other?: object[];
}): ScenarioObject => ({
  version: 1,
  name: 'two paths',
  pools: { pa: { mode: 'exclusive' }, pb: { mode: 'exclusive' }, pc: { mode: 'exclusive' } },
  stages: { a: { pool: 'pa' }, b: { pool: 'pb' }, c: { pool: 'pc' }, ...given.stages },
  workloads: {
    ...(given.other === undefined ? {} : { other: { priority: 1, workflow: given.other } }),
    w: {
      deadline: 3,
      value: 10,
      fallbackValue: 4,
      fallback: [{ stage: 'c', work: 1 }],
      workflow: given.workflow ?? [
        { stage: 'a', work: 4 },
        { stage: 'b', work: 4 },
      ],
      ...given.w,
    },
  },
  policies: given.policies,
});

/** Nobody may wait in the queue of `b`: whoever is next stays where it is. */
export const FULL_DOOR = { b: { pool: 'pb', queue: { capacity: 0, whenFull: 'block' } } };
