/**
 * What pools cost, what the money bought, and who it was spent on.
 *
 * Useful and wasted work costs what its GPU-hours cost on average on the nodes where it ran; what is left of a pool's
 * bill, less what was paid for nodes on their way into service and for nodes that were down, is idle: free GPUs, nodes that drain, reservations
 * that nobody used.
 *
 * Who pays: each group of users bears of a pool's bill the share that it has of the GPU-time held there, so that idle
 * time is shared in proportion to use (full cost allocation; FinOps Framework, "Allocation", shared costs by
 * proportion). Where prices differ from node to node, the nodes of each price are shared out by themselves; what of
 * them nobody used goes by the use of the whole pool. A pool that nobody used is nobody's.
 */
import type { NodeBill } from './node-meter.js';

export interface PoolCost {
  readonly totalUsd: number;
  readonly idleUsd: number;
  readonly wastedUsd: number;
  readonly downUsd: number;
  readonly startingUsd: number;
  readonly reservedUsd: number;
  readonly spotUsd: number;
  readonly onDemandUsd: number;
  readonly billedGpuHours: number;
}

/** Nodes of one price: what they cost, and the GPU-time held on them. */
export interface Account {
  readonly bill: NodeBill;
  /** By user (cell), in any unit that is the same for all. */
  readonly use: readonly number[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** GPU-hours of a pool in the measured window. */
export interface GpuHours {
  readonly busy: number;
  /** Of the busy ones. */
  readonly wasted: number;
  /** Of nodes that were out of service, but there. */
  readonly down: number;
}

export function poolCost(accounts: readonly Account[], { busy, wasted, down }: GpuHours): PoolCost {
  const total = (pick: (bill: NodeBill) => number): number => sum(accounts.map(({ bill }) => pick(bill)));
  const held = accounts.map(({ use }) => sum(use));
  const allHeld = sum(held);
  // Where nobody holds anything nothing is busy either.
  const usdPerBusyHour =
    allHeld === 0 ? 0 : sum(accounts.map(({ bill }, i) => bill.usdPerGpuHour * (held[i]! / allHeld)));
  const totalUsd = total((bill) => bill.totalUsd);
  const startingUsd = total((bill) => bill.startingUsd);
  const billedGpuHours = total((bill) => bill.billedGpuHours);
  const usdPerHour =
    billedGpuHours === 0 ? 0 : total((bill) => bill.usdPerGpuHour * bill.billedGpuHours) / billedGpuHours;
  const downUsd = down * usdPerHour;
  return {
    totalUsd,
    // The two sides come from different sums, so nothing idle may be a little less than nothing.
    idleUsd: Math.max(0, totalUsd - startingUsd - downUsd - busy * usdPerBusyHour),
    wastedUsd: wasted * usdPerBusyHour,
    downUsd,
    startingUsd,
    reservedUsd: total((bill) => bill.reservedUsd),
    spotUsd: total((bill) => bill.spotUsd),
    onDemandUsd: total((bill) => bill.onDemandUsd),
    billedGpuHours,
  };
}

/** What each user bears of a pool's bill, US dollars. */
export function sharesOf(accounts: readonly Account[], users: number): number[] {
  const usd = Array.from({ length: users }, () => 0);
  const poolUse = usd.map((_, user) => sum(accounts.map(({ use }) => use[user]!)));
  for (const { bill, use } of accounts) {
    const own = sum(use) > 0 ? use : poolUse;
    const all = sum(own);
    if (all === 0) continue;
    for (const [user, held] of own.entries()) usd[user]! += bill.totalUsd * (held / all);
  }
  return usd;
}

/** What a group's money came to. */
export interface SpentOn {
  readonly usd: number;
  readonly penaltyUsd: number;
  readonly completed: number;
  /** Of completed tasks. */
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface CostMeasures {
  /** Its share of what the pools cost. */
  usd: number;
  /** For tasks that were late or not completed. */
  penalty_usd: number;
  /** Without penalties, as are those below; all 0 where there was none to divide by. */
  per_completed_task_usd: number;
  per_million_prompt_tokens_usd: number;
  per_million_output_tokens_usd: number;
  per_million_tokens_usd: number;
}

const MILLION = 1e6;

export function costMeasures(spent: SpentOn): CostMeasures {
  const { usd, completed, promptTokens, outputTokens } = spent;
  const per = (count: number): number => (count === 0 ? 0 : usd / count);
  return {
    usd,
    penalty_usd: spent.penaltyUsd,
    per_completed_task_usd: per(completed),
    per_million_prompt_tokens_usd: MILLION * per(promptTokens),
    per_million_output_tokens_usd: MILLION * per(outputTokens),
    per_million_tokens_usd: MILLION * per(promptTokens + outputTokens),
  };
}
