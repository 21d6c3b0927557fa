/** What controls did beyond letting in and ordering, for the summary; each part only where there is something to say. */
import type { Estimate, ResultDocument } from '../experiment/document.js';
import { deadlockedReplications } from '../report/deadlocks.js';
import {
  formatDuration,
  formatFraction,
  formatPlusMinus,
  NO_VALUE,
  type Quantity,
} from '../report/format.js';
import { policyFigures } from '../report/policy-figures.js';
import { type ArmRow, rolloutComparison } from '../report/rollout.js';
import { ROUGH } from '../report/tail.js';
import {
  besideLabel,
  type Column,
  clean,
  joined,
  labelled,
  labelledLines,
  name,
  type Paint,
  table,
  wrapped,
} from './summary-text.js';

/** Instances of policies; with more of them the report is the place to look. */
const POLICIES_MAX = 8;

const number = (quantity: Quantity, estimate: Estimate | null): string =>
  estimate === null ? NO_VALUE : formatPlusMinus(quantity, estimate);

/** Of one of the sets. */
const armText = ({ quantity, rough, ...row }: ArmRow, arm: 'base' | 'canary'): string =>
  `${rough[arm] ? ROUGH : ''}${number(quantity, row[arm])}`;

/** With its sign: a plus says that the canary has more. */
const difference = ({ differenceQuantity: quantity, difference: estimate }: ArmRow): string =>
  estimate !== null && estimate.mean > 0 ? `+${number(quantity, estimate)}` : number(quantity, estimate);

export function rolloutTable(document: ResultDocument, width: number, paint: Paint): string[] {
  const comparison = rolloutComparison(document);
  if (comparison === null) return [];
  const { variant, outcome, rows, paired } = comparison;
  const columns: Column<ArmRow>[] = [
    {
      title: variant === null ? 'Rollout' : `Rollout of ${name(variant)}`,
      left: true,
      cell: ({ label }) => label,
    },
    { title: 'Base', cell: (row) => armText(row, 'base') },
    { title: 'Canary', cell: (row) => armText(row, 'canary') },
    {
      title: 'Difference',
      cell: (row) => (row.difference === null ? '' : difference(row)),
    },
  ];
  const finished = document.replications.finished;
  const notes = [
    ...(outcome === null ? [] : [outcome]),
    ...(paired < finished ? [`both had tasks in ${paired} of ${finished} replications`] : []),
  ];
  return [...table(columns, rows, width, paint), ...joined(notes, width).map((note) => paint('dim', note))];
}

/** A line for each kind of intervention. */
export function interventionLines({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const { total } = estimates;
  const shareOf = (part: Estimate, whole: Estimate): string =>
    whole.mean === 0 ? '' : ` (${formatFraction(part.mean / whole.mean)})`;
  const some = (estimate: Estimate, words: string, whole?: Estimate): string[] =>
    estimate.mean === 0
      ? []
      : [`${number('count', estimate)} ${words}${whole === undefined ? '' : shareOf(estimate, whole)}`];
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['Failures', some(total.interruptions, 'tasks interrupted by their nodes')],
    ['Hedges', some(total.hedges, 'second copies sent', total.arrived)],
    [
      'Deadlines',
      [
        ...some(total.escalations, 'tasks made urgent', total.arrived),
        ...some(total.deadline_drops, 'dropped', total.arrived),
      ],
    ],
    ['Fallback', some(total.completed_fallback, 'completed on the fallback path', total.completed)],
    [
      'Dead letter',
      [
        ...some(total.dead_letter_entries, 'put into the queue', total.arrived),
        ...some(total.dead_letter_returns, 'sent again from there'),
        ...some(total.dead_lettered, 'failed for good', total.arrived),
      ],
    ],
    ['Repeated', some(total.duplicate_side_effects, 'side effects done once too often')],
  ];
  return lines.flatMap(([title, parts]) => (parts.length === 0 ? [] : labelled(title, parts, width, paint)));
}

export function deadlockLines(document: ResultDocument, width: number, paint: Paint): string[] {
  const [first] = document.deadlocks;
  if (first === undefined) return [];
  const count = deadlockedReplications(document);
  const text = `in ${count} of ${document.replications.finished} replications; the first at ${formatDuration(first.at_s)} of replication ${first.replication}:`;
  const length = besideLabel(width);
  return labelledLines(
    'Deadlock',
    [
      ...wrapped(text, length),
      ...first.cycle.flatMap((sentence) =>
        wrapped(clean(sentence), length - 2).map((line, index) => `${index === 0 ? '' : '  '}${line}`),
      ),
    ],
    (_, title) => paint('red', title),
  );
}

/** What the policies say of themselves, but zeros; the rollout has said it beside its table. */
export function policyLines(document: ResultDocument, width: number, paint: Paint): string[] {
  const told = policyFigures(document)
    .filter(({ policy }) => !policy.startsWith('rollout/'))
    .map(({ policy, figures }) => ({
      policy,
      figures: figures.filter(({ estimate }) => estimate.mean !== 0),
    }))
    .filter(({ figures }) => figures.length > 0);
  const length = besideLabel(width);
  const lines = told.slice(0, POLICIES_MAX).flatMap(({ policy, figures }) => {
    const parts = figures.map(
      ({ words, quantity, estimate }) => `${clean(words)} ${number(quantity, estimate)}`,
    );
    const [first = '', ...rest] = parts;
    return joined([`${clean(policy)}: ${first}`, ...rest], length - 2).map(
      (line, index) => `${index === 0 ? '' : '  '}${line}`,
    );
  });
  const more = told.length - POLICIES_MAX;
  if (more > 0) lines.push(paint('dim', `… and ${more} more`));
  return labelledLines('Policies', lines, paint);
}
