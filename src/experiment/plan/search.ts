/**
 * The cheapest fleet and setting that meet every SLO: exact where more nodes never harm.
 *
 * A bound for each pool (with the others at their most), a first answer on the diagonal above the bounds, and then the
 * proof: of the fleets that are cheaper than the best answer and not yet excluded, the one with the most of them below
 * it is asked next. If it fails, all of those fail; if it holds, it is made as small as it goes and is the best answer.
 * When nothing is left the answer is the cheapest (a branch-and-bound over the lattice; cf. the search for minimal
 * elements of monotone predicates, Gainanov 1984, USSR Comput. Math. 24:176). Settings know no order: at a fleet all
 * of them that may still hold race, looks before replications, and who is clearly worse than another is dropped.
 *
 * The answer is then confirmed on replications that had no part in the search. The error is shared out over the
 * attempts (4/5 to the first, 4/5 of the rest to the next, ...), so however many fleets were tried, the chance that
 * what is returned misses an SLO is at most the error that was asked for.
 */

import type { Look } from '../statistics/looks.js';
import { leastTrue, mostTrue } from './edge.js';
import { isImpossible } from './evaluator.js';
import { spreadOf, studentFactor } from './judge.js';
import { type Entry, failsBy, type Ledger } from './ledger.js';
import { type Candidate, Requirement, type Verdict } from './requirement.js';
import { isWithin, nodeCount, type Space, withPool } from './space.js';

export interface SearchProblem {
  readonly space: Space;
  /** US dollars an hour, by configuration. */
  readonly cost: (candidate: Candidate) => number;
  /** It must hold too with so many nodes fewer in any one pool. */
  readonly spares: number;
  readonly load: number;
}

export interface Confirmed {
  readonly candidate: Candidate;
  /** Of the candidate itself: from the confirming replications. */
  readonly entry: Entry;
  /** Of what is left when nodes are down, by pool. */
  readonly nodesDown: readonly Entry[];
}

/** Of the error that is left, what each attempt to confirm may spend. */
const ATTEMPT_SHARE = 0.8;
const ATTEMPTS_MAX = 12;

/** Measured on shipped scenarios: 1/2 made one of ten cost over a fifth of trying everything, 1 another. */
const EQUALS_AT = 3 / 4;

export class Search {
  /** Settings in the order in which they are tried: who held last comes first. */
  private favourites: number[];
  private best: Candidate | null = null;
  private readonly met = new Map<number, Candidate>();
  private readonly lower: number[];
  /** Candidates that are out by themselves, whatever follows from others. */
  private readonly out = new Set<number>();
  private readonly fleets: readonly (readonly number[])[];
  /** By fleet and setting. */
  private readonly costKeys: Float64Array;
  private readonly requirement: Requirement;
  private open: Open | null = null;

  constructor(
    private readonly problem: SearchProblem,
    private readonly ledger: Ledger,
    /** Of those of one price at one fleet, the one to recommend. */
    private readonly choose: (
      candidates: readonly Candidate[],
      verdict: (candidate: Candidate, most: number) => Promise<Verdict>,
    ) => Promise<Candidate>,
  ) {
    this.requirement = new Requirement(ledger, problem.spares, problem.load);
    const { space } = problem;
    this.favourites = Array.from({ length: space.settingCount }, (_, setting) => setting);
    this.lower = space.least;
    this.fleets = Array.from({ length: space.fleetCount }, (_, fleet) => space.nodesAt(fleet));
    this.costKeys = new Float64Array(space.fleetCount * space.settingCount);
    for (const [fleet, nodes] of this.fleets.entries())
      for (const setting of this.favourites)
        this.costKeys[fleet * space.settingCount + setting] = rounded(problem.cost({ nodes, setting }));
  }

  /** The best that was found so far, perhaps not yet confirmed. */
  get incumbent(): Candidate | null {
    return this.best;
  }

  /** Null where nothing within the bounds could be shown to meet the SLOs. */
  async run(): Promise<Confirmed | null> {
    await this.approach();
    let errorLeft = 1 - this.ledger.rule.confidence;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      await this.prove();
      if (this.best === null && (await this.probe())) await this.prove();
      if (this.best === null) return null;
      const chosen = await this.choose(this.equals(this.best), (candidate, most) =>
        this.verdict(candidate, most),
      );
      const error = errorLeft * ATTEMPT_SHARE;
      errorLeft -= error;
      const confirmed = await this.confirm(chosen, `confirm-${attempt}`, error);
      if (confirmed !== null) {
        this.best = chosen;
        return confirmed;
      }
      this.out.add(this.idOf(chosen));
      this.met.delete(this.idOf(chosen));
      this.best = null;
      // With nodes down, candidates stand on fleets that they share.
      for (const [id, candidate] of [...this.met])
        if (this.requirement.isFailed(candidate)) this.met.delete(id);
        else if (this.isBetter(candidate)) this.best = candidate;
      this.open = null;
    }
    return null;
  }

  /** A bound for each pool, and a first answer between the bounds and the most. */
  private async approach(): Promise<void> {
    const { space } = this.problem;
    const { most } = space;
    const first = await this.race(space.fleetOf(most));
    if (first === null) return;
    const { setting } = first;
    const holds = async (nodes: readonly number[]) => (await this.decide({ nodes, setting })) === 'met';
    for (const [pool, { min, max }] of space.pools.entries())
      this.lower[pool] = await leastTrue(min, max, (count) => holds(withPool(most, pool, count)));
    if (space.pools.length < 2) return;
    const { lower } = this;
    const steps = Math.max(...most.map((max, pool) => max - lower[pool]!));
    const between = (step: number) =>
      most.map((max, pool) => lower[pool]! + Math.ceil(((max - lower[pool]!) * step) / Math.max(1, steps)));
    const step = await leastTrue(0, steps, (at) => holds(between(at)));
    await this.shrink({ nodes: between(step), setting });
  }

  /** Ends when every candidate cheaper than the best is decided. */
  private async prove(): Promise<void> {
    for (;;) {
      for (let fleet = this.widest(); fleet !== null; fleet = this.widest()) {
        const held = await this.race(fleet);
        if (held !== null) await this.shrink(held);
      }
      const { best } = this;
      if (best === null) return;
      await this.lookAround(best);
      if (this.best === best && this.widest() === null) return;
    }
  }

  /**
   * Nothing holds if more nodes never harm. They may: half as many nodes above the least, a quarter, ... and the least
   * show whether they do.
   */
  private async probe(): Promise<boolean> {
    const { space, load } = this.problem;
    const { least, most } = space;
    const first = this.ledger.looks[0]!.replications;
    let nodes: readonly number[] = most;
    while (!isWithin(nodes, least)) {
      nodes = nodes.map((count, pool) => least[pool]! + Math.floor((count - least[pool]!) / 2));
      for (const setting of this.favourites) {
        const candidate = { nodes, setting };
        const { status } = await this.ledger.look({ ...candidate, load }, first);
        if (status === null) await this.ledger.look({ ...candidate, load });
        if ((await this.verdict(candidate, this.ledger.rule.maxReplications)) === 'met') this.note(candidate);
      }
    }
    return this.best !== null;
  }

  /** One look at the fleets with a node fewer, even if they are excluded: it may show that nodes do harm here. */
  private async lookAround({ nodes, setting }: Candidate): Promise<void> {
    const { space, load } = this.problem;
    const first = this.ledger.looks[0]!.replications;
    const below = nodes
      .map((count, pool) => withPool(nodes, pool, count - 1))
      .filter((fleet) => space.holds(fleet));
    for (const fleet of below) {
      const candidate = { nodes: fleet, setting };
      await this.ledger.look({ ...candidate, load }, first);
      if ((await this.verdict(candidate, first)) === 'met') this.note(candidate);
    }
  }

  /**
   * The undecided fleet, cheaper than the best answer, that says most whether it holds or not: the one with the most
   * fleets below it, or, where nodes may harm too, in the middle. Of equals, as fleets below the bounds are that the
   * approach found for its own setting, the one at three quarters of their order by size: they mostly fail, and a large
   * one that fails leaves out all below it; the largest of all would be wasted where they do not.
   */
  private widest(): number | null {
    const { space } = this.problem;
    const { most } = space;
    let equals: number[] = [];
    let widestBelow = 0;
    for (const fleet of this.undecided()) {
      let below = 1;
      let above = 1;
      for (const [pool, count] of this.fleets[fleet]!.entries()) {
        below *= 1 + Math.max(0, count - this.lower[pool]!);
        above *= 1 + most[pool]! - count;
      }
      const says = this.ledger.allEasier ? below : Math.min(below, above);
      if (says > widestBelow) {
        equals = [];
        widestBelow = says;
      }
      if (says === widestBelow) equals.push(fleet);
    }
    equals.sort((a, b) => nodeCount(this.fleets[a]!) - nodeCount(this.fleets[b]!) || a - b);
    return equals[Math.floor(EQUALS_AT * equals.length)] ?? null;
  }

  /** Fleets with a setting that is undecided and would be a better answer than the best one. */
  private undecided(): readonly number[] {
    const { ledger, fleets } = this;
    if (this.open === null || this.open.retractions !== ledger.retractions)
      this.open = {
        fleets: fleets.map((_, fleet) => fleet),
        decisions: 0,
        retractions: ledger.retractions,
        isOut: new Uint8Array(fleets.length * this.problem.space.settingCount),
      };
    const { open } = this;
    const news = ledger.decisions.slice(open.decisions);
    open.decisions = ledger.decisions.length;
    for (const entry of news) this.exclude(entry, open);
    open.fleets = open.fleets.filter((fleet) => this.openSettings(fleet, open).length > 0);
    return open.fleets;
  }

  private exclude(entry: Entry, open: Open): void {
    const { question, status } = entry;
    const { load, space } = this.problem;
    if (status === 'met' || question.load !== load) return;
    const fails = (nodes: readonly number[]): boolean =>
      failsBy(entry, nodes) || (isWithin(nodes, question.nodes) && isWithin(question.nodes, nodes));
    for (const fleet of open.fleets) {
      const nodes = this.fleets[fleet]!;
      const { setting } = question;
      const isOut =
        fails(nodes) || this.requirement.down({ nodes, setting }).some((down) => fails(down.nodes));
      if (isOut) open.isOut[fleet * space.settingCount + setting] = 1;
    }
  }

  private openSettings(fleet: number, open: Open): number[] {
    const nodes = this.fleets[fleet]!;
    return this.favourites.filter((setting) => {
      if (open.isOut[fleet * this.favourites.length + setting] === 1) return false;
      const id = fleet * this.favourites.length + setting;
      return !this.out.has(id) && !this.met.has(id) && this.isBetter({ nodes, setting }, this.costKeys[id]!);
    });
  }

  /** The first setting that meets the SLOs at this fleet; null where none of those that matter does. */
  private async race(fleet: number): Promise<Candidate | null> {
    const nodes = this.fleets[fleet]!;
    this.undecided();
    let racing = this.openSettings(fleet, this.open!).map((setting) => ({ nodes, setting }));
    const [favourite] = racing;
    const [first] = this.ledger.looks;
    if (favourite !== undefined && (await this.decide(favourite, first?.replications)) === 'met')
      return favourite;
    for (const look of this.ledger.looks) {
      const verdicts = await Promise.all(
        racing.map((candidate) => this.decide(candidate, look.replications)),
      );
      const held = verdicts.indexOf('met');
      if (held >= 0) return racing[held]!;
      racing = this.withoutWorse(
        racing.filter((_, index) => verdicts[index] === null),
        look,
      );
      if (racing.length === 0) return null;
    }
    return null;
  }

  /** Who is worse than another in every SLO holds only where the other does too: it need not be looked at further. */
  private withoutWorse(racing: readonly Candidate[], { replications, alpha }: Look): Candidate[] {
    const { ledger, problem } = this;
    const { slos } = ledger.evaluator;
    if (racing.length < 2 || problem.spares > 0) return [...racing];
    const factor = studentFactor(alpha / (racing.length - 1) / Math.max(1, slos.length), replications);
    const samples = racing.map((candidate) => {
      const answer = ledger.entry({ ...candidate, load: problem.load })?.answer;
      return answer === undefined || isImpossible(answer) ? null : answer;
    });
    const isWorse = (one: number, other: number): boolean =>
      slos.every(({ comparison }, slo) => {
        const a = samples[one]?.slos[slo];
        const b = samples[other]?.slos[slo];
        if (a === undefined || b === undefined) return false;
        const sign = comparison === 'at_most' ? 1 : -1;
        const { mean, error } = spreadOf(
          a.slice(0, replications).map((value, index) => sign * (value - b[index]!)),
        );
        return mean - factor * error > 0;
      });
    return racing.filter((candidate, one) => {
      const worse = racing.some((_, other) => other !== one && isWorse(one, other));
      if (worse) this.out.add(this.idOf(candidate));
      return !worse;
    });
  }

  /** As few nodes as it goes, the dearest pool first, in steps that double. */
  private async shrink({ nodes, setting }: Candidate): Promise<void> {
    let fleet = nodes;
    for (const pool of this.dearestFirst({ nodes, setting })) {
      const count = fleet[pool]!;
      const holds = async (less: number) =>
        (await this.decide({ nodes: withPool(fleet, pool, count - less), setting })) === 'met';
      const room = Math.max(0, count - this.lower[pool]!);
      const less = await mostTrue(room, holds);
      fleet = withPool(fleet, pool, count - less);
    }
  }

  private dearestFirst({ nodes, setting }: Candidate): number[] {
    const { space, cost } = this.problem;
    const price = nodes.map((count, pool) =>
      count > space.pools[pool]!.min
        ? cost({ nodes, setting }) - cost({ nodes: withPool(nodes, pool, count - 1), setting })
        : 0,
    );
    return nodes.map((_, pool) => pool).sort((a, b) => price[b]! - price[a]! || a - b);
  }

  private async decide(candidate: Candidate, most?: number): Promise<Verdict> {
    const verdict = await this.verdict(candidate, most ?? this.ledger.rule.maxReplications);
    if (verdict === 'met') this.note(candidate);
    return verdict;
  }

  private note(candidate: Candidate): void {
    this.met.set(this.idOf(candidate), candidate);
    if (this.isBetter(candidate)) this.best = candidate;
    const { setting } = candidate;
    if (this.favourites[0] !== setting)
      this.favourites = [setting, ...this.favourites.filter((other) => other !== setting)];
  }

  private async verdict(candidate: Candidate, most: number): Promise<Verdict> {
    return this.out.has(this.idOf(candidate)) ? 'failed' : this.requirement.verdict(candidate, most);
  }

  private async confirm(candidate: Candidate, series: string, error: number): Promise<Confirmed | null> {
    const entries: Entry[] = [];
    for (const question of [this.requirement.whole(candidate), ...this.requirement.down(candidate)]) {
      const entry = await this.ledger.confirm(question, series, error);
      if (entry.status !== 'met') {
        this.ledger.overrule(question);
        return null;
      }
      entries.push(entry);
    }
    const [entry, ...nodesDown] = entries;
    return { candidate, entry: entry!, nodesDown };
  }

  /** Candidates of the same fleet and cost that are not known to fail. */
  private equals(best: Candidate): Candidate[] {
    const cost = this.costKeys[this.idOf(best)];
    return Array.from({ length: this.problem.space.settingCount }, (_, setting) => ({
      nodes: best.nodes,
      setting,
    }))
      .filter((candidate) => this.costKeys[this.idOf(candidate)] === cost)
      .filter((candidate) => !this.out.has(this.idOf(candidate)))
      .filter((candidate) => !this.requirement.isFailed(candidate));
  }

  /** Cheaper; at one price fewer nodes; then, so that it is one answer, fewer in the first pool that differs. */
  private isBetter(candidate: Candidate, costKey = this.costKeys[this.idOf(candidate)]!): boolean {
    const { best } = this;
    if (best === null) return true;
    const cost = costKey - this.costKeys[this.idOf(best)]!;
    if (cost !== 0) return cost < 0;
    const count = nodeCount(candidate.nodes) - nodeCount(best.nodes);
    if (count !== 0) return count < 0;
    for (const [pool, nodes] of candidate.nodes.entries())
      if (nodes !== best.nodes[pool]) return nodes < best.nodes[pool]!;
    return false;
  }

  private idOf({ nodes, setting }: Candidate): number {
    const { space } = this.problem;
    return space.fleetOf(nodes) * space.settingCount + setting;
  }
}

/** What is left of the space to be decided. */
interface Open {
  fleets: readonly number[];
  /** How many decisions are already taken into account. */
  decisions: number;
  retractions: number;
  /** By fleet and setting. */
  readonly isOut: Uint8Array;
}

/** In hundred-thousandths of a dollar: sums of prices in another order differ in the last digits. */
const rounded = (usdPerHour: number): number => Math.round(usdPerHour * 1e5);
