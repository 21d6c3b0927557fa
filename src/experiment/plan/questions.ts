/**
 * What a planner asks once there is an answer: how much more load does it bear, when does growth outrun it, what does
 * one more node buy, why not one fewer. Each is asked of the same evaluator and decided by the same rule.
 */
import { pow } from '../../kernel/math.js';
import type { Estimate } from '../document.js';
import type { CheaperCandidate, ExtraNode, HeadRoom, LoadHeld, PlanGrowth } from './document.js';
import { leastTrue } from './edge.js';
import { isImpossible } from './evaluator.js';
import { candidateOf, failingOf, missedBy, type PoolNames, slosOf, statusOf } from './facts.js';
import { difference, type Entry, type Ledger } from './ledger.js';
import { type Candidate, Requirement } from './requirement.js';
import { isWithin, type Space, withPool } from './space.js';

export interface Planned {
  readonly ledger: Ledger;
  readonly space: Space;
  readonly pools: PoolNames;
  readonly cost: (candidate: Candidate) => number;
  readonly spares: number;
  readonly load: number;
  /** Replications that one of these questions may take. */
  readonly most: number;
}

const HEAD_ROOM = [1.1, 1.25, 1.5];
/** Where nothing breaks earlier, loads are tried up to so many times the plan's. */
const LOADS_BEYOND = [2, 3, 4];
/** The largest load is known to within this part. */
const LOAD_TOLERANCE = 0.03;

const rounded = (load: number): number => Math.round(load * 1e4) / 1e4;

export async function headRoom(planned: Planned, answer: Candidate): Promise<HeadRoom> {
  const asked = new Map<number, LoadHeld>();
  const holds = async (factor: number): Promise<boolean> => {
    const held = await loadHeld(planned, answer, factor);
    asked.set(factor, held);
    return held.status === 'met';
  };
  for (const factor of HEAD_ROOM) await holds(factor);
  let most = 1;
  let broken: number | null = null;
  for (const factor of [...HEAD_ROOM, ...LOADS_BEYOND]) {
    if (broken !== null) break;
    if (asked.get(factor)?.status === 'met' || (!asked.has(factor) && (await holds(factor)))) most = factor;
    else broken = factor;
  }
  while (broken !== null && broken - most > LOAD_TOLERANCE * most) {
    const middle = Math.round(((most + broken) / 2) * 100) / 100;
    if (await holds(middle)) most = middle;
    else broken = middle;
  }
  return {
    loads: HEAD_ROOM.map((factor) => asked.get(factor)!),
    largest_load_met: rounded(most * planned.load),
    least_load_not_met: broken === null ? null : rounded(broken * planned.load),
    first_broken_slo: broken === null ? null : (asked.get(broken)!.broken_slos[0] ?? null),
  };
}

async function loadHeld(
  { ledger, spares, load, most }: Planned,
  answer: Candidate,
  factor: number,
): Promise<LoadHeld> {
  const requirement = new Requirement(ledger, spares, rounded(load * factor));
  const { entry } = await requirement.weakest(answer, most);
  const status = statusOf(ledger, entry);
  const { slos } = ledger.evaluator;
  return {
    load: requirement.load,
    status,
    broken_slos: status === 'met' ? [] : failingOf(slos, entry),
    slos: slosOf(slos, entry),
  };
}

export interface Growth {
  /** 0.05: five per cent a month. */
  readonly ratePerMonth: number;
  readonly months: number;
}

/** Load in month m is (1 + rate)^m times the plan's; found by bisection, so a plan that fails is taken to go on failing. */
export async function growth(
  planned: Planned,
  answer: Candidate,
  { ratePerMonth, months }: Growth,
): Promise<PlanGrowth> {
  const { ledger, space, pools, spares, load, most } = planned;
  const firstFailing = async (candidate: Candidate, from: number): Promise<number | null> => {
    const fails = async (month: number): Promise<boolean> => {
      const requirement = new Requirement(ledger, spares, rounded(load * pow(1 + ratePerMonth, month)));
      return (await requirement.verdict(candidate, most)) !== 'met';
    };
    if (from > months || !(await fails(months))) return null;
    return leastTrue(from, months, fails);
  };
  const planFails = await firstFailing(answer, 1);
  // While the plan holds as it stands, none of its pools has run out.
  const from = planFails ?? months + 1;
  const ofPools: PlanGrowth['pools'] = [];
  for (const [pool, name] of pools.entries()) {
    const nodes = space.most.map((count, other) => (other === pool ? answer.nodes[pool]! : count));
    const month = pools.length === 1 ? planFails : await firstFailing({ ...answer, nodes }, from);
    ofPools.push({ pool: name, runs_out_month: month });
  }
  return { rate_per_month: ratePerMonth, months, pools: ofPools, plan_fails_month: planFails };
}

/** Paired with the answer on the same random numbers. */
export async function extraNodes(planned: Planned, answer: Candidate): Promise<ExtraNode[]> {
  const { ledger, pools, cost, load, most } = planned;
  const { slos } = ledger.evaluator;
  const base = await ledger.sample({ ...answer, load }, most);
  const extra: ExtraNode[] = [];
  for (const [pool, name] of pools.entries()) {
    const candidate = { ...answer, nodes: withPool(answer.nodes, pool, answer.nodes[pool]! + 1) };
    const more = await ledger.sample({ ...candidate, load }, base.replications);
    if (isImpossible(more.answer) || isImpossible(base.answer)) continue;
    const [before, after] = [base.answer, more.answer];
    extra.push({
      pool: name,
      cost_usd_per_hour: cost(candidate) - cost(answer),
      slos: slos.map(({ name: slo, metric }, index) => ({
        name: slo,
        metric,
        change: difference(after.slos[index]!, before.slos[index]!),
      })),
      p99_s: difference(after.p99S, before.p99S),
    });
  }
  return extra;
}

/** Besides the fleets with a node fewer. */
const OTHERS_MAX = 3;

/** The fleets with one node fewer, and the dearest of the others that are cheaper than the answer and were tried. */
export async function cheaperCandidates(planned: Planned, answer: Candidate): Promise<CheaperCandidate[]> {
  const { ledger, space, cost, spares, load } = planned;
  const requirement = new Requirement(ledger, spares, load);
  const less = answer.nodes
    .map((count, pool) => ({ ...answer, nodes: withPool(answer.nodes, pool, count - 1) }))
    .filter(({ nodes }) => space.holds(nodes));
  const isNew = ({ question }: Entry) =>
    !less.some(({ nodes, setting }) => setting === question.setting && isWithin(question.nodes, nodes));
  const others = ledger.entries
    .filter((entry) => entry.question.load === load && space.holds(entry.question.nodes) && isNew(entry))
    .filter(({ question }) => cost(question) < cost(answer) && requirement.isFailed(question))
    .sort((a, b) => cost(b.question) - cost(a.question))
    .slice(0, OTHERS_MAX)
    .map(({ question: { nodes, setting } }) => ({ nodes, setting }));
  const reasons: CheaperCandidate[] = [];
  for (const candidate of [...less, ...others]) reasons.push(await whyNot(planned, requirement, candidate));
  return reasons;
}

async function whyNot(
  { ledger, pools, cost, most }: Planned,
  requirement: Requirement,
  candidate: Candidate,
): Promise<CheaperCandidate> {
  const { entry, pool } = await requirement.weakest(candidate, most);
  const { answer, judgement, replications } = entry;
  const whole = await ledger.look(requirement.whole(candidate), most);
  const failing = judgement.failing[0];
  const slo = failing === undefined ? undefined : slosOf(ledger.evaluator.slos, entry)[failing];
  const missed: Estimate | null = slo === undefined ? null : missedBy(slo);
  const status = statusOf(ledger, entry);
  const where = pool === null ? '' : `with ${requirement.spares} fewer in ${pools[pool]!}: `;
  const reason = isImpossible(answer)
    ? answer.impossible
    : slo === undefined
      ? 'it met the SLOs in the search, but fresh replications did not confirm that'
      : entry.status === null && status === 'missed'
        ? `${slo.name} is missed already with more nodes`
        : status === 'missed'
          ? `${slo.name} is missed`
          : `${slo.name} is not shown to be kept after ${replications} replications`;
  return {
    candidate: { ...candidateOf(ledger, whole, pools, cost(candidate)), status },
    failing_slo: slo?.name ?? null,
    missed_by: missed,
    reason: where + reason,
  };
}
