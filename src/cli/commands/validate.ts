/** `wipsim validate FILE`: whether a scenario can run, and what is in it. */

import { StreamFactory } from '../../kernel/random/streams.js';
import { gpusOf, nodesOf, type SystemSpec, type WorkloadSpec } from '../../model/system.js';
import { formatCount, formatDuration, formatRate } from '../../report/format.js';
import type { CompiledScenario } from '../../scenario/compile.js';
import { printable, ScenarioError } from '../../scenario/problem.js';
import { loadScenario } from '../../traces/load-scenario.js';
import { ExitCode } from '../exit-code.js';
import { problemText } from '../load.js';
import { jsonText, print, printMessage } from '../output.js';

export interface ValidateOptions {
  readonly policy?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

export async function validate(file: string, { policy, set, json }: ValidateOptions): Promise<ExitCode> {
  try {
    const { compiled } = await loadScenario(file, { variant: policy, set });
    print(json === true ? jsonText({ ok: true, problems: [] }) : description(compiled));
    return ExitCode.fine;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    if (json === true) print(jsonText({ ok: false, problems: error.problems }));
    else printMessage(await problemText(file, error));
    return ExitCode.usage;
  }
}

function description(compiled: CompiledScenario): string {
  const { name, variant, system, policyUses, slos, warnings } = compiled;
  return [
    `ok: ${printable(name)}${variant === null ? '' : ` (${printable(variant)})`}`,
    ...system.workloads.map(
      (workload) => `  workload ${workload.name}: ${arrivals(workload)}; ${path(workload, system)}`,
    ),
    ...system.stages.map((stage) => `  stage ${stage.name}: ${resource(stage, system)}`),
    `  policies: ${policyUses.length === 0 ? 'none' : policyUses.map(({ point, policy }) => `${point}/${policy}`).join(', ')}`,
    `  SLOs: ${slos.length}`,
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n');
}

function arrivals({ arrival }: WorkloadSpec): string {
  switch (arrival.kind) {
    case 'open':
      return `${formatRate(arrival.create(new StreamFactory('mean rate')).meanRateHz)} on average`;
    case 'closed':
      return `${formatCount(arrival.users)} users, each thinking ${formatDuration(arrival.think.mean)} on average`;
    case 'trace':
      return `${formatCount(arrival.table.rows)} tasks of a trace`;
  }
}

const path = ({ steps }: WorkloadSpec, { stages }: SystemSpec): string =>
  `${steps.length === 1 ? '1 step' : `${steps.length} steps`} (${steps.map(({ stage }) => stages[stage]?.name ?? 'delay').join(', ')})`;

function resource({ resource: { kind, index } }: SystemSpec['stages'][number], system: SystemSpec): string {
  if (kind === 'service') {
    const { name, concurrency } = system.services[index]!;
    return `service ${name}, ${concurrency === Number.POSITIVE_INFINITY ? 'unlimited' : formatCount(concurrency)} calls at a time`;
  }
  const pool = system.pools[index]!;
  const { name, mode, slotsPerGpu, serving } = pool;
  const gpus = `${formatCount(gpusOf(pool))} GPUs`;
  if (serving !== null)
    return `pool ${name}, ${gpus}, ${formatCount(nodesOf(pool))} replicas of an LLM server, ${formatCount(serving.replica.maxBatch)} requests in a batch`;
  const units = {
    slots: `${formatCount(gpusOf(pool) * slotsPerGpu)} slots`,
    exclusive: 'whole GPUs',
    shared: `shared by at most ${formatCount(gpusOf(pool) * slotsPerGpu)} tasks`,
    batching: 'LLM servers',
  };
  return `pool ${name}, ${gpus}, ${units[mode]}`;
}
