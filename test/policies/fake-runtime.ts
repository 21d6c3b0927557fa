/** A runtime without an engine: a clock that the test turns, and a list of what the policy did. */
import type { UniformSource } from '../../src/kernel/random/stream.js';
import type { PolicyRuntime, TaskRandom } from '../../src/policies/runtime.js';

export interface FakeRuntime extends PolicyRuntime {
  /** Moves the clock on and calls back what is due, in order. */
  advanceTo(timeS: number): void;
  /** What was done so far: `letIn 3`, `wake`, `scale 0 2`, ... */
  readonly done: string[];
}

export interface FakeRuntimeOptions {
  readonly stage?: number;
  /** The number that every draw gives, by task; default a half. */
  readonly uniform?: (task: number, purpose: string) => number;
  /** Whether `degrade` and `preemptFor` succeed. */
  readonly succeeds?: boolean;
}

export function fakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const { stage = -1, uniform = () => 0.5, succeeds = true } = options;
  const timers = new Map<number, { readonly atS: number; readonly callback: () => void }>();
  const done: string[] = [];
  let nowS = 0;
  let last = 0;
  const due = (untilS: number) =>
    [...timers].filter(([, { atS }]) => atS <= untilS).sort(([i, a], [j, b]) => a.atS - b.atS || i - j)[0];
  return {
    stage,
    done,
    nowS: () => nowS,
    random: (purpose): TaskRandom => ({
      of: (task): UniformSource => ({ next: () => uniform(task, purpose) }),
    }),
    after: (inS, callback) => {
      timers.set(++last, { atS: nowS + inS, callback });
      return last;
    },
    cancel: (timer) => void timers.delete(timer),
    wake: () => void done.push('wake'),
    letIn: (task) => void done.push(`letIn ${task}`),
    turnAway: (task) => void done.push(`turnAway ${task}`),
    shed: (task) => void done.push(`shed ${task}`),
    degrade: (task) => {
      done.push(`degrade ${task}`);
      return succeeds;
    },
    preemptFor: (at) => {
      done.push(`preemptFor ${at}`);
      return succeeds;
    },
    scale: (pool, nodes) => void done.push(`scale ${pool} ${nodes}`),
    advanceTo: (timeS) => {
      for (let next = due(timeS); next !== undefined; next = due(timeS)) {
        const [timer, { atS, callback }] = next;
        timers.delete(timer);
        nowS = Math.max(nowS, atS);
        callback();
      }
      nowS = timeS;
    },
  };
}
