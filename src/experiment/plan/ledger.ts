/**
 * What is known so far: samples, decisions, and what follows from them. More nodes never harm (or, for SLOs on cost
 * and utilisation, never help), so a decision on one fleet decides others. Where two decisions contradict that, it is
 * noted, and nothing follows from either any more: what they had decided is searched fleet by fleet.
 */
import type { Estimate } from '../document.js';
import { estimate } from '../estimate.js';
import { type Look, looksOf } from '../statistics/looks.js';
import { type Evaluator, type Impossible, isImpossible, type Question, type Sample } from './evaluator.js';
import { type Judgement, judgeLook, type LookRule } from './judge.js';
import { isWithin } from './space.js';

/** A judgement that is final: what is open when the replications are used up is not shown. */
export type Status = 'met' | 'missed' | 'impossible' | 'not-shown';

export interface Entry {
  readonly question: Question;
  answer: Sample | Impossible;
  replications: number;
  judgement: Judgement;
  /** Null while more replications may tell. */
  status: Status | null;
  /** Whether other decisions follow from this one. */
  isTrusted: boolean;
}

export interface Work {
  questions: number;
  runs: number;
  events: number;
}

/** Replications that decisions are made from. */
const SEARCH_SERIES = '';

const keyOf = ({ nodes, setting, load }: Question): string => `${nodes.join(',')};${setting};${load}`;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export class Ledger {
  readonly contradictions: string[] = [];
  /** Raised whenever something that followed no longer does. */
  retractions = 0;
  /** With the error that each may spend of the rule's. */
  readonly looks: readonly Look[];
  /** In the order in which they were first asked. */
  readonly entries: Entry[] = [];
  /** In the order in which they were made. */
  readonly decisions: Entry[] = [];
  work: Work = { questions: 0, runs: 0, events: 0 };
  private readonly byKey = new Map<string, Entry>();
  private readonly byContext = new Map<string, Entry[]>();

  constructor(
    readonly evaluator: Evaluator,
    readonly rule: LookRule,
    private readonly onLook: () => void = () => {},
  ) {
    const { firstReplications, maxReplications, confidence } = rule;
    this.looks = looksOf(firstReplications, maxReplications, 1 - confidence);
  }

  entry(question: Question): Entry | undefined {
    return this.byKey.get(keyOf(question));
  }

  /** Looks again and again until it is decided or `most` replications are used; those of the rule settle it. */
  async look(question: Question, most: number = this.rule.maxReplications): Promise<Entry> {
    let entry = this.entry(question);
    for (const next of this.looks) {
      const { replications } = next;
      if (entry?.status != null) return entry;
      if (entry !== undefined && entry.replications >= replications) continue;
      if (entry !== undefined && replications > most) return entry;
      entry = await this.extend(question, next);
    }
    return entry!;
  }

  /** Sees to it that so many replications are there, whatever is decided. */
  async sample(question: Question, replications: number): Promise<Entry> {
    const entry = await this.look(question, replications);
    if (entry.replications >= replications || isImpossible(entry.answer)) return entry;
    entry.answer = await this.ask(question, replications, entry.replications, entry.answer, SEARCH_SERIES);
    entry.replications = replications;
    return entry;
  }

  /** A decision on replications that had no part in any other, with an error of its own. */
  async confirm(question: Question, series: string, error: number): Promise<Entry> {
    let answer: Sample | Impossible | null = null;
    let used = 0;
    for (const { replications, alpha, isLast } of this.looks) {
      answer = await this.ask(question, replications, used, answer, series);
      used = replications;
      const part = (error * alpha) / (1 - this.rule.confidence);
      const judgement = judgeLook(this.evaluator.slos, answer, replications, part);
      if (judgement.decision !== 'open' || isLast) {
        const status = judgement.decision === 'open' ? 'not-shown' : judgement.decision;
        return { question, answer, replications, judgement, status, isTrusted: false };
      }
    }
    throw new Error('a rule has at least one look');
  }

  /** Overrules what the search had found: the confirmation did not bear it out. */
  overrule(question: Question): void {
    const entry = this.entry(question);
    if (entry === undefined) return;
    entry.status = 'not-shown';
    entry.isTrusted = false;
    this.retractions++;
  }

  /** Whether it is known, or follows, that an SLO is not met. */
  isFailed(question: Question): boolean {
    const own = this.entry(question);
    if (own?.status != null) return own.status !== 'met';
    return this.context(question).some((entry) => failsBy(entry, question.nodes));
  }

  get allEasier(): boolean {
    return this.evaluator.slos.every(({ withNodes }) => withNodes === 'easier');
  }

  private context({ setting, load }: Question): Entry[] {
    const key = `${setting};${load}`;
    let entries = this.byContext.get(key);
    if (entries === undefined) {
      entries = [];
      this.byContext.set(key, entries);
    }
    return entries;
  }

  private async extend(question: Question, { replications: size, alpha, isLast }: Look): Promise<Entry> {
    const known = this.entry(question);
    const answer = await this.ask(
      question,
      size,
      known?.replications ?? 0,
      known?.answer ?? null,
      SEARCH_SERIES,
    );
    const judgement = judgeLook(this.evaluator.slos, answer, size, alpha);
    const status = judgement.decision !== 'open' ? judgement.decision : isLast ? 'not-shown' : null;
    const entry: Entry = known ?? {
      question,
      answer,
      replications: size,
      judgement,
      status: null,
      isTrusted: true,
    };
    if (known === undefined) {
      this.byKey.set(keyOf(question), entry);
      this.entries.push(entry);
      this.context(question).push(entry);
    }
    Object.assign(entry, { answer, replications: size, judgement, status });
    if (status !== null) {
      this.decisions.push(entry);
      this.compare(entry);
    }
    return entry;
  }

  private async ask(
    question: Question,
    size: number,
    used: number,
    before: Sample | Impossible | null,
    series: string,
  ): Promise<Sample | Impossible> {
    const answer = await this.evaluator.look(question, size, series);
    if (before === null) this.work.questions++;
    if (!isImpossible(answer)) {
      this.work.runs += size - used;
      this.work.events += sum(answer.events.slice(used, size));
    }
    this.onLook();
    return answer;
  }

  /** Holds a new decision against the others. What was only not shown contradicts nothing. */
  private compare(entry: Entry): void {
    for (const other of this.context(entry.question))
      if (other !== entry) {
        this.contradiction(entry, other);
        this.contradiction(other, entry);
      }
  }

  /** The larger fleet misses what the smaller one meets, or the other way round where nodes do harm. */
  private contradiction(smaller: Entry, larger: Entry): void {
    if (!isWithin(smaller.question.nodes, larger.question.nodes)) return;
    const isGrowingWorse =
      smaller.status === 'met' && larger.status === 'missed' && larger.judgement.tooSmall;
    const isGrowingBetter =
      smaller.status === 'missed' && smaller.judgement.tooLarge && larger.status === 'met';
    if (!isGrowingWorse && !isGrowingBetter) return;
    smaller.isTrusted = false;
    larger.isTrusted = false;
    this.retractions++;
    const words = ({ question: { nodes } }: Entry) => nodes.join(' + ');
    this.contradictions.push(
      `${words(smaller)} nodes ${isGrowingWorse ? 'meet' : 'miss'} the SLOs and ${words(larger)} ${
        isGrowingWorse ? 'miss' : 'meet'
      } them: more nodes are not always better here, so what lies below was searched fleet by fleet`,
    );
  }
}

/** Whether a decision on one fleet excludes another in the same context. */
export function failsBy(
  { status, isTrusted, judgement, question }: Entry,
  nodes: readonly number[],
): boolean {
  if (status === null || status === 'met' || !isTrusted) return false;
  return (
    (judgement.tooSmall && isWithin(nodes, question.nodes)) ||
    (judgement.tooLarge && isWithin(question.nodes, nodes))
  );
}

/** Paired differences of two samples over the replications that both have. */
export function difference(a: readonly number[], b: readonly number[]): Estimate {
  const count = Math.min(a.length, b.length);
  return estimate(Array.from({ length: count }, (_, index) => a[index]! - b[index]!));
}
