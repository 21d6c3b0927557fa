/** What was simulated: scenario, seed, replications, and the policies in force. */
import type { PolicyUse, ResultDocument } from '../../experiment/document.js';
import { formatCount, formatDuration } from '../format.js';
import { type Column, escapeHtml, table } from '../markup.js';

const parameterText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** Of a rollout's other policy set. */
const armText = ({ arm }: PolicyUse): string => (arm === undefined ? '' : ` (${arm})`);

export const POLICY_COLUMNS: readonly Column<PolicyUse>[] = [
  { title: 'Where it decides', text: true, cell: ({ point }) => escapeHtml(point) },
  { title: 'Policy', text: true, cell: (use) => escapeHtml(use.policy) + armText(use) },
  { title: 'At', text: true, cell: ({ at }) => (at.length === 0 ? 'everywhere' : escapeHtml(at.join(', '))) },
  {
    title: 'Parameters',
    text: true,
    cell: ({ parameters }) =>
      Object.entries(parameters)
        .map(
          ([name, value]) =>
            `<code>${escapeHtml(name)}&nbsp;=&nbsp;${escapeHtml(parameterText(value))}</code>`,
        )
        .join(', '),
  },
];

/** `5 replications`, `3 of 5 replications`. */
function replicationsText({ planned, finished }: ResultDocument['replications']): string {
  const noun = planned === 1 ? 'replication' : 'replications';
  return finished === planned ? `${planned} ${noun}` : `${finished} of ${planned} ${noun}`;
}

export function headerSection(document: ResultDocument): string {
  const { scenario, seed, replications, warmup, estimates } = document;
  const variant =
    scenario.variant === null ? '' : ` <span class="variant">${escapeHtml(scenario.variant)}</span>`;
  const facts = [
    `seed <b>${escapeHtml(seed)}</b>`,
    `<b>${replicationsText(replications)}</b>${replications.finished === 1 ? ': no intervals' : ''}`,
    `<b>${formatDuration(estimates.window_s.mean)}</b> measured after <b>${formatDuration(warmup.length_s)}</b> warm-up (${escapeHtml(warmup.method)})`,
    `${formatCount(Math.round(estimates.events.mean))} events each`,
    `scenario <code>${escapeHtml(scenario.hash.slice(0, 12))}</code>`,
  ];
  const inForce = document.policies.map(
    (use) =>
      `${escapeHtml(use.point)} <b>${escapeHtml(use.policy)}</b>${armText(use)}${use.at.length === 0 ? '' : ` at ${escapeHtml(use.at.join(', '))}`}`,
  );
  const policies = `<p class="facts">Policies (<a href="#policies">in full</a>): ${inForce.join(', ') || 'none'}</p>`;
  const interrupted = document.interrupted
    ? `<p class="notice">This run was interrupted: it shows the ${replicationsText(replications)} that were finished.</p>`
    : '';
  return `<header>
<p class="brand">wipsim report</p>
<h1>${escapeHtml(scenario.name)}${variant}</h1>
${scenario.description === '' ? '' : `<p class="lead">${escapeHtml(scenario.description)}</p>`}
<p class="facts">${facts.join(' <span aria-hidden="true">·</span> ')}</p>
${policies}
${interrupted}
</header>`;
}

export function policySection({ policies }: ResultDocument): string {
  const body =
    policies.length === 0
      ? '<p>None: everything is admitted and served first come, first served, as far as capacity goes.</p>'
      : table(POLICY_COLUMNS, policies, 'Policies in force');
  return `<section id="policies"><h2>Policies in force</h2>\n${body}\n</section>`;
}
