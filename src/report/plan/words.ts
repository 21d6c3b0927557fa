/** Fleets, settings and verdicts of a plan in words. */
import type { Estimate } from '../../experiment/document.js';
import type {
  PlanCandidate,
  PlanDocument,
  PlannedSetting,
  PlanSlo,
  PlanStatus,
} from '../../experiment/plan/document.js';
import { formatFraction, formatUsd } from '../format.js';

type Nodes = PlanCandidate['nodes'];

/** `4 × front + 5 × model`. */
export function fleetText(nodes: Nodes): string {
  const parts = Object.entries(nodes).map(([pool, count]) => `${count} × ${pool}`);
  return parts.length === 0 ? 'the fleet as written' : parts.join(' + ');
}

export const isTuned = ({ space }: PlanDocument): boolean => space.settings.length > 1;

/** `policy=hedged`, the end of the path only. */
export function settingText({ name, values }: PlannedSetting): string {
  const controls = Object.entries(values);
  if (controls.length === 0) return name;
  return controls.map(([control, value]) => `${controlText(control)}=${value}`).join(', ');
}

export const controlText = (control: string): string => control.split('.').slice(-2).join('.');

/** Fleet, and setting where there are several. */
export function candidateText(document: PlanDocument, nodes: Nodes, setting: number): string {
  const fleet = fleetText(nodes);
  return isTuned(document) ? `${fleet}, ${settingText(document.space.settings[setting]!)}` : fleet;
}

export const usdPerHour = (usd: number): string => `${formatUsd(usd)}/h`;

export const confidenceText = ({ confidence }: PlanDocument): string => formatFraction(confidence);

const STATUS: Readonly<Record<PlanStatus, string>> = {
  met: '✓ met',
  missed: '✗ missed',
  'not-shown': '? not shown',
  impossible: '– cannot run',
};

export function statusHtml(status: PlanStatus): string {
  const kind = status === 'met' ? 'met' : status === 'missed' ? 'missed' : 'open';
  return `<span class="verdict ${kind}">${STATUS[status]}</span>`;
}

/** What is left to the threshold as a part of it, with the interval of the metric; negative: missed. */
export function slackOf({ comparison, threshold, estimate, slack_fraction }: PlanSlo): Estimate {
  const { ci_low, ci_high } = estimate;
  const scale = threshold === 0 ? 1 : Math.abs(threshold);
  const of = (value: number | null): number | null =>
    value === null ? null : (comparison === 'at_most' ? threshold - value : value - threshold) / scale;
  const [low, high] = comparison === 'at_most' ? [of(ci_high), of(ci_low)] : [of(ci_low), of(ci_high)];
  return { mean: slack_fraction, ci_low: low, ci_high: high };
}
