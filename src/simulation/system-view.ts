/** What policies see of a run. */
import { NO_STAGE, type WorkloadSpec } from '../model/system.js';
import { F, N } from '../model/task-table.js';
import type { SystemView } from '../policies/view.js';
import { serviceAheadS } from './draws.js';
import { remainingNowS, servedS } from './progress.js';
import type { RunState } from './run-state.js';
import { tracedDemand } from './traced-demand.js';

export function systemView(run: RunState): SystemView {
  return {
    tasks: run.tasks,
    stageNames: run.spec.stages.map((stage) => stage.name),
    workloadNames: run.spec.workloads.map((workload) => workload.name),
    tenantNames: run.spec.tenantNames,
    poolNames: run.spec.pools.map((pool) => pool.name),
    queueLength: (stage) => run.stages[stage]!.waiting,
    inProgress: (stage) => run.stages[stage]!.inProgress,
    forEachWaiting: (stage, visit) => run.stages[stage]!.forEachWaiting(visit),
    entryStage: (workload) => entryStage(run.spec.workloads[workload]!),
    stagesOf: (workload) => [
      ...new Set(
        run.spec.workloads[workload]!.steps.map(({ stage }) => stage).filter((stage) => stage !== NO_STAGE),
      ),
    ],
    poolOf: (stage) => {
      const { resource } = run.spec.stages[stage]!;
      return resource.kind === 'pool' ? resource.index : -1;
    },
    servers: (stage) => {
      const { pool, service } = run.stages[stage]!;
      return pool === null ? service!.concurrency : pool.pool.totalUnits;
    },
    poolUnits: (pool) => run.pools[pool]!.pool.totalUnits,
    poolUnitsTaken: (pool) => run.pools[pool]!.pool.totalUnits - run.pools[pool]!.pool.totalFree,
    poolSpeed: (pool) => run.pools[pool]!.speed,
    poolThroughputs: (pool) =>
      run.steps.flatMap((step) =>
        step.stage?.pool?.index === pool
          ? [
              run.spec.pools[pool]!.groups.map(
                ({ speed }, group) => speed * (step.throughput === null ? 1 : step.throughput[group]!),
              ),
            ]
          : [],
      ),
    throughput: (task, group) => {
      const { stage, throughput } = run.steps[run.tasks.n[task + N.step]!]!;
      return stage!.pool!.spec.groups[group]!.speed * (throughput === null ? 1 : throughput[group]!);
    },
    tracedDemand: (pool) => tracedDemand(run, pool),
    poolMemoryBytes: (pool) => run.pools[pool]!.memoryBytes,
    poolMemoryTakenBytes: (pool) => run.pools[pool]!.memoryTakenBytes,
    serviceAheadS: (task, inGpuTime) => serviceAheadS(run, task, inGpuTime),
    servedS: (task, nowS) => {
      const { pool } = run.stages[run.tasks.n[task + N.stage]!]!;
      return pool === null ? nowS - run.tasks.f[task + F.startedAtS]! : servedS(run, pool, task);
    },
    remainingNowS: (task) => remainingNowS(run, task),
  };
}

/** Stage of the first step that has one; -1 for a workflow of delays only. */
export function entryStage(workload: WorkloadSpec): number {
  return workload.steps.find((step) => step.stage >= 0)?.stage ?? -1;
}
