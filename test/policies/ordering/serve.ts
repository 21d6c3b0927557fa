/** The order in which a keyed policy serves tasks that wait together: by key, ties by row, as the engine does. */
import type { OrderingPolicy } from '../../../src/policies/points.js';
import type { FakeTask } from '../fake-view.js';

export function serve(order: OrderingPolicy, tasks: readonly FakeTask[]): number[] {
  const keys = tasks.map((task, row) => order.key(row, task.queuedAtS ?? 0));
  return keys
    .map((_, row) => row)
    .sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b));
}
