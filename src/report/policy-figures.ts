/** What the policies say of themselves, with words and units for it. */
import type { Estimate, ResultDocument } from '../experiment/document.js';
import type { Quantity } from './format.js';
import { quantityOf, wordsOf } from './metric.js';

export interface PolicyFigure {
  readonly words: string;
  readonly quantity: Quantity;
  readonly estimate: Estimate;
}

export interface PolicyFigures {
  /** `point/name`, with `/canary` for the other policy set of a rollout. */
  readonly policy: string;
  readonly figures: readonly PolicyFigure[];
}

/** Policies of users may name their figures either way. */
const snakeCase = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

export const policyFigures = ({ estimates }: ResultDocument): PolicyFigures[] =>
  Object.entries(estimates.policies)
    .map(([policy, figures]) => ({
      policy,
      figures: Object.entries(figures).map(([key, estimate]) => {
        const name = snakeCase(key);
        return { words: wordsOf(name), quantity: quantityOf(name), estimate };
      }),
    }))
    .filter(({ figures }) => figures.length > 0);
