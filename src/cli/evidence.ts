/**
 * What was measured of each policy: one scenario in which it helps and one in which it hurts. The figures come from
 * `npm run evidence`; the scenarios are in `docs/policies/examples`.
 */
import { unitFor } from '../report/format.js';
import { describeMetric, quantityOf } from '../report/metric.js';
import measured from './policy-evidence.json' with { type: 'json' };

/** Means over the replications; the bounds are those of the 95% interval of the paired difference, with − without. */
export interface Figures {
  readonly without: number;
  readonly with: number;
  readonly difference: number;
  readonly ci_low: number;
  readonly ci_high: number;
  readonly replications: number;
}

export interface MeasuredCase extends Figures {
  /** A path into the measures. */
  readonly metric: string;
  readonly better: 'lower' | 'higher';
  /** One sentence: what is seen. */
  readonly says: string;
  /** The policies of the same point that it is held against; empty where there are none. */
  readonly against: string;
}

export interface PolicyEvidence {
  /** The policy as the scenario in which it helps has it: YAML, from `policies:` on. */
  readonly example: string;
  readonly helps: MeasuredCase;
  readonly hurts: MeasuredCase;
}

/** By `point/name`. */
export type EvidenceByPolicy = Readonly<Record<string, PolicyEvidence>>;

const EVIDENCE = measured as EvidenceByPolicy;

export const evidenceOf = (id: string): PolicyEvidence | undefined => EVIDENCE[id];

export interface FigureTexts {
  readonly metric: string;
  readonly without: string;
  readonly with: string;
  /** `-7.8 [-8.9, -6.7] s` */
  readonly difference: string;
}

/** All in the unit of the smaller mean, so that they can be compared at a glance. */
export function figureTexts(one: MeasuredCase): FigureTexts {
  const means = [one.without, one.with].map(Math.abs).filter((mean) => mean > 0);
  const at = unitFor(quantityOf(one.metric), Math.min(...(means.length > 0 ? means : [0])));
  const shown = (value: number, decimals: number): string => decimalText(value / at.size, decimals);
  const withUnit = (text: string): string => `${at.prefix}${text}${at.suffix}`;
  const own = (value: number): string => withUnit(shown(value, decimalsOf(value / at.size)));
  const decimals = decimalsOf(one.difference / at.size);
  const [mean, low, high] = [one.difference, one.ci_low, one.ci_high].map((value) => shown(value, decimals));
  return {
    metric: describeMetric(one.metric),
    without: own(one.without),
    with: own(one.with),
    difference: `${at.prefix}${mean} [${low}, ${high}]${at.suffix}`,
  };
}

/** Decimals that show three digits. */
const decimalsOf = (value: number): number =>
  value === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));

const decimalText = (value: number, decimals: number): string =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .format(value)
    .replace(/^-(?=[0.,]+$)/, '');
