/**
 * What must hold for a candidate: the fleet itself meets every SLO, and with `spares` so does what is left of it with
 * so many nodes fewer in any one pool (N+1 with one spare).
 */
import type { Question } from './evaluator.js';
import type { Entry, Ledger } from './ledger.js';
import { withPool } from './space.js';

export interface Candidate {
  /** By pool. */
  readonly nodes: readonly number[];
  readonly setting: number;
}

/** Null: open, more replications may tell. */
export type Verdict = 'met' | 'failed' | null;

export class Requirement {
  constructor(
    private readonly ledger: Ledger,
    readonly spares: number,
    readonly load: number,
  ) {}

  /** Fleets with nodes down, one for each pool. */
  down({ nodes, setting }: Candidate): Question[] {
    const { spares, load } = this;
    if (spares === 0) return [];
    return nodes.map((count, pool) => ({ nodes: withPool(nodes, pool, count - spares), setting, load }));
  }

  whole(candidate: Candidate): Question {
    return { ...candidate, load: this.load };
  }

  /** Where more nodes never harm, what holds without some of its nodes holds with them. */
  questions(candidate: Candidate): Question[] {
    const down = this.down(candidate);
    return down.length > 0 && this.ledger.allEasier ? down : [...down, this.whole(candidate)];
  }

  isFailed(candidate: Candidate): boolean {
    return this.questions(candidate).some((question) => this.ledger.isFailed(question));
  }

  async verdict(candidate: Candidate, most: number = this.ledger.rule.maxReplications): Promise<Verdict> {
    if (this.isFailed(candidate)) return 'failed';
    let isOpen = false;
    for (const question of this.questions(candidate)) {
      const { status } = await this.ledger.look(question, most);
      if (status === null) isOpen = true;
      else if (status !== 'met') return 'failed';
    }
    return isOpen ? null : 'met';
  }

  /** Looks at everything that must hold; the first that does not, or else the fleet itself. */
  async weakest(candidate: Candidate, most: number): Promise<{ entry: Entry; pool: number | null }> {
    for (const [pool, question] of this.down(candidate).entries()) {
      const entry = await this.ledger.look(question, most);
      if (entry.status !== 'met') return { entry, pool };
    }
    return { entry: await this.ledger.look(this.whole(candidate), most), pool: null };
  }
}
