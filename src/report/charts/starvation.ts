/** Who waits: three views of starvation by tenant, or by workload where there is one tenant only. */
import type { Estimate, Mapped, ResultDocument } from '../../experiment/document.js';
import type { GroupMeasures } from '../../metrics/measures.js';
import { formatEstimate, type Quantity, unitFor } from '../format.js';
import { CHART_CONFIG, type Chart, type ChartOf, rounded } from './chart.js';

type Group = Mapped<GroupMeasures, Estimate>;

/** A longer list is a table's business. */
const BARS_MAX = 20;

interface View {
  readonly id: string;
  readonly title: (who: string) => string;
  readonly caption: string;
  readonly quantity: Quantity;
  readonly xTitle: string;
  readonly of: (group: Group) => Estimate;
  /** Whether a high value is the bad one; the worst stands on top. */
  readonly highIsBad: boolean;
}

function groupsOf(document: ResultDocument): { who: string; groups: [string, Group][] } {
  const tenants = Object.entries(document.estimates.tenants);
  return tenants.length > 1
    ? { who: 'tenant', groups: tenants }
    : { who: 'workload', groups: Object.entries(document.estimates.workloads) };
}

const barsOf =
  (view: View): ChartOf =>
  (document): Chart | undefined => {
    const { who, groups } = groupsOf(document);
    const all = groups.map(([name, group]) => ({ name, estimate: view.of(group) }));
    const sorted = all.toSorted((a, b) => (a.estimate.mean - b.estimate.mean) * (view.highIsBad ? -1 : 1));
    const drawn = sorted.slice(0, BARS_MAX).filter(({ estimate }) => Number.isFinite(estimate.mean));
    const highest = Math.max(0, ...drawn.map(({ estimate }) => estimate.mean));
    if (highest === 0) return undefined;
    const percent = view.quantity === 'fraction';
    const size = view.quantity === 'duration' ? unitFor('duration', highest).size : 1;
    const symbol = view.quantity === 'duration' ? ` (${unitFor('duration', highest).suffix.trim()})` : '';
    const rows = drawn.map(({ name, estimate }) => ({
      name,
      value: rounded(estimate.mean / size),
      low: rounded(Math.max(0, estimate.ci_low ?? estimate.mean) / size),
      high: rounded((estimate.ci_high ?? estimate.mean) / size),
      text: formatEstimate(view.quantity, estimate),
    }));
    const y = {
      field: 'name',
      type: 'nominal',
      title: null,
      sort: null,
      axis: { labelLimit: 140, domain: false, ticks: false },
    } as const;
    const xTitle = `${view.xTitle}${symbol}`;
    const axis = { tickCount: 4, ...(percent ? { format: '~%' } : {}) };
    const more = all.length > BARS_MAX ? ` The ${BARS_MAX} worst of ${all.length}.` : '';
    return {
      id: view.id,
      group: 'Fairness',
      title: view.title(who),
      caption: `${view.caption}${more}`,
      spec: {
        width: 'container',
        height: 26 * drawn.length,
        config: CHART_CONFIG,
        data: { values: rows },
        layer: [
          {
            mark: { type: 'bar', color: '#4269d0', height: { band: 0.68 } },
            encoding: {
              y,
              x: { field: 'value', type: 'quantitative', title: xTitle, axis },
              tooltip: [
                { field: 'name', type: 'nominal', title: who },
                { field: 'text', type: 'nominal', title: view.xTitle },
              ],
            },
          },
          {
            mark: { type: 'rule', color: 'currentColor', strokeWidth: 1.4, opacity: 0.7 },
            encoding: {
              y,
              x: { field: 'low', type: 'quantitative', title: xTitle },
              x2: { field: 'high' },
            },
          },
        ],
      },
    };
  };

export const longestWait = barsOf({
  id: 'starvation-longest-wait',
  title: (who) => `Longest wait by ${who}`,
  caption:
    'From arrival to first start, tasks still waiting at the end included. The line is the 95% interval.',
  quantity: 'duration',
  xTitle: 'longest wait',
  of: (group) => group.starvation.longest_wait_s,
  highIsBad: true,
});

export const waitedTenTimes = barsOf({
  id: 'starvation-share',
  title: (who) => `Starved tasks by ${who}`,
  caption: 'Share of completed tasks that waited longer than 10 times their service.',
  quantity: 'fraction',
  xTitle: 'waited over 10× service',
  of: (group) => group.starvation.waited_over_10x_service_fraction,
  highIsBad: true,
});

export const speed = barsOf({
  id: 'starvation-speed',
  title: (who) => `Speed by ${who}`,
  caption: 'Mean service time over mean latency: 1 never waited, 0.1 spent nine tenths of its time waiting.',
  quantity: 'ratio',
  xTitle: 'speed',
  of: (group) => group.starvation.speed,
  highIsBad: false,
});
