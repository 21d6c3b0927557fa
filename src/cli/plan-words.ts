/** A plan in sentences: the answer, or why there is none and what to do about it. */
import type {
  NearestMiss,
  PlanAnswer,
  PlanDocument,
  PlannedPool,
  PlanSlo,
} from '../experiment/plan/document.js';
import { formatCount, formatFraction, formatPlusMinus, formatUsd, formatValue } from '../report/format.js';
import { describeMetric, quantityOf } from '../report/metric.js';
import { clean } from './summary-text.js';

/** Nodes by pool. */
type Fleet = PlanAnswer['nodes'];

/** Whether a scaling policy moves the pool: what is chosen is the most that it may order. */
const isScaled = ({ path }: PlannedPool): boolean => path.endsWith('.scaling.max');

const countOf = (count: number, what: string): string =>
  `${formatCount(count)} ${count === 1 ? what : `${what}s`}`;

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[], last = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** `2 nodes of gpus and at most 4 of small`. */
export function fleetWords(nodes: Fleet, { space: { pools } }: PlanDocument): string {
  if (pools.length === 0) return 'the fleet as written';
  return listed(
    pools.map((pool, index) => {
      const count = nodes[pool.name]!;
      const most = isScaled(pool) ? 'at most ' : '';
      return `${most}${index === 0 ? countOf(count, 'node') : formatCount(count)} of ${clean(pool.name)}`;
    }),
  );
}

/** `gpus 2, small 1`: for tables. */
export const fleetLabel = (nodes: Fleet, { space: { pools } }: PlanDocument): string =>
  pools.length === 0
    ? 'as written'
    : pools.map(({ name }) => `${clean(name)} ${formatCount(nodes[name]!)}`).join(', ');

/** `wip.limit` for `policies.wip.limit`: by the end of its path, as far as that tells the controls apart. */
export function controlName(path: string, { space: { settings } }: PlanDocument): string {
  const short = (one: string): string => one.split('.').slice(-2).join('.');
  const controls = Object.keys(settings[0]?.values ?? {});
  const isUnique = controls.filter((one) => short(one) === short(path)).length === 1;
  return clean(isUnique ? short(path) : path);
}

/** `policy=lifo, wip.limit=8` */
export const settingLabel = (setting: number, document: PlanDocument): string =>
  Object.entries(document.space.settings[setting]!.values)
    .map(([path, value]) => `${controlName(path, document)}=${clean(value)}`)
    .join(', ');

/** ` with policy=lifo`; empty where nothing is varied. */
export const settingWords = (setting: number, { space: { settings } }: PlanDocument): string =>
  settings.length === 1 && Object.keys(settings[0]!.values).length === 0
    ? ''
    : ` with ${clean(settings[setting]!.name)}`;

const confidenceText = (confidence: number): string => `${Number((100 * confidence).toPrecision(4))}%`;

/** `at 1.5 times the load, also with any one node down`. */
function conditions({ load, nodes_down }: PlanDocument): string {
  const parts = [
    ...(load === 1 ? [] : [`at ${formatValue('ratio', load)} times the load`]),
    ...(nodes_down === null
      ? []
      : [
          `also with ${nodes_down.spares === 1 ? 'a node' : `${nodes_down.spares} nodes`} of any one pool down`,
        ]),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

/** The answer in one sentence. */
export function answerSentence(document: PlanDocument): string {
  const { answer, confidence, interrupted, tuning } = document;
  if (answer === null) return interrupted ? 'Interrupted before an answer was found.' : noAnswer(document);
  const { slos } = answer;
  const fleet = `${fleetWords(answer.nodes, document)}${settingWords(answer.setting, document)}`;
  const { cost_usd_per_hour: cost } = answer;
  const price = cost > 0 ? `: ${formatUsd(cost)} an hour${pricedAtMost(document)}` : '';
  if (slos.length > 0) {
    const kept = slos.length === 1 ? 'meets its SLO' : 'meets every SLO';
    return `${capital(fleet)}${price}${price === '' ? '' : ','} ${kept} with ${confidenceText(confidence)} confidence${conditions(document)}.`;
  }
  const best = tuning?.values.find(({ standing }) => standing === 'best');
  if (tuning === null || best?.objective == null) return `${capital(fleet)}${price}${conditions(document)}.`;
  const { metric, goal } = tuning.objective;
  const superlative = goal === 'minimise' ? 'least' : 'most';
  return `${clean(document.space.settings[best.setting]!.name)} has the ${superlative} of ${clean(describeMetric(metric))}: ${formatPlusMinus(quantityOf(metric), best.objective)}${conditions(document)}.`;
}

/** Beside the most that scaled pools may cost stands what they did. */
function pricedAtMost({ answer, space: { pools } }: PlanDocument): string {
  const isMoving = pools.some(isScaled);
  return isMoving ? ` at most, ${formatPlusMinus('usd', answer!.billed_usd_per_hour)} billed` : '';
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function noAnswer(document: PlanDocument): string {
  const { space, confidence } = document;
  const { pools, settings } = space;
  const slos = `every SLO with ${confidenceText(confidence)} confidence${conditions(document)}`;
  const varied = settings.length > 1 ? ` under any of ${settings.length} settings` : '';
  if (pools.length === 0) return `The fleet as written does not meet ${slos}${varied}.`;
  const most = pools.map(({ name, max_nodes }) => `${formatCount(max_nodes)} nodes of ${clean(name)}`);
  return `No fleet of up to ${listed(most)} meets ${slos}${varied}.`;
}

/** `12.3 s over the 2 min that are allowed`: how far an SLO is missed. */
export function shortfall({ metric, comparison, threshold, estimate }: PlanSlo): string {
  const quantity = quantityOf(metric);
  const sign = comparison === 'at_most' ? '≤' : '≥';
  return `${formatPlusMinus(quantity, estimate)} where ${sign} ${formatValue(quantity, threshold)} is asked`;
}

/** Without an answer: what may be done, in the order in which it may help. */
export function adviceLines(document: PlanDocument): string[] {
  const { nearest_miss, space } = document;
  if (nearest_miss === null)
    return ['No fleet within the bounds can run at all: look at why below, and at the bounds of --nodes.'];
  const { candidate } = nearest_miss;
  const advice: string[] = [];
  if (candidate.status === 'not-shown')
    advice.push(
      `It is close: ${candidate.replications} replications could not tell. More may: --max-replications ${2 * candidate.replications}.`,
    );
  const atMost = space.pools.filter(({ name, max_nodes }) => candidate.nodes[name] === max_nodes);
  if (space.pools.length === 0)
    advice.push('Plan for more nodes too: leave --nodes out, or name a pool with it.');
  else if (atMost.length > 0 && helps(document, nearest_miss))
    advice.push(
      `Allow more nodes: ${atMost.map(({ name, min_nodes, max_nodes }) => `--nodes ${clean(name)}=${min_nodes}..${4 * max_nodes}`).join(' ')}.`,
    );
  else
    advice.push(
      'More nodes do not help: what is short is not the fleet. Where the time goes, `wipsim run` tells for the fleet above; a policy, a service or the SLO itself has to change.',
    );
  if (space.settings.length === 1)
    advice.push(
      'Other settings may do what nodes cannot: --tune policy tries the variants, --tune PATH=VALUES values of one control.',
    );
  return advice;
}

/** A part of the threshold that more nodes have to bring nearer, to be worth asking for more. */
const HELPS_FROM = 0.02;

/** Whether the SLO that fails got nearer to its threshold as the fleet grew. */
function helps({ candidates }: PlanDocument, { candidate, binding_slo }: NearestMiss): boolean {
  const slackOf = (slos: readonly PlanSlo[]): number =>
    slos.find(({ name }) => name === binding_slo)?.slack_fraction ?? Number.NaN;
  const own = slackOf(candidate.slos);
  const smaller = candidates.filter(
    ({ slos, setting, cost_usd_per_hour }) =>
      slos.length > 0 && setting === candidate.setting && cost_usd_per_hour < candidate.cost_usd_per_hour,
  );
  return smaller.length === 0 || smaller.some(({ slos }) => own - slackOf(slos) > HELPS_FROM);
}

/** How much was simulated, and how much trying everything would have taken. */
export function workSentence({ interrupted, work: { search, questions, exhaustive } }: PlanDocument): string {
  const runs = (count: number): string => countOf(count, 'run');
  const events = (count: number): string => `${formatMillions(count)} events`;
  const share = exhaustive.events === 0 ? 0 : search.events / exhaustive.events;
  return [
    `${countOf(search.candidates, 'candidate')} in ${runs(search.runs)} (${events(search.events)}) for the answer`,
    ...(questions.runs > 0
      ? [`${runs(questions.runs)} (${events(questions.events)}) for what stands beside it`]
      : []),
    ...(!interrupted && search.candidates < exhaustive.candidates
      ? [
          `all ${countOf(exhaustive.candidates, 'candidate')} would take ${runs(exhaustive.runs)}: the search took ${formatFraction(Number(share.toPrecision(2)))} of their events`,
        ]
      : []),
  ].join('; ');
}

function formatMillions(count: number): string {
  if (count < 1e6) return formatCount(count);
  return `${Number((count / 1e6).toPrecision(3))} million`;
}
