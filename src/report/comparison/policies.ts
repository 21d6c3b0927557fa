/** In what the setups' policies differ, and what they share. */
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import type { PolicyUse } from '../../experiment/document.js';
import { type Column, escapeHtml, table } from '../markup.js';
import { POLICY_COLUMNS } from '../sections/setting.js';

interface Row {
  /** Empty after the setup's first. */
  readonly setup: string;
  readonly use: PolicyUse | null;
}

const columns: readonly Column<Row>[] = [
  { title: 'Setup', text: true, cell: ({ setup }) => escapeHtml(setup) },
  ...POLICY_COLUMNS.map(({ cell, ...rest }, index) => ({
    ...rest,
    cell: ({ use }: Row) => (use === null ? (index === 0 ? 'none of its own' : '') : cell(use)),
  })),
];

export function policySection({ setups }: ComparisonDocument): string {
  const everywhere = (use: PolicyUse): boolean => {
    const text = JSON.stringify(use);
    return setups.every(({ policies }) => policies.some((other) => JSON.stringify(other) === text));
  };
  const own = setups.flatMap(({ name, policies }): Row[] => {
    const uses = policies.filter((use) => !everywhere(use));
    return uses.length === 0
      ? [{ setup: name, use: null }]
      : uses.map((use, index) => ({ setup: index === 0 ? name : '', use }));
  });
  const shared = setups[0]!.policies.filter(everywhere);
  const differ = own.every(({ use }) => use === null)
    ? '<p>The setups have the same policies: they differ in something else of their scenarios.</p>'
    : table(columns, own, 'Policies that differ');
  const common =
    shared.length === 0
      ? ''
      : `<h3>In all of them</h3>\n${table(POLICY_COLUMNS, shared, 'Policies that all setups have')}`;
  return `<section id="policies"><h2>In what the policies differ</h2>
${differ}
${common}
</section>`;
}
