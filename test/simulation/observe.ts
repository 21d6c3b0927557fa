/** Runs a scenario given as plain data and keeps every change of state that the engine tells of. */
import { STATE_NAMES } from '../../src/model/life-cycle.js';
import { F } from '../../src/model/task-table.js';
import type { TraceTable } from '../../src/model/trace-table.js';
import type { PolicyChoice } from '../../src/policies/policy-set.js';
import { compileObject } from '../../src/scenario/compile.js';
import type { Decision } from '../../src/simulation/decisions.js';
import { type Run, type RunResult, startRun } from '../../src/simulation/simulate.js';
import { withOwn } from './own.js';

export interface Change {
  /** Workload and number, for example `chat/0`. */
  readonly task: string;
  readonly from: string;
  readonly to: string;
  readonly atS: number;
  /** Index of the stage where the task is, -1 for none. */
  readonly stage: number;
  readonly arrivalS: number;
  /** Of the present step. */
  readonly workS: number;
  readonly attempt: number;
}

/** One task of a replayed trace. */
export interface Row {
  readonly at: number;
  readonly work?: number;
  readonly gpus?: number;
  readonly priority?: number;
  readonly tenant?: string;
  readonly prompt?: number;
  readonly output?: number;
}

export interface Observed extends RunResult {
  readonly changes: readonly Change[];
  /** Empty unless they were asked for. */
  readonly decisions: readonly Decision[];
  readonly run: Run;
  readonly endS: number;
}

interface Options {
  /** By workload: tasks at exact times, instead of an `arrival`. */
  readonly rows?: Readonly<Record<string, readonly Row[]>>;
  readonly seed?: string;
  readonly warmupS?: number;
  readonly variant?: string;
  readonly onChange?: (change: Change, run: Run) => void;
  /** Policies beside those of the scenario, before them in their chains. */
  readonly own?: readonly PolicyChoice[];
  /** Whether decisions are recorded. */
  readonly record?: boolean;
  /** Looks at the run between two events. */
  readonly between?: (run: Run) => void;
}

export interface ScenarioObject {
  readonly [key: string]: unknown;
  readonly workloads: Readonly<Record<string, object>>;
}

/** More of either is a run that does not end. */
const CHANGES_MAX = 200_000;
const EVENTS_MAX = 200_000;

export function observe(scenario: ScenarioObject, options: Options = {}): Observed {
  const { rows = {} } = options;
  const workloads = Object.fromEntries(
    Object.entries(scenario.workloads).map(([name, workload]) => [
      name,
      name in rows ? { arrival: arrivalOf(rows[name]!), ...workload } : workload,
    ]),
  );
  const traces = new Map(Object.entries(rows).map(([name, list]) => [name, { table: tableOf(list) }]));
  const variant = options.variant === undefined ? {} : { variant: options.variant };
  const { system, policies, seed } = compileObject({ ...scenario, workloads }, { traces, ...variant });
  const changes: Change[] = [];
  const decisions: Decision[] = [];
  const listener = (task: number, from: number, to: number, nowS: number): void => {
    const { tasks } = run.state;
    const change = {
      task: `${system.workloads[tasks.workload(task)]!.name}/${tasks.serial(task)}`,
      from: STATE_NAMES[from]!,
      to: STATE_NAMES[to]!,
      atS: nowS,
      stage: tasks.stage(task),
      arrivalS: tasks.arrivalS(task),
      workS: tasks.f[task + F.stepWorkS]!,
      attempt: tasks.attempt(task),
    };
    changes.push(change);
    options.onChange?.(change, run);
    if (changes.length > CHANGES_MAX) throw new Error(`no end: ${changes.length} changes by ${nowS} s`);
  };
  const run: Run = startRun(system, withOwn(policies, options.own ?? []), options.seed ?? seed, {
    warmupS: options.warmupS ?? 0,
    listener,
    ...(options.record === true ? { record: (decision: Decision) => void decisions.push(decision) } : {}),
  });
  for (let events = 0; !run.advance(1); events++) {
    options.between?.(run);
    if (events > EVENTS_MAX) throw new Error(`no end: ${events} events by ${run.state.nowS} s`);
  }
  return { ...run.result(), changes, decisions, run, endS: run.state.nowS };
}

function arrivalOf(rows: readonly Row[]): object {
  const { work, gpus, priority, tenant, prompt, output } = rows[0]!;
  const columns = {
    arrival: 'at',
    ...(work === undefined ? {} : { work: 'work' }),
    ...(gpus === undefined ? {} : { gpus: 'gpus' }),
    ...(priority === undefined ? {} : { priority: 'priority' }),
    ...(tenant === undefined ? {} : { tenant: 'tenant' }),
    ...(prompt === undefined ? {} : { promptTokens: 'prompt' }),
    ...(output === undefined ? {} : { outputTokens: 'output' }),
  };
  return { trace: { file: 'rows.csv', columns } };
}

function tableOf(rows: readonly Row[]): TraceTable {
  const first = rows[0]!;
  const tenantNames = [...new Set(rows.flatMap(({ tenant }) => tenant ?? []))];
  return {
    rows: rows.length,
    arrivalS: Float64Array.from(rows, ({ at }) => at),
    ...(first.work === undefined ? {} : { workS: Float64Array.from(rows, ({ work }) => work!) }),
    ...(first.gpus === undefined ? {} : { gpus: Int32Array.from(rows, ({ gpus }) => gpus!) }),
    ...(first.priority === undefined
      ? {}
      : { priority: Float64Array.from(rows, ({ priority }) => priority!) }),
    ...(first.tenant === undefined
      ? {}
      : { tenant: Int32Array.from(rows, ({ tenant }) => tenantNames.indexOf(tenant!)) }),
    ...(first.prompt === undefined ? {} : { promptTokens: Float64Array.from(rows, ({ prompt }) => prompt!) }),
    ...(first.output === undefined ? {} : { outputTokens: Float64Array.from(rows, ({ output }) => output!) }),
    tenantNames,
  };
}

/** All that happened to one task, in order, as `state@seconds`. */
export function story({ changes }: Observed, task: string): string[] {
  return changes
    .filter((change) => change.task === task)
    .map(({ to, atS }) => `${to}@${Number(atS.toFixed(9))}`);
}

/** When tasks came to a state, in order, as `task@seconds`. */
export function times({ changes }: Observed, to: string): string[] {
  return changes
    .filter((change) => change.to === to)
    .map(({ task, atS }) => `${task}@${Number(atS.toFixed(9))}`);
}

/** A scenario with one stage `s` on a pool `p` of one GPU, and what else is given. */
export const oneStage = <Given extends ScenarioObject>(given: Given) => ({
  version: 1,
  name: 'one stage',
  pools: { p: {} },
  stages: { s: { pool: 'p' } },
  ...given,
});

/** The same with two stages `a` and `b`, each with a pool of one GPU of its own. */
export const twoStages = <Given extends ScenarioObject>(given: Given) => ({
  version: 1,
  name: 'two stages',
  pools: { pa: {}, pb: {} },
  stages: { a: { pool: 'pa' }, b: { pool: 'pb' } },
  ...given,
});
