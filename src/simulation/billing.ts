/** The bills of a finished run: what each pool cost, and what of it, and of penalties, falls to each cell. */

import {
  type Account,
  type CostMeasures,
  costMeasures,
  type GpuHours,
  type PoolCost,
  poolCost,
  sharesOf,
} from '../metrics/cost.js';
import { F, FLAG_COPY, N } from '../model/task-table.js';
import { COUNT } from './recorder.js';
import type { RunState } from './run-state.js';

export interface RunBill {
  readonly pools: readonly PoolCost[];
  readonly penaltyUsd: number;
  /** What falls to the cells together. */
  of(cells: readonly number[]): CostMeasures;
  /** All of it, what falls to nobody included. */
  readonly total: CostMeasures;
}

export function billRun(run: RunState, windowS: number, gpuHours: readonly GpuHours[]): RunBill {
  const cellCount = run.cells.length;
  const accounts = run.pools.map((_, pool) => accountsOf(run, pool, windowS));
  const pools = accounts.map((own, pool) => poolCost(own, gpuHours[pool]!));
  const byCell = Array.from({ length: cellCount }, () => 0);
  for (const own of accounts)
    for (const [cell, usd] of sharesOf(own, cellCount).entries()) byCell[cell]! += usd;
  const penalties = penaltiesOf(run);
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const measuresOf = (cells: readonly number[], usd: number): CostMeasures => {
    const records = cells.map((cell) => run.cells[cell]!);
    return costMeasures({
      usd,
      penaltyUsd: sumOf(cells.map((cell) => penalties[cell]!)),
      completed: sumOf(records.map(({ counts }) => counts[COUNT.completed]!)),
      promptTokens: sumOf(records.map(({ promptTokens }) => promptTokens)),
      outputTokens: sumOf(records.map(({ outputTokens }) => outputTokens)),
    });
  };
  return {
    pools,
    penaltyUsd: sumOf(penalties),
    of: (cells) => measuresOf(cells, sumOf(cells.map((cell) => byCell[cell]!))),
    total: measuresOf([...run.cells.keys()], sumOf(pools.map(({ totalUsd }) => totalUsd))),
  };
}

/** The nodes of each price in a pool; none where nothing costs. */
function accountsOf(run: RunState, pool: number, windowS: number): Account[] {
  const { useAccounts, levels, nowS } = run;
  const { meters } = run.pools[pool]!.fleet;
  const accounts = useAccounts.ofPool[pool]!;
  const heldOn = (account: number): number[] =>
    run.cells.map((_, cell) => levels.mean(useAccounts.level(account, cell), nowS));
  if (accounts.length === meters.length)
    return meters.map((meter, group) => ({ bill: meter.bill(nowS, windowS), use: heldOn(accounts[group]!) }));
  // One account for all groups: the nodes cost alike, so their bills say the same of every one of them.
  const use = accounts.length === 0 ? run.cells.map(() => 0) : heldOn(accounts[0]!);
  const bills = meters.map((meter) => meter.bill(nowS, windowS));
  const hours = bills.reduce((sum, { billedGpuHours }) => sum + billedGpuHours, 0);
  return bills.map((bill) => ({
    bill,
    use: use.map((held) => (hours === 0 ? 0 : (held * bill.billedGpuHours) / hours)),
  }));
}

/** By cell: what its tasks cost that left without being completed in time, or are still there and late by now. */
function penaltiesOf(run: RunState): number[] {
  const { tasks, nowS, spec } = run;
  const tenantCount = spec.tenantNames.length;
  const perArm = spec.workloads.length * tenantCount;
  const late = run.cells.map(
    ({ counts }) =>
      counts[COUNT.completed]! -
      counts[COUNT.completedInTime]! +
      counts[COUNT.rejected]! +
      counts[COUNT.timedOut]! +
      counts[COUNT.cancelled]! +
      counts[COUNT.deadLettered]!,
  );
  tasks.forEach((task) => {
    if (nowS > tasks.f[task + F.deadlineS]! && !tasks.hasFlag(task, FLAG_COPY))
      late[tasks.n[task + N.cell]!]!++;
  });
  return late.map(
    (count, cell) => count * spec.workloads[Math.floor((cell % perArm) / tenantCount)]!.latePenaltyUsd,
  );
}
