/** GPU-time of each pool: useful, wasted, idle. */
import { formatFraction } from '../format.js';
import type { Chart, ChartOf } from './chart.js';
import { poolBars } from './pool-bars.js';

export const utilisation: ChartOf = (document): Chart | undefined => {
  const pools = Object.entries(document.estimates.pools).map(([pool, { utilisation: share }]) => ({
    pool,
    useful: share.busy.mean - share.wasted.mean,
    wasted: share.wasted.mean,
    down: share.down.mean,
    idle: share.idle.mean,
  }));
  if (pools.length === 0) return undefined;
  return {
    id: 'utilisation',
    group: 'Capacity and cost',
    title: 'GPU-time by pool',
    caption: 'Wasted is work that was lost: to aborts, recomputation, failed attempts and failed nodes.',
    spec: poolBars(pools, {
      xTitle: 'share of GPU-time',
      format: '.0%',
      zeroFormat: '.0%',
      xMax: 1,
      text: formatFraction,
    }),
  };
};
