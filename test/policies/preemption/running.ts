/** Tasks that run on a pool while the test turns the clock: the view takes off what their present stretch has done. */
import type { z } from 'zod';
import type { PolicyDefinition } from '../../../src/policies/definition.js';
import type { SystemView } from '../../../src/policies/view.js';
import { type FakeRuntime, fakeRuntime } from '../fake-runtime.js';
import { type FakeSystem, type FakeTask, fakeView } from '../fake-view.js';

/** A task with `isRunning: 1` works since `startedAtS`. */
export type RunningTask = FakeTask & { isRunning?: number };

export interface RunningSystem extends FakeSystem {
  readonly tasks: readonly RunningTask[];
  /** Work done in a second by a running task. */
  readonly speed?: number;
}

export function makeRunning<Schema extends z.ZodObject, Policy>(
  definition: PolicyDefinition<Schema, Policy>,
  parameters: Readonly<Record<string, unknown>>,
  system: RunningSystem,
): { policy: Policy; runtime: FakeRuntime } {
  const runtime = fakeRuntime();
  const plain = fakeView(system);
  const view: SystemView = {
    ...plain,
    poolSpeed: () => system.speed ?? 1,
    remainingNowS: (task) => {
      const remainingS = plain.tasks.remainingWorkS(task);
      if (system.tasks[task]!.isRunning !== 1) return remainingS;
      return Math.max(0, remainingS - (runtime.nowS() - plain.tasks.startedAtS(task)) * (system.speed ?? 1));
    },
  };
  return { policy: definition.create(definition.parameters.parse(parameters), view, runtime), runtime };
}
