/** Stages that hold tasks back upstream (`whenFull: block`) must not wait for what those tasks hold. */
import { nextOf, stepNames, waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';

export function checkBlocking(context: CheckContext): void {
  const { stages, workloads } = context.scenario;
  const told = new Set<string>();
  const ways = Object.entries(workloads).flatMap(([workload, entry]) =>
    waysOf(entry).map(({ steps }) => [workload, steps] as const),
  );
  for (const [workload, workflow] of ways) {
    const names = stepNames(workflow);
    for (const [index, { stage: from }] of workflow.entries()) {
      if (from === undefined || stages[from]?.pool === undefined) continue;
      for (const { to } of nextOf(workflow, names, index)) {
        const stage = workflow[names.indexOf(to)]?.stage;
        const ahead = stage === undefined ? undefined : stages[stage];
        if (stage === undefined || told.has(stage) || ahead?.pool !== stages[from].pool) continue;
        if (ahead?.queue?.whenFull !== 'block' || ahead.queue.capacity === undefined) continue;
        told.add(stage);
        context.problem(
          ['stages', stage, 'queue', 'whenFull'],
          `this would deadlock: tasks of workload \`${workload}\` come here from stage \`${from}\` of the same pool \`${ahead.pool}\` and, held back, keep the places that this queue waits for`,
          { expected: 'refuse, no `capacity`, or another pool' },
        );
      }
    }
  }
}
