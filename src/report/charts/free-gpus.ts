/** GPUs of a pool that are busy, free, and free without being of use, over simulated time. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const freeGpus: ChartOf = (document): Chart | undefined => {
  const { busy, nodes, unallocatable_gpus, fragmented_gpus } = document.series;
  const pools = Object.keys(unallocatable_gpus).filter((pool) => pool in document.estimates.pools);
  const isOfInterest = pools.some(
    (pool) => Math.max(...unallocatable_gpus[pool]!, ...fragmented_gpus[pool]!) > 0,
  );
  if (!isOfInterest) return undefined;
  const lines = pools.flatMap((pool) => {
    const { gpus, mean_nodes } = document.estimates.pools[pool]!;
    const perNode = gpus.mean / mean_nodes.mean;
    const shares = busy[pool]!.map((share, bin) => {
      const inService = nodes[pool] === undefined ? gpus.mean : nodes[pool][bin]! * perNode;
      return { busy: share * inService, free: (1 - share) * inService };
    });
    const of = (what: string) => (pools.length === 1 ? what : `${pool}: ${what}`);
    return [
      { name: of('busy'), values: shares.map((at) => at.busy) },
      { name: of('free'), values: shares.map((at) => at.free) },
      { name: of('free, next task does not fit'), values: unallocatable_gpus[pool]! },
      { name: of('free, in fragments'), values: fragmented_gpus[pool]! },
    ];
  });
  const isDown = pools.some((pool) => document.estimates.pools[pool]!.utilisation.down.mean > 0);
  const down = isDown ? ' Free counts those of nodes that are down.' : '';
  const { drawn, left } = linesToDraw(lines);
  return {
    id: 'free-gpus',
    group: 'Capacity and cost',
    title: 'GPUs free, and of what use',
    caption: `The next task does not fit: GPUs that are free while it waits. In fragments: what a task like those that came so far could not use of the free GPUs, in the mean.${down}${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'GPUs', columns: 2 }),
  };
};
