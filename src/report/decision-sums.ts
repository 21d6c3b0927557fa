/** The decisions of a run summed up: how often each policy decided what, for which reason, and the mean numbers. */
import { numberParts, type RecordedDecision, reasonWords } from './decision-words.js';
import { formatCount, formatFraction } from './format.js';

interface Sum {
  readonly policy: string;
  readonly kind: string;
  readonly reason: string;
  count: number;
  readonly firstS: number;
  lastS: number;
  /** By name, in the order of first appearance: how often there, and the mean. */
  readonly numbers: Map<string, { count: number; mean: number }>;
}

/** A row of the summary, as `--json` writes it. */
export interface DecisionSum {
  readonly policy: string;
  readonly kind: string;
  readonly reason: string;
  readonly count: number;
  /** Of the policy's decisions. */
  readonly share: number;
  readonly first_s: number;
  readonly last_s: number;
  readonly means: Readonly<Record<string, number>>;
}

export class DecisionSums {
  private readonly sums = new Map<string, Sum>();

  /** Changes of state are no decisions and are passed over. */
  add(decision: RecordedDecision): void {
    const { policy, kind, reason, atS } = decision;
    if (kind === 'state') return;
    const key = `${policy}\n${kind}\n${reason}`;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      sum = { policy, kind, reason, count: 0, firstS: atS, lastS: atS, numbers: new Map() };
      this.sums.set(key, sum);
    }
    sum.count += 1;
    sum.lastS = atS;
    for (const [name, value] of Object.entries(decision.numbers)) {
      const mean = sum.numbers.get(name) ?? { count: 0, mean: 0 };
      sum.numbers.set(name, mean);
      mean.count += 1;
      mean.mean += (value - mean.mean) / mean.count;
    }
  }

  get policies(): string[] {
    return [...new Set([...this.sums.values()].map(({ policy }) => policy))].sort();
  }

  /** By policy, the most frequent first; those of one policy, one point, or one name at any point. */
  rows(policy?: string): DecisionSum[] {
    const totals = new Map<string, number>();
    for (const sum of this.sums.values()) totals.set(sum.policy, (totals.get(sum.policy) ?? 0) + sum.count);
    return [...this.sums.values()]
      .filter((sum) => policy === undefined || isOf(sum.policy, policy))
      .sort((a, b) => compare(a.policy, b.policy) || b.count - a.count || compare(a.reason, b.reason))
      .map((sum) => ({
        policy: sum.policy,
        kind: sum.kind,
        reason: sum.reason,
        count: sum.count,
        share: sum.count / totals.get(sum.policy)!,
        first_s: sum.firstS,
        last_s: sum.lastS,
        means: Object.fromEntries([...sum.numbers].map(([name, { mean }]) => [name, mean])),
      }));
  }
}

/** `ordering/sjf` is meant by itself, by `ordering` and by `sjf`. */
export const isOf = (policy: string, wanted: string): boolean =>
  policy === wanted || policy.split('/').includes(wanted);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A paragraph a policy, a line a reason. */
export function sumLines(rows: readonly DecisionSum[]): string[] {
  const cells = rows.map((row) => ({
    policy: row.policy,
    what: row.kind,
    why: reasonWords({ ...row, atS: 0, task: null, place: '', numbers: {} }),
    count: formatCount(row.count),
    share: formatFraction(row.share),
    from: `${row.first_s.toFixed(1)} s`,
    to: `${row.last_s.toFixed(1)} s`,
    means: Object.entries(row.means)
      .map(([name, value]) => numberParts(name, value))
      .map(({ label, text }) => `${label} ${text}`)
      .join(', '),
  }));
  const titles = {
    what: 'decision',
    why: 'reason',
    count: 'count',
    share: 'share',
    from: 'first',
    to: 'last',
    means: 'means',
  };
  type Key = keyof typeof titles;
  const width = (key: Key) => Math.max(titles[key].length, ...cells.map((cell) => cell[key].length));
  const widths = { what: width('what'), why: width('why'), count: width('count'), share: width('share') };
  const times = { from: width('from'), to: width('to') };
  const line = (cell: Readonly<Record<Key, string>>): string =>
    [
      `  ${cell.what.padEnd(widths.what)}`,
      cell.why.padEnd(widths.why),
      cell.count.padStart(widths.count),
      cell.share.padStart(widths.share),
      cell.from.padStart(times.from),
      cell.to.padStart(times.to),
      cell.means,
    ]
      .join('  ')
      .trimEnd();
  const lines: string[] = [line(titles)];
  cells.forEach((cell, index) => {
    if (cell.policy !== cells[index - 1]?.policy) lines.push(cell.policy);
    lines.push(line(cell));
  });
  return lines;
}
