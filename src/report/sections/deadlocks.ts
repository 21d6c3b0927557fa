/** Where tasks held what each other waited for; nothing where there was none. */
import type { DeadlockReport, ResultDocument } from '../../experiment/document.js';
import { deadlockedReplications } from '../deadlocks.js';
import { formatDuration } from '../format.js';
import { type Column, escapeHtml, table } from '../markup.js';

const COLUMNS: readonly Column<DeadlockReport>[] = [
  { title: 'Replication', text: true, cell: ({ replication }) => String(replication) },
  { title: 'At', cell: ({ at_s: atS }) => formatDuration(atS) },
  {
    title: 'Who holds what and waits for what',
    text: true,
    cell: ({ cycle }) => cycle.map(escapeHtml).join('<br>'),
  },
];

export function deadlockSection(document: ResultDocument): string {
  const { deadlocks, replications } = document;
  if (deadlocks.length === 0) return '';
  return `<section id="deadlocks"><h2>Deadlocks</h2>
<p class="headline missed">In ${deadlockedReplications(document)} of ${replications.finished} replications tasks held what each other waited for.</p>
<p>Everything after it is about a system that stands still in part, until one of the tasks is given up or preempted. The
first ones, replications counted from 0, times from the start of the run:</p>
${table(COLUMNS, deadlocks, 'Deadlocks')}
</section>`;
}
