/** The charts of a report, in the order of the page. */
import type { ResultDocument } from '../../experiment/document.js';
import type { Chart, ChartOf } from './chart.js';
import { concurrencyLimits } from './concurrency-limits.js';
import { cost } from './cost.js';
import { flow } from './flow.js';
import { freeGpus } from './free-gpus.js';
import { latencyOverTime } from './latency-over-time.js';
import { latencyPhases } from './latency-phases.js';
import { latencyTail } from './latency-tail.js';
import { nodesOverTime } from './nodes-over-time.js';
import { oldestWait } from './oldest-wait.js';
import { queueLength } from './queue-length.js';
import { rolloutTail } from './rollout-tail.js';
import { longestWait, speed, waitedTenTimes } from './starvation.js';
import { utilisation } from './utilisation.js';
import { utilisationOverTime } from './utilisation-over-time.js';
import { workInProgress } from './work-in-progress.js';

export const CHARTS: readonly ChartOf[] = [
  latencyTail,
  rolloutTail,
  latencyPhases,
  latencyOverTime,
  queueLength,
  oldestWait,
  workInProgress,
  flow,
  concurrencyLimits,
  utilisation,
  utilisationOverTime,
  nodesOverTime,
  freeGpus,
  cost,
  longestWait,
  waitedTenTimes,
  speed,
];

/** Those that have something to show. */
export const chartsOf = (document: ResultDocument): Chart[] =>
  CHARTS.map((chart) => chart(document)).filter((chart) => chart !== undefined);
