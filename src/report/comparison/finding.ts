/** What one difference amounts to: better, worse, different, or nothing that chance does not explain. */
import type {
  ComparedMetric,
  ComparisonDocument,
  SetupDifference,
} from '../../experiment/compare/document.js';

export interface Finding {
  /** `different`: certainly, but neither way is better by itself. */
  readonly kind: 'better' | 'worse' | 'different' | 'none';
  readonly words: string;
}

export function findingOf({ better }: ComparedMetric, difference: SetupDifference): Finding {
  switch (difference.decision) {
    case 'lower':
    case 'higher':
      if (better === null) return { kind: 'different', words: difference.decision };
      return difference.decision === better
        ? { kind: 'better', words: 'better' }
        : { kind: 'worse', words: 'worse' };
    case 'equivalent':
      return { kind: 'none', words: isIdentical(difference) ? 'the same' : 'no difference that matters' };
    case 'no-difference-found':
      return { kind: 'none', words: 'no difference found' };
    case 'open':
      return { kind: 'none', words: 'not decided' };
  }
}

const isIdentical = ({ difference }: SetupDifference): boolean =>
  difference.mean === 0 && difference.ci_low === 0 && difference.ci_high === 0;

/** A setup against the baseline; undefined for the baseline itself. */
export const againstBaseline = (
  { baseline }: ComparisonDocument,
  { differences }: ComparedMetric,
  setup: string,
): SetupDifference | undefined => differences.find((one) => one.setup === setup && one.against === baseline);

export const othersOf = ({ setups, baseline }: ComparisonDocument): string[] =>
  setups.map(({ name }) => name).filter((name) => name !== baseline);
