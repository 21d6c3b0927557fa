/** Policies of the scenario and of its variants: the names they use, and orderings that share a resource. */
import { POLICY_POINTS, type PolicyDefinition } from '../../policies/definition.js';
import { AT_KIND } from '../../policies/policy-set.js';
import { noScaling } from '../../policies/scaling/none.js';
import { canonicalText } from '../content-hash.js';
import {
  CANARY_POINTS,
  canaryVariantOf,
  isActive,
  type PoliciesInForce,
  type PolicyInForce,
  type WrittenPolicy,
  writtenPolicies,
} from '../policy-choices.js';
import { hasTraceTenants, tenantNamesOf } from '../tenants.js';
import type { CheckContext } from './context.js';

/** All policy sets: a name that is wrong in a variant is told whichever variant runs. */
export function checkPolicies(context: CheckContext): void {
  const { scenario, document } = context;
  const names = {
    stage: Object.keys(scenario.stages),
    workload: Object.keys(scenario.workloads),
    pool: Object.keys(scenario.pools),
    tenant: tenantNamesOf(scenario, context.traces),
    variant: Object.keys(scenario.variants),
  };
  const tenantsToCome = context.traces === null && Object.values(scenario.workloads).some(hasTraceTenants);
  for (const variant of [null, ...Object.keys(scenario.variants)])
    for (const written of writtenPolicies(scenario, document, variant)) {
      checkAt(context, written, names);
      checkScaled(context, written);
      const { definition, parameters } = written.entry;
      for (const { kind, name, path } of referencesOf(definition, parameters))
        if (kind !== 'tenant' || !tenantsToCome)
          context.knows(kind, name, names[kind], [...written.path, ...path], { key: true });
    }
}

const referencesOf = (definition: PolicyDefinition, parameters: Readonly<Record<string, unknown>>) =>
  definition.references?.(parameters) ?? [];

/** A policy that is told to scale a pool needs to know how far it may go. */
function checkScaled(context: CheckContext, { point, entry, path }: WrittenPolicy): void {
  if (point !== 'scaling' || entry.definition === noScaling) return;
  for (const name of entry.at ?? [])
    if (context.scenario.pools[name] !== undefined && context.scenario.pools[name].scaling === undefined)
      context.problem(
        [...path, 'at'],
        `pool \`${name}\` has a fixed number of nodes: add \`scaling: {max: ...}\` to it`,
      );
}

function checkAt(
  context: CheckContext,
  { point, entry, path }: WrittenPolicy,
  names: Readonly<Record<'stage' | 'workload' | 'pool', readonly string[]>>,
): void {
  const kind = AT_KIND[point];
  if (kind === null || entry.at === null) return;
  const isList = context.document.node([...path, 'at'])?.kind === 'list';
  for (const [index, name] of entry.at.entries())
    context.knows(kind, name, names[kind], isList ? [...path, 'at', index] : [...path, 'at']);
}

/** A rollout's other policies may differ only in what tasks that share queues and pools can have apart. */
export function checkCanary(context: CheckContext, inForce: PoliciesInForce): void {
  const { scenario } = context;
  const variant = canaryVariantOf(inForce);
  const rollout = inForce.rollout.find(({ path }) => path !== null);
  const second = inForce.rollout.filter(isActive)[1];
  if (second !== undefined)
    context.problem(
      second.path ?? ['policies', 'rollout'],
      'only one rollout can hold: a task goes under one policy set or the other; got a second one',
    );
  if (variant === null || rollout === undefined || scenario.variants[variant] === undefined) return;
  for (const point of POLICY_POINTS) {
    if (scenario.variants[variant][point] === undefined || CANARY_POINTS.includes(point)) continue;
    context.problem(
      ['variants', variant, point],
      `variant \`${variant}\` is the canary of a rollout: its tasks share queues and pools with the others, so it cannot have \`${point}\` of its own`,
      { expected: CANARY_POINTS.join(', ') },
    );
  }
}

/** The stages of one pool or service are served from one order, so their orderings must agree. */
export function checkOrderings(context: CheckContext, inForce: PoliciesInForce): void {
  const stages = Object.entries(context.scenario.stages);
  const byStage = stages.map((_, stage) => inForce.ordering.find(({ places }) => places.includes(stage)));
  const firstOf = new Map<string, { readonly name: string; readonly ordering: PolicyInForce }>();
  for (const [index, [name, { pool, service }]] of stages.entries()) {
    const resource = pool === undefined ? `service \`${service}\`` : `pool \`${pool}\``;
    const ordering = byStage[index]!;
    const first = firstOf.get(resource);
    if (first === undefined) {
      firstOf.set(resource, { name, ordering });
      continue;
    }
    if (sameOrder(first.ordering, ordering)) continue;
    // A default has no place in the file, and then the other one has.
    const path = ordering.path ?? first.ordering.path ?? ['stages', name];
    context.problem(
      path,
      `stages \`${first.name}\` and \`${name}\` share ${resource}, so they need the same ordering; got ${first.ordering.definition.name} and ${ordering.definition.name}`,
    );
  }
}

const sameOrder = (a: PolicyInForce, b: PolicyInForce): boolean =>
  a.definition === b.definition && canonicalText(a.parameters) === canonicalText(b.parameters);
