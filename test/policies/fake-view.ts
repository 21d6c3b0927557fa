/** A system view made of plain rows, so that a policy can be tested without an engine. */
import type { SystemView, TaskView } from '../../src/policies/view.js';

export type FakeTask = Partial<Record<keyof TaskView, number>>;

export interface FakeSystem {
  readonly tasks?: readonly FakeTask[];
  readonly stages?: readonly string[];
  readonly workloads?: readonly string[];
  readonly tenants?: readonly string[];
  /** Waiting tasks by stage. */
  readonly queued?: readonly number[];
  /** First stage by workload. */
  readonly entry?: readonly number[];
}

/** What a row leaves out is 0, or what a task without that feature has. */
export function fakeView(system: FakeSystem = {}): SystemView {
  const rows = system.tasks ?? [];
  const column = (name: keyof TaskView, missing: (row: number) => number) => (row: number) =>
    rows[row]![name] ?? missing(row);
  const tasks: TaskView = {
    serial: column('serial', (row) => row),
    workload: column('workload', () => 0),
    tenant: column('tenant', () => 0),
    user: column('user', () => 0),
    priority: column('priority', () => 0),
    valueUsd: column('valueUsd', () => 0),
    arrivalS: column('arrivalS', () => 0),
    deadlineS: column('deadlineS', () => Number.POSITIVE_INFINITY),
    queuedAtS: column('queuedAtS', () => 0),
    startedAtS: column('startedAtS', () => 0),
    stage: column('stage', () => 0),
    remainingWorkS: column('remainingWorkS', () => 1),
    gpus: column('gpus', () => 1),
    promptTokens: column('promptTokens', () => 0),
    outputTokens: column('outputTokens', () => 0),
    attempt: column('attempt', () => 1),
  };
  return {
    tasks,
    stageNames: system.stages ?? ['model'],
    workloadNames: system.workloads ?? ['chat'],
    tenantNames: system.tenants ?? ['acme'],
    queueLength: (stage) => system.queued?.[stage] ?? 0,
    inProgress: () => 0,
    entryStage: (workload) => system.entry?.[workload] ?? 0,
  };
}
