/** Names that must exist: of pools, services and stages. */
import { waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';

export function checkReferences(context: CheckContext): void {
  const { scenario } = context;
  const pools = Object.keys(scenario.pools);
  const services = Object.keys(scenario.services);
  const stages = Object.keys(scenario.stages);
  for (const [name, { pool, service }] of Object.entries(scenario.stages)) {
    if (pool !== undefined) context.knows('pool', pool, pools, ['stages', name, 'pool']);
    if (service !== undefined) context.knows('service', service, services, ['stages', name, 'service']);
  }
  for (const [name, workload] of Object.entries(scenario.workloads))
    for (const { key, steps } of waysOf(workload))
      for (const [index, { stage }] of steps.entries())
        if (stage !== undefined)
          context.knows('stage', stage, stages, ['workloads', name, key, index, 'stage']);
}
