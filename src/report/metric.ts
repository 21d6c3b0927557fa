/** Paths into the measures (`workloads.chat.latency_s.p99`) in words and with the unit that the names carry. */
import type { SloOutcome } from '../experiment/document.js';
import { formatValue, type Quantity } from './format.js';

const FRACTIONS = new Set(['busy', 'idle', 'down', 'wasted', 'utilisation', 'peak_utilisation', 'share']);
const GROUPS: Readonly<Record<string, string>> = {
  workloads: 'workload',
  tenants: 'tenant',
  stages: 'stage',
  pools: 'pool',
  serving: 'LLM servers of',
  services: 'service',
  links: 'link',
  data: 'data set',
  limits: 'limit of',
  arms: 'policy set',
};
const QUANTILES: Readonly<Record<string, string>> = { p999: 'p99.9' };

/** What kind of number stands at the end of the path. */
export function quantityOf(path: string): Quantity {
  const steps = path.split('.');
  const leaf = steps.at(-1)!;
  const parent = steps.at(-2) ?? '';
  if (leaf === 'count') return 'count';
  if (leaf.endsWith('_s') || parent.endsWith('_s')) return 'duration';
  if (leaf.endsWith('_fraction') || FRACTIONS.has(leaf)) return 'fraction';
  if (leaf.endsWith('_hz')) return 'rate';
  if (leaf.endsWith('_usd')) return 'usd';
  if (leaf.endsWith('_hours')) return 'hours';
  if (leaf.endsWith('_bytes')) return 'bytes';
  if (leaf === 'speed' || leaf.startsWith('jain_')) return 'ratio';
  return 'count';
}

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  ttft_s: 'time to first token',
  tpot_s: 'time per token after the first',
};

/** One name of a measure in words, without its unit. */
export const wordsOf = (step: string): string =>
  QUANTILES[step] ?? ABBREVIATIONS[step] ?? step.replace(/_(s|hz|usd|bytes)$/, '').replaceAll('_', ' ');

/** `workloads.chat.latency_s.p99` is `workload chat: latency p99`. Names may have dots in them. */
export function describeMetric(path: string): string {
  const [first, ...rest] = path.split('.');
  if (GROUPS[first!] === undefined || rest.length < 2)
    return rest.length === 0 ? wordsOf(first!) : `${wordsOf(first!)}: ${rest.map(wordsOf).join(' ')}`;
  const nested = rest.length >= 3 && /_s$|^(starvation|utilisation|phases)$/.test(rest.at(-2)!) ? 2 : 1;
  const phase = rest.length >= 4 && rest.at(-3) === 'phases' ? 1 : 0;
  const name = rest.slice(0, rest.length - nested - phase).join('.');
  return `${GROUPS[first!]} ${name}: ${rest
    .slice(rest.length - nested)
    .map(wordsOf)
    .join(' ')}`;
}

/** `≤ 15 s`. */
export const formatTarget = (slo: Pick<SloOutcome, 'metric' | 'comparison' | 'threshold'>): string =>
  `${slo.comparison === 'at_most' ? '≤' : '≥'} ${formatValue(quantityOf(slo.metric), slo.threshold)}`;

/** In words, with how sure one can be. */
export function verdictOf(slo: SloOutcome): 'met' | 'missed' | 'met, uncertain' | 'missed, uncertain' {
  if (slo.met) return slo.certain ? 'met' : 'met, uncertain';
  return slo.certain ? 'missed' : 'missed, uncertain';
}
