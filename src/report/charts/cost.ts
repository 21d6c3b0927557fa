/** What each pool costs over the measured window, and what that money bought. */
import { formatUsdSum } from '../format.js';
import type { Chart, ChartOf } from './chart.js';
import { poolBars } from './pool-bars.js';

export const cost: ChartOf = (document): Chart | undefined => {
  const pools = Object.entries(document.estimates.pools)
    .filter(([, measures]) => measures.cost_usd.mean > 0)
    .map(([pool, { cost_usd, idle_cost_usd, starting_cost_usd, wasted_cost_usd, down_cost_usd }]) => ({
      pool,
      useful:
        cost_usd.mean -
        idle_cost_usd.mean -
        starting_cost_usd.mean -
        down_cost_usd.mean -
        wasted_cost_usd.mean,
      wasted: wasted_cost_usd.mean,
      idle: idle_cost_usd.mean + starting_cost_usd.mean + down_cost_usd.mean,
    }));
  if (pools.length === 0) return undefined;
  return {
    id: 'cost',
    group: 'Capacity and cost',
    title: 'Cost by pool',
    caption:
      'Over the measured window: what paid for useful work, for work that was lost, and for idle GPUs, those of nodes that start or are down included.',
    spec: poolBars(pools, { xTitle: 'cost (USD)', format: '$,~s', zeroFormat: '$', text: formatUsdSum }),
  };
};
