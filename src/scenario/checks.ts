/** What a schema cannot see: names that must exist, and things that each make sense but not together. */
import { checkBlocking } from './checks/blocking.js';
import { CheckContext } from './checks/context.js';
import { checkFailures } from './checks/failures.js';
import { checkClosedLoops, checkHorizon } from './checks/horizon.js';
import { checkNetwork } from './checks/network.js';
import { checkCanary, checkOrderings, checkPolicies } from './checks/policies.js';
import { checkReferences } from './checks/references.js';
import { checkServing } from './checks/serving.js';
import { checkTenants } from './checks/tenants.js';
import { checkWork } from './checks/work.js';
import { checkWorkflows } from './checks/workflow.js';
import { policiesInForce } from './policy-choices.js';
import type { Problem } from './problem.js';
import type { Scenario } from './schema.js';
import { compileSlos } from './slos.js';
import type { SourceDocument } from './source.js';
import { hasTraceTenants } from './tenants.js';
import type { LoadedTraces } from './trace-uses.js';

export interface CheckOptions {
  /** The variant asked for, if any. */
  readonly variant: string | null;
  /** Null before they are read: what depends on their rows is then left for later. */
  readonly traces: LoadedTraces | null;
}

/** All problems, in the order of the file. */
export function checkScenario(
  scenario: Scenario,
  document: SourceDocument,
  { variant, traces }: CheckOptions,
): Problem[] {
  const context = new CheckContext(scenario, document, variant, traces);
  const variants = Object.keys(scenario.variants);
  const isKnown = variant === null || context.knows('variant', variant, variants, ['variants']);
  const inForce = policiesInForce(scenario, document, isKnown ? variant : null);
  checkReferences(context);
  checkWorkflows(context);
  checkWork(context);
  checkServing(context);
  checkNetwork(context);
  checkHorizon(context);
  checkClosedLoops(context, inForce);
  checkTenants(context);
  checkPolicies(context);
  checkOrderings(context, inForce);
  checkCanary(context, inForce);
  checkFailures(context, inForce);
  checkBlocking(context);
  const tenantsToCome = traces === null && Object.values(scenario.workloads).some(hasTraceTenants);
  const skip = (metric: string) => tenantsToCome && metric.startsWith('tenants.');
  context.problems.push(...compileSlos(scenario, document, inForce, traces, skip).problems);
  return inFileOrder(context.problems);
}

function inFileOrder(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem) => problem.line ?? Number.MAX_SAFE_INTEGER;
  return [...problems].sort((a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0));
}
