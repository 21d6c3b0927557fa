/** What the controls did to single tasks, and what the policies say of themselves. */
import type { Estimate, Mapped, ResultDocument } from '../../experiment/document.js';
import type { GroupMeasures } from '../../metrics/measures.js';
import { type Column, escapeHtml, estimateCell, table } from '../markup.js';
import { type PolicyFigure, policyFigures } from '../policy-figures.js';

type Group = Mapped<GroupMeasures, Estimate>;

interface NamedGroup {
  readonly name: string;
  readonly of: Group;
}

interface Intervention {
  readonly title: string;
  readonly hint?: string;
  readonly of: (group: Group) => Estimate;
}

const INTERVENTIONS: readonly Intervention[] = [
  {
    title: 'Interrupted',
    hint: 'Stopped because their node failed or was to go',
    of: (group) => group.interruptions,
  },
  { title: 'Hedged', hint: 'Second copies sent', of: (group) => group.hedges },
  { title: 'Made urgent', hint: 'Priority raised for the deadline', of: (group) => group.escalations },
  { title: 'Dropped', hint: 'Cancelled for the deadline', of: (group) => group.deadline_drops },
  {
    title: 'Fallback',
    hint: 'Completed on the fallback path; part of the completed',
    of: (group) => group.completed_fallback,
  },
  {
    title: 'To dead letters',
    hint: 'Entries into the dead-letter queue',
    of: (group) => group.dead_letter_entries,
  },
  {
    title: 'Sent again',
    hint: 'Returns from the dead-letter queue',
    of: (group) => group.dead_letter_returns,
  },
  { title: 'Failed for good', of: (group) => group.dead_lettered },
  {
    title: 'Side effects repeated',
    hint: 'Steps that are not idempotent begun once too often',
    of: (group) => group.duplicate_side_effects,
  },
];

/** Only what happened at all. */
function interventions({ estimates }: ResultDocument): string {
  const shown = INTERVENTIONS.filter(({ of }) => of(estimates.total).mean !== 0);
  if (shown.length === 0) return '';
  const workloads = Object.entries(estimates.workloads).map(([name, of]) => ({ name, of }));
  const everything = workloads.length > 1 ? [{ name: 'all', of: estimates.total }] : [];
  const columns: Column<NamedGroup>[] = [
    { title: 'Workload', text: true, cell: ({ name }) => escapeHtml(name) },
    ...shown.map(({ title, hint, of }) => ({
      title,
      ...(hint === undefined ? {} : { hint }),
      cell: ({ of: group }: NamedGroup) => estimateCell('count', of(group)),
    })),
  ];
  return `<section id="interventions"><h2>Interventions</h2>
${table(columns, [...workloads, ...everything], 'Interventions')}
</section>`;
}

interface Row extends PolicyFigure {
  /** Empty after the policy's first. */
  readonly policy: string;
}

const FIGURE_COLUMNS: readonly Column<Row>[] = [
  { title: 'Policy', text: true, cell: ({ policy }) => escapeHtml(policy) },
  { title: 'Figure', text: true, cell: ({ words }) => escapeHtml(words) },
  { title: 'Value', cell: ({ quantity, estimate }) => estimateCell(quantity, estimate) },
];

function figures(document: ResultDocument): string {
  const rows = policyFigures(document).flatMap(({ policy, figures: own }) =>
    own.map((figure, index) => ({ ...figure, policy: index === 0 ? policy : '' })),
  );
  if (rows.length === 0) return '';
  return `<section id="policy-figures"><h2>What the controls say of themselves</h2>
${table(FIGURE_COLUMNS, rows, 'What the controls say of themselves')}
</section>`;
}

export const controlSections = (document: ResultDocument): string =>
  `${interventions(document)}\n${figures(document)}`;
