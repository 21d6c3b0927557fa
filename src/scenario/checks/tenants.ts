/** Every tenant and workload has records of its own, so their number is bounded. */
import { TENANTS_MAX } from '../schema/workload.js';
import { tenantNamesOf } from '../tenants.js';
import type { CheckContext } from './context.js';

export function checkTenants(context: CheckContext): void {
  const { scenario, traces } = context;
  const names = tenantNamesOf(scenario, traces);
  if (names.length > TENANTS_MAX)
    context.problem(
      ['workloads'],
      `the workloads have ${names.length} tenants together; at most ${TENANTS_MAX} are supported`,
      {
        key: true,
      },
    );
}
