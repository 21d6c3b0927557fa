/** From a scenario's text or data to what a run needs; pure, so traces are read before and handed in. */
import type { SystemSpec } from '../model/system.js';
import type { PolicySet } from '../policies/policy-set.js';
import { checkScenario } from './checks.js';
import { ContentHash, canonicalText } from './content-hash.js';
import type { MetricShape } from './metric-shape.js';
import { type LoadedNodeLists, withNodeLists } from './node-lists.js';
import { documentOf } from './object-document.js';
import {
  type CompiledPolicyUse,
  canaryVariantOf,
  codeHashesOf,
  policiesInForce,
  policySetOf,
  policyUsesOf,
} from './policy-choices.js';
import type { UserPolicies } from './policy-files.js';
import { ScenarioError } from './problem.js';
import { parseScenario, type Scenario } from './schema.js';
import { type CompiledSlo, compileSlos, measuresOf } from './slos.js';
import type { SourceDocument } from './source.js';
import { systemOf } from './system.js';
import type { LoadedTraces } from './trace-uses.js';
import { warningsOf } from './warnings.js';

export interface CompileOptions {
  /** Name of the variant whose policies hold; without it those of `policies:`. */
  readonly variant?: string | undefined;
  /** By workload, for those that replay one; see `tracesOf`. */
  readonly traces?: LoadedTraces;
  /** By pool, for those that have one; see `nodeListsOf`. */
  readonly nodeLists?: LoadedNodeLists | undefined;
  /** The document parsed already, before node lists are filled in. */
  readonly parsed?: Scenario | undefined;
  /** The user's own, for the entries that name a file; see `policyFilesOf`. */
  readonly userPolicies?: UserPolicies | undefined;
}

export interface CompiledScenario {
  readonly system: SystemSpec;
  readonly policies: PolicySet;
  /** The same policies as the result document lists them, defaults filled in. */
  readonly policyUses: readonly CompiledPolicyUse[];
  readonly slos: readonly CompiledSlo[];
  readonly replications: number;
  readonly seed: string;
  readonly name: string;
  readonly description: string;
  /** Equal for scenarios whose runs from one seed are equal: 32 hexadecimal digits. */
  readonly hash: string;
  readonly variant: string | null;
  /** What runs measure, as a tree of units. */
  readonly measures: MetricShape;
  /** Names of all variants. */
  readonly variants: readonly string[];
  /** What is possible but probably not meant. */
  readonly warnings: readonly string[];
}

/** Throws `ScenarioError` with every mistake that was found, each at its line and column. */
export function compileScenario(document: SourceDocument, options: CompileOptions = {}): CompiledScenario {
  const nodeLists: LoadedNodeLists = options.nodeLists ?? new Map();
  const scenario = withNodeLists(options.parsed ?? parseScenario(document, options.userPolicies), nodeLists);
  const variant = options.variant ?? null;
  const traces: LoadedTraces = options.traces ?? new Map();
  const problems = checkScenario(scenario, document, { variant, traces });
  if (problems.length > 0) throw new ScenarioError(problems);
  const inForce = policiesInForce(scenario, document, variant);
  const system = systemOf(scenario, traces, nodeLists);
  const canaryVariant = canaryVariantOf(inForce);
  const canary = canaryVariant === null ? null : policiesInForce(scenario, document, canaryVariant, variant);
  const policyUses = policyUsesOf(inForce, canary, scenario);
  return {
    system,
    policies: policySetOf(inForce, canary, system.pools),
    policyUses,
    slos: compileSlos(scenario, document, inForce, traces, () => false).slos,
    measures: measuresOf(scenario, inForce, traces),
    replications: scenario.run.replications,
    seed: String(scenario.run.seed),
    name: scenario.name,
    description: scenario.description,
    hash: hashOf(
      scenario,
      system,
      policyUses,
      [...codeHashesOf(inForce), ...(canary === null ? [] : codeHashesOf(canary))],
      traces,
    ),
    variant,
    variants: Object.keys(scenario.variants),
    warnings: warningsOf(scenario, system, inForce),
  };
}

/** The same for a scenario given as plain data, for example from a program. */
export function compileObject(scenario: object, options: CompileOptions = {}): CompiledScenario {
  return compileScenario(documentOf(scenario), options);
}

/** Title, seed, number of replications and SLOs do not change what one run does. */
function hashOf(
  scenario: Scenario,
  system: SystemSpec,
  policyUses: readonly CompiledPolicyUse[],
  codeHashes: readonly string[],
  traces: LoadedTraces,
): string {
  const { horizon, stages, tenantNames, network } = system;
  // Distributions and arrivals as specified: the system holds what was made of them.
  const { version, services, disturbances } = scenario;
  const pools = system.pools.map((pool) => {
    const { failures } = scenario.pools[pool.name]!;
    return failures === undefined ? pool : { ...pool, failures };
  });
  // A trace counts by what was read from it, not by the name of its file.
  const workloads = Object.entries(scenario.workloads).map(([name, { arrival, ...workload }]) =>
    arrival.kind === 'trace' ? { name, ...workload } : { name, arrival, ...workload },
  );
  // So does a policy of the user's own.
  const policies = policyUses.map(({ file: _, ...use }) => use);
  const hash = new ContentHash();
  hash.addText(
    canonicalText({
      version,
      horizon,
      pools: pools.map(({ order, ...pool }) => ({ ...pool, order: order === null ? undefined : [...order] })),
      services,
      stages,
      tenantNames,
      workloads,
      disturbances,
      network,
      policies,
      load: scenario.run.load === 1 ? undefined : scenario.run.load,
    }),
  );
  for (const codeHash of codeHashes) hash.addText(codeHash);
  for (const [workload, { table }] of traces) {
    const { rows, tenantNames: tenants, hardwareNames: hardware } = table;
    const { arrival } = scenario.workloads[workload]!;
    const sample = arrival.kind === 'trace' ? arrival.trace.sample : undefined;
    hash.addText(canonicalText({ workload, rows, tenants, hardware, sample }));
    for (const key of TRACE_COLUMNS) {
      const column = table[key];
      if (column !== undefined) hash.addText(key).addColumn(column);
    }
  }
  return hash.hex();
}

const TRACE_COLUMNS = [
  'arrivalS',
  'workS',
  'gpus',
  'gpuShare',
  'cpus',
  'hostBytes',
  'hardware',
  'promptTokens',
  'outputTokens',
  'priority',
  'tenant',
] as const;
