/**
 * Who holds how much of what costs something: for every cell (workload, tenant) and every account (the nodes of one
 * price in a pool) a level of the units held, from the start on a pool until they are given back. Data plane.
 */
import { isPriced } from '../metrics/node-meter.js';
import type { PoolSpec } from '../model/system.js';
import { N } from '../model/task-table.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

const NO_ACCOUNT = -1;

export class UseAccounts {
  count = 0;
  /** By pool: the account of each group, or of all groups where there is one entry; none where nothing costs. */
  readonly ofPool: readonly (readonly number[])[];
  private readonly first: readonly number[];

  constructor(
    pools: readonly PoolSpec[],
    private readonly firstLevel: number,
    private readonly cells: number,
  ) {
    this.ofPool = pools.map(({ groups }) => {
      if (!groups.some(isPriced)) return [];
      const alike = groups.every(
        ({ priceUsdPerGpuHour, reserved, spot }) =>
          priceUsdPerGpuHour === groups[0]!.priceUsdPerGpuHour && reserved === null && spot === null,
      );
      return alike || groups.length === 1 ? [this.count++] : groups.map(() => this.count++);
    });
    this.first = this.ofPool.map((accounts) => (accounts.length === 1 ? accounts[0]! : NO_ACCOUNT));
  }

  get rows(): number {
    return this.count * this.cells;
  }

  /** The account of all nodes of the pool; NO_ACCOUNT where it has several or none. */
  onlyOf(pool: number): number {
    return this.first[pool]!;
  }

  level(account: number, cell: number): number {
    return this.firstLevel + account * this.cells + cell;
  }
}

/** The task has taken (1) its units or is about to give them back (-1). */
export function noteUse(run: RunState, station: PoolState, task: number, sign: 1 | -1): void {
  const { useAccounts, levels, tasks } = run;
  const cell = tasks.n[task + N.cell]!;
  const only = useAccounts.onlyOf(station.index);
  if (only !== NO_ACCOUNT) {
    levels.change(useAccounts.level(only, cell), sign * tasks.n[task + N.gpus]!, run.events.nowS);
    return;
  }
  const accounts = useAccounts.ofPool[station.index]!;
  if (accounts.length === 0) return;
  const { pool } = station;
  pool.forEachNodeOf(task, (node, units) => {
    const account = accounts[pool.table.group[node]!]!;
    levels.change(useAccounts.level(account, cell), sign * units, run.events.nowS);
  });
}
