/** Who a workload's tasks belong to, as names with weights. */
import { pow } from '../kernel/math.js';
import type { TenantsEntry, WorkloadEntry } from './schema/workload.js';
import type { Scenario } from './schema.js';
import type { LoadedTraces } from './trace-uses.js';

const DEFAULT_TENANT = 'default';

export interface TenantWeight {
  readonly name: string;
  readonly weight: number;
}

/** As the scenario says; a trace's own tenants take the place of these. */
export function declaredTenants({ tenant, tenants }: WorkloadEntry): TenantWeight[] {
  if (tenants === undefined) return [{ name: tenant ?? DEFAULT_TENANT, weight: 1 }];
  if (!isNumbered(tenants)) return Object.entries(tenants).map(([name, weight]) => ({ name, weight }));
  const { count, skew, prefix } = tenants;
  return Array.from({ length: count }, (_, i) => ({ name: `${prefix}-${i + 1}`, weight: pow(i + 1, -skew) }));
}

type Numbered = Extract<TenantsEntry, { prefix: string }>;

/** A tenant by weight cannot be called `count`. */
const isNumbered = (tenants: TenantsEntry): tenants is Numbered => 'count' in tenants;

/** Whether the tenants come from a column of the workload's trace. */
export const hasTraceTenants = ({ arrival }: WorkloadEntry): boolean =>
  arrival.kind === 'trace' && arrival.trace.columns.tenant !== undefined;

/** All tenants in order of first appearance; those of traces only once they are loaded. */
export function tenantNamesOf(scenario: Scenario, traces: LoadedTraces | null): string[] {
  const names = new Set<string>();
  for (const [name, workload] of Object.entries(scenario.workloads)) {
    const own = hasTraceTenants(workload)
      ? (traces?.get(name)?.table.tenantNames ?? [])
      : declaredTenants(workload).map((tenant) => tenant.name);
    for (const tenant of own) names.add(tenant);
  }
  return [...names];
}
