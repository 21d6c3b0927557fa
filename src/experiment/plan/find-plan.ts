/**
 * A plan from an evaluator, whatever it evaluates with: the search, the confirmed answer, and the questions about it.
 * Where it is interrupted, what is known so far is the document.
 */
import { estimate } from '../estimate.js';
import { Interrupted } from '../run-source.js';
import type {
  ExtraNode,
  NearestMiss,
  PlanAnswer,
  PlanDocument,
  PlanTuning,
  TunedValue,
  WorkDone,
} from './document.js';
import { type Evaluator, isImpossible } from './evaluator.js';
import { bindingOf, byPool, candidateOf, slosOf, statusOf, withFrontier } from './facts.js';
import type { LookRule } from './judge.js';
import { type Entry, Ledger, type Work } from './ledger.js';
import { cheaperCandidates, extraNodes, type Growth, growth, headRoom, type Planned } from './questions.js';
import type { Candidate } from './requirement.js';
import { type Confirmed, Search } from './search.js';
import { Space } from './space.js';
import { type Objective, type Raced, raceSettings } from './tune.js';

export interface PlanProblem {
  readonly pools: readonly { readonly name: string; readonly min: number; readonly max: number }[];
  /** By setting, the values of the controls; one setting without values where nothing is varied. */
  readonly settings: readonly { readonly [control: string]: string }[];
  /** US dollars an hour, by configuration. */
  readonly cost: (candidate: Candidate) => number;
  readonly rule: LookRule;
  readonly objective: Objective;
  readonly spares: number;
  readonly load: number;
  readonly growth: Growth | null;
  /** Whether the settings are to be compared value by value. */
  readonly tunes: boolean;
}

export type PlanPhase = 'search' | 'questions';

/** How far it is, for whoever watches. */
export interface PlanProgress {
  readonly phase: PlanPhase;
  readonly candidates: number;
  readonly runs: number;
  readonly events: number;
  /** The cheapest that was found to hold so far. */
  readonly best: { readonly nodes: readonly number[]; readonly usdPerHour: number } | null;
}

export type PlanBody = Omit<PlanDocument, 'format' | 'version' | 'scenario' | 'seed' | 'space'>;

/** Looks that a question about the answer may take, of the rule's. */
const QUESTION_LOOKS = 3;

export async function findPlan(
  evaluator: Evaluator,
  problem: PlanProblem,
  onProgress: (progress: PlanProgress) => void = () => {},
): Promise<PlanBody> {
  return new Planner(evaluator, problem, onProgress).run();
}

class Planner {
  private readonly ledger: Ledger;
  private readonly search: Search;
  private readonly planned: Planned;
  private readonly body: PlanBody;
  private phase: PlanPhase = 'search';
  private raced: readonly Raced[] = [];
  private confirmed: Confirmed | null = null;
  private searchWork: Work | null = null;

  constructor(
    evaluator: Evaluator,
    private readonly problem: PlanProblem,
    onProgress: (progress: PlanProgress) => void,
  ) {
    const { pools, settings, cost, rule, spares, load, objective } = problem;
    const space = new Space(pools, settings.length);
    this.ledger = new Ledger(evaluator, rule, () => onProgress(this.progress()));
    this.search = new Search({ space, cost, spares, load }, this.ledger, async (candidates, verdict) => {
      if (candidates.length === 1) return candidates[0]!;
      this.raced = await raceSettings(this.ledger, candidates, { objective, load, verdict });
      return this.raced.find(({ standing }) => standing === 'best')?.candidate ?? candidates[0]!;
    });
    const { looks } = this.ledger;
    const most = looks[Math.min(QUESTION_LOOKS, looks.length) - 1]!.replications;
    this.planned = {
      ledger: this.ledger,
      space,
      pools: pools.map(({ name }) => name),
      cost,
      spares,
      load,
      most,
    };
    const none = { candidates: 0, runs: 0, events: 0 };
    this.body = {
      confidence: rule.confidence,
      load,
      interrupted: false,
      answer: null,
      nearest_miss: null,
      head_room: null,
      extra_nodes: [],
      cheaper: [],
      candidates: [],
      growth: null,
      nodes_down: null,
      tuning: null,
      work: { search: none, questions: none, exhaustive: none },
      warnings: [],
    };
  }

  async run(): Promise<PlanBody> {
    try {
      this.confirmed = await this.search.run();
      this.searchWork = { ...this.ledger.work };
      this.phase = 'questions';
      if (this.confirmed === null) await this.probe();
      else await this.ask(this.confirmed);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      this.body.interrupted = true;
    }
    this.conclude();
    return this.body;
  }

  /** Where no fleet does: a smaller one than the nearest tells whether more nodes help at all. */
  private async probe(): Promise<void> {
    const { ledger, planned, problem } = this;
    const nearest = this.nearestEntry();
    if (nearest === null || planned.pools.length === 0) return;
    const { question, replications } = nearest;
    const { least } = planned.space;
    const nodes = question.nodes.map((count, pool) => Math.max(least[pool]!, Math.floor(count / 2)));
    const setting = question.setting;
    if (nodes.some((count, pool) => count < question.nodes[pool]!))
      await ledger.look({ nodes, setting, load: problem.load }, replications);
  }

  private progress(): PlanProgress {
    const { questions, runs, events } = this.ledger.work;
    const best = this.search.incumbent;
    return {
      phase: this.phase,
      candidates: questions,
      runs,
      events,
      best: best === null ? null : { nodes: best.nodes, usdPerHour: this.problem.cost(best) },
    };
  }

  private async ask({ candidate, entry, nodesDown }: Confirmed): Promise<void> {
    const { body, planned, problem, ledger } = this;
    const { slos } = ledger.evaluator;
    body.answer = this.answerOf(candidate, entry.replications, []);
    if (problem.spares > 0)
      body.nodes_down = {
        spares: problem.spares,
        pools: nodesDown.map((down, pool) => ({
          pool: planned.pools[pool]!,
          status: statusOf(ledger, down),
          slos: slosOf(slos, down),
        })),
      };
    if (problem.tunes) body.tuning = await this.tuningAt(candidate);
    body.cheaper = await cheaperCandidates(planned, candidate);
    body.extra_nodes = await extraNodes(planned, candidate);
    body.answer = this.answerOf(candidate, entry.replications, body.extra_nodes);
    body.head_room = await headRoom(planned, candidate);
    if (problem.growth !== null) body.growth = await growth(planned, candidate, problem.growth);
  }

  private answerOf(candidate: Candidate, replications: number, extra: readonly ExtraNode[]): PlanAnswer {
    const { entry } = this.confirmed!;
    const { planned, ledger, problem } = this;
    if (isImpossible(entry.answer)) throw new Error('an answer that cannot run was confirmed');
    const { utilisation, p99S, billedUsdPerHour } = entry.answer;
    const slos = slosOf(ledger.evaluator.slos, entry);
    const busy = utilisation.map((values) => estimate(values));
    const binding = bindingOf(slos);
    return {
      nodes: byPool(planned.pools, (pool) => candidate.nodes[pool]!),
      setting: candidate.setting,
      cost_usd_per_hour: problem.cost(candidate),
      billed_usd_per_hour: estimate(billedUsdPerHour),
      replications,
      slos,
      p99_s: estimate(p99S),
      utilisation: byPool(planned.pools, (pool) => busy[pool]!),
      binding_slo: binding?.name ?? null,
      ...bottleneck(
        planned.pools,
        busy.map(({ mean }) => mean),
        extra,
        binding,
      ),
    };
  }

  /** Every setting at the answer's fleet, those too that had no part in the last race. */
  private async tuningAt({ nodes }: Candidate): Promise<PlanTuning> {
    const { problem, ledger, planned } = this;
    const { settings, objective, load } = problem;
    const raced = new Map(this.raced.map((one) => [one.candidate.setting, one]));
    const best = this.raced.find(({ standing }) => standing === 'best');
    const values: TunedValue[] = [];
    for (const setting of settings.keys()) {
      const known = raced.get(setting);
      const entry =
        known?.entry ?? (await ledger.sample({ nodes, setting, load }, ledger.looks[0]!.replications));
      values.push({
        setting,
        status: statusOf(ledger, entry),
        replications: entry.replications,
        objective: isImpossible(entry.answer) ? null : estimate(entry.answer.objective),
        against_best: known?.againstBest ?? null,
        standing: known?.standing ?? (settings.length === 1 ? 'best' : 'misses'),
        slos: slosOf(ledger.evaluator.slos, entry),
      });
    }
    const bestSetting = best?.candidate.setting ?? (settings.length === 1 ? 0 : null);
    return {
      objective: { metric: objective.metric, goal: objective.goal },
      indifference_fraction: objective.indifferenceFraction,
      nodes: byPool(planned.pools, (pool) => nodes[pool]!),
      values,
      best: bestSetting,
      sensitivity: bestSetting === null ? [] : sensitivityOf(settings, values, bestSetting),
    };
  }

  private conclude(): void {
    const { body, ledger, planned, problem } = this;
    const { load, cost } = problem;
    const entries = ledger.entries.filter(({ question }) => question.load === load);
    body.candidates = withFrontier(
      entries.map((entry) => candidateOf(ledger, entry, planned.pools, cost(entry.question))),
    );
    if (body.answer === null && !body.interrupted) body.nearest_miss = this.nearestMiss();
    const found = this.searchWork ?? ledger.work;
    const done = ledger.work;
    const workOf = ({ questions, runs, events }: Work): WorkDone => ({ candidates: questions, runs, events });
    const replications = Math.max(
      this.confirmed?.entry.replications ?? 0,
      ...entries.map((entry) => entry.replications),
    );
    const candidates = planned.space.fleetCount * problem.settings.length;
    const runs = candidates * replications;
    body.work = {
      search: workOf(found),
      questions: workOf({
        questions: done.questions - found.questions,
        runs: done.runs - found.runs,
        events: done.events - found.events,
      }),
      exhaustive: {
        candidates,
        runs,
        events: done.runs === 0 ? 0 : Math.round((runs * done.events) / done.runs),
      },
    };
    body.warnings.push(...ledger.contradictions, ...this.openWarnings());
  }

  private nearestMiss(): NearestMiss | null {
    const { ledger, planned, problem } = this;
    const entry = this.nearestEntry();
    if (entry === null) return null;
    const candidate = candidateOf(ledger, entry, planned.pools, problem.cost(entry.question));
    return { candidate, binding_slo: bindingOf(candidate.slos)!.name };
  }

  /** Whose worst SLO comes nearest to its threshold; the first of equals. */
  private nearestEntry(): Entry | null {
    const { ledger, planned, problem } = this;
    let nearest: Entry | null = null;
    let least = Number.NEGATIVE_INFINITY;
    for (const entry of ledger.entries) {
      if (entry.question.load !== problem.load || !planned.space.holds(entry.question.nodes)) continue;
      const binding = bindingOf(slosOf(ledger.evaluator.slos, entry));
      if (binding === null || binding.slack_fraction <= least) continue;
      least = binding.slack_fraction;
      nearest = entry;
    }
    return nearest;
  }

  /** A cheaper fleet that could not be told is said, since the answer may then be dearer than need be. */
  private openWarnings(): string[] {
    const { ledger, planned, problem, confirmed } = this;
    const warnings: string[] = [];
    const limit = confirmed === null ? Number.POSITIVE_INFINITY : problem.cost(confirmed.candidate);
    const open = ledger.entries.filter(
      ({ status, question }) =>
        status === 'not-shown' &&
        question.load === problem.load &&
        planned.space.holds(question.nodes) &&
        problem.cost(question) < limit,
    );
    if (open.length > 0) {
      const { question } = open.reduce((a, b) =>
        problem.cost(b.question) < problem.cost(a.question) ? b : a,
      );
      const words = planned.pools.map((name, pool) => `${question.nodes[pool]!} in ${name}`).join(', ');
      warnings.push(
        `${open.length} cheaper candidate${open.length === 1 ? '' : 's'} could not be told within ${
          problem.rule.maxReplications
        } replications and count${open.length === 1 ? 's' : ''} as not meeting the SLOs (the cheapest: ${
          words === '' ? 'as written' : words
        }); more replications may find a cheaper answer`,
      );
    }
    return warnings;
  }
}

function bottleneck(
  pools: readonly string[],
  busy: readonly number[],
  extra: readonly ExtraNode[],
  binding: { readonly metric: string; readonly comparison: 'at_most' | 'at_least' } | null,
): Pick<PlanAnswer, 'bottleneck_pool' | 'bottleneck_by'> {
  let best: string | null = null;
  let most = 0;
  for (const { pool, slos } of extra) {
    const change = slos.find(({ metric }) => metric === binding?.metric)?.change;
    if (change === undefined || change.ci_low === null || change.ci_high === null) continue;
    const sign = binding!.comparison === 'at_most' ? -1 : 1;
    const isShown = sign < 0 ? change.ci_high < 0 : change.ci_low > 0;
    if (isShown && sign * change.mean > most) [best, most] = [pool, sign * change.mean];
  }
  if (best !== null) return { bottleneck_pool: best, bottleneck_by: 'next-node' };
  const busiest = busy.reduce((at, value, pool) => (at < 0 || value > busy[at]! ? pool : at), -1);
  if (busiest < 0) return { bottleneck_pool: null, bottleneck_by: null };
  return { bottleneck_pool: pools[busiest]!, bottleneck_by: 'utilisation' };
}

/** How far the objective moves over the values of each control, the others as in the best setting. */
function sensitivityOf(
  settings: PlanProblem['settings'],
  values: readonly TunedValue[],
  best: number,
): PlanTuning['sensitivity'] {
  const chosen = settings[best]!;
  const scale = Math.abs(values[best]?.objective?.mean ?? 0);
  return Object.keys(chosen).flatMap((control) => {
    const alike = values.flatMap(({ setting, objective }) => {
      const others = Object.entries(settings[setting]!).filter(([name]) => name !== control);
      return objective !== null && others.every(([name, value]) => chosen[name] === value) ? [objective] : [];
    });
    const [first] = alike;
    if (first === undefined) return [];
    const lowest = alike.reduce((a, b) => (b.mean < a.mean ? b : a), first);
    const highest = alike.reduce((a, b) => (b.mean > a.mean ? b : a), first);
    const range_fraction = scale === 0 ? 0 : (highest.mean - lowest.mean) / scale;
    return [{ control, lowest, highest, range_fraction }];
  });
}
