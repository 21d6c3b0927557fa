/** Pools in mode `batching` and the steps at them: what a schema cannot see. */
import { createDistribution } from '../../kernel/distribution/registry.js';
import type { PathSegment } from '../problem.js';
import { PROFILE_NAMES, servingProfile } from '../profiles/registry.js';
import { hasOwnWay } from '../schema/network.js';
import type { PoolEntry } from '../schema/pool.js';
import type { ServingEntry } from '../schema/serving.js';
import { REQUEST_KEYS, type StepEntry, type WorkloadEntry } from '../schema/workload.js';
import {
  kvBytesOf,
  kvTokensOf,
  maxBatchOf,
  servingSources,
  swapSPerTokenOf,
  timingOf,
  tokenBudgetOf,
} from '../serving.js';
import { nextOf, stepNames, waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';

const REPLICAS_MAX = 100_000;

export function checkServing(context: CheckContext): void {
  for (const [name, pool] of Object.entries(context.scenario.pools))
    if (pool.mode === 'batching' && pool.serving !== undefined)
      checkServer(context, pool, pool.serving, ['pools', name, 'serving']);
  for (const [name, workload] of Object.entries(context.scenario.workloads))
    for (const { key, steps } of waysOf(workload)) {
      for (const [index, step] of steps.entries())
        checkRequest(context, workload, step, ['workloads', name, key, index]);
      checkHandOver(context, steps, ['workloads', name, key]);
    }
}

function checkServer(
  context: CheckContext,
  pool: PoolEntry,
  entry: ServingEntry,
  path: readonly PathSegment[],
): void {
  const names = [
    ['profile', PROFILE_NAMES.serving, 'serving profile'],
    ['model', PROFILE_NAMES.model, 'model'],
    ['hardware', PROFILE_NAMES.hardware, 'hardware'],
  ] as const;
  const areKnown = names.map(
    ([key, known, what]) =>
      entry[key] === undefined || context.knows(what, entry[key], known, [...path, key]),
  );
  // What follows would speak of what is not there.
  if (areKnown.includes(false)) return;
  const wrong = (key: string, message: string) =>
    context.problem(entry[key as keyof ServingEntry] === undefined ? path : [...path, key], message);
  if (timingOf(entry).batchS.length === 0)
    wrong('timing', 'nothing says how long an iteration takes: give a `profile`, or `timing` with `batch`');
  const { tensorParallel, gpusPerNode } = servingSources(pool, entry);
  const profile = entry.profile === undefined ? undefined : servingProfile(entry.profile)!;
  if (profile !== undefined && tensorParallel !== profile.tensorParallel && entry.timing?.batch === undefined)
    wrong(
      'tensorParallel',
      `the timing of profile ${profile.name} is that of ${profile.tensorParallel} GPUs; for ${tensorParallel} give \`timing\` too, or another profile`,
    );
  if (tensorParallel > gpusPerNode)
    wrong(
      'tensorParallel',
      `a replica of ${tensorParallel} GPUs does not fit on a node of ${gpusPerNode}: give \`gpusPerNode\``,
    );
  else if ((pool.nodes ?? 1) * Math.floor(gpusPerNode / tensorParallel) > REPLICAS_MAX)
    context.problem([...path.slice(0, -1), 'nodes'], `at most ${REPLICAS_MAX} replicas are supported`);
  checkMemory(context, pool, entry, path, wrong);
}

function checkMemory(
  context: CheckContext,
  pool: PoolEntry,
  entry: ServingEntry,
  path: readonly PathSegment[],
  wrong: (key: string, message: string) => void,
): void {
  const kvTokens = kvTokensOf(pool, entry);
  if (kvTokens === undefined)
    context.problem(
      path,
      'nothing says how much KV memory a replica has: give `kvTokens`, a `profile`, or `model` with `hardware` or with `memory` of the pool',
    );
  else if (kvTokens < (entry.blockTokens ?? 16))
    wrong(
      'kvTokens',
      kvTokens === 0
        ? 'the weights leave no room for any KV: more GPUs in `tensorParallel`, or GPUs with more memory'
        : `${kvTokens} tokens are less than one block`,
    );
  const budget = tokenBudgetOf(entry);
  if ((entry.prefill ?? 'chunked') === 'chunked' && budget < maxBatchOf(entry))
    wrong(
      'tokenBudget',
      `a token budget of ${budget} is below maxBatch ${maxBatchOf(entry)}: not all of a full batch could decode`,
    );
  if (entry.onShortMemory === 'swap' && Number.isNaN(swapSPerTokenOf(pool, entry)))
    wrong(
      'onShortMemory',
      'nothing says how long swapping takes: give `swapBandwidth` and `kvBytesPerToken`, or a `model` and `hardware`',
    );
}

function batchingPoolOf({ scenario }: CheckContext, { stage }: StepEntry): PoolEntry | undefined {
  const name = stage === undefined ? undefined : scenario.stages[stage]?.pool;
  const pool = name === undefined ? undefined : scenario.pools[name];
  return pool?.mode === 'batching' ? pool : undefined;
}

const roleOf = (pool: PoolEntry | undefined) => pool?.serving?.role ?? 'both';

/** Whether a step is a request to an LLM server, and so has no `work`. */
export const isRequest = (context: CheckContext, step: StepEntry): boolean =>
  batchingPoolOf(context, step) !== undefined;

function checkRequest(
  context: CheckContext,
  workload: WorkloadEntry,
  step: StepEntry,
  path: readonly PathSegment[],
): void {
  const pool = batchingPoolOf(context, step);
  const remark = (key: string, message: string) => context.problem([...path, key], message, { key: true });
  if (step.transfer !== undefined && hasOwnWay(step.transfer) && roleOf(pool) !== 'decode')
    remark(
      'transfer',
      'only KV for a pool of role decode goes by a way of its own: give `size` and a `network`',
    );
  if (pool === undefined) {
    if (step.stage === undefined) return;
    for (const key of REQUEST_KEYS)
      if (step[key] !== undefined)
        remark(key, `\`${key}\` belongs to requests: stage \`${step.stage}\` has no pool in mode batching`);
    return;
  }
  if (step.work !== undefined)
    remark(
      'work',
      `a request has no \`work\`: how long it takes at stage \`${step.stage}\` follows from its tokens`,
    );
  for (const key of ['gpus', 'slots', 'within', 'hardware', 'throughput', 'cpus', 'hostMemory'] as const)
    if (step[key] !== undefined) remark(key, `a request takes one place in a batch, so it has no \`${key}\``);
  if (roleOf(pool) === 'decode') {
    for (const key of ['prompt', 'output', 'context'] as const)
      if (step[key] !== undefined)
        remark(
          key,
          `a decode pool goes on with the request of the prefill step before: give \`${key}\` there`,
        );
    const hasSize = pool.serving !== undefined && !Number.isNaN(kvBytesOf(pool, pool.serving));
    if (step.transfer?.bandwidth !== undefined && !hasSize)
      remark('transfer', 'nothing says how large the KV is: give `kvBytesPerToken` or `model` in `serving`');
    if (context.scenario.network !== undefined && step.transfer === undefined && !hasSize)
      context.problem(
        path,
        'nothing says how large the KV is that comes by the network: give `kvBytesPerToken` or `model` in `serving`, or `transfer` here',
      );
    return;
  }
  checkTokens(context, workload, step, pool, path);
}

const meanOf = (spec: StepEntry['prompt']): number =>
  spec === undefined ? 1 : createDistribution(spec).mean;

function checkTokens(
  context: CheckContext,
  workload: WorkloadEntry,
  step: StepEntry,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  const { arrival } = workload;
  const isPrefill = roleOf(pool) === 'prefill';
  const inTrace = (column: 'promptTokens' | 'outputTokens') =>
    arrival.kind === 'trace' && arrival.trace.columns[column] !== undefined;
  if (step.prompt === undefined && workload.promptTokens === undefined && !inTrace('promptTokens'))
    context.problem(path, 'missing `prompt`: nothing says how many tokens the request reads');
  if (
    step.output === undefined &&
    workload.outputTokens === undefined &&
    !inTrace('outputTokens') &&
    !isPrefill
  )
    context.problem(path, 'missing `output`: nothing says how many tokens the request writes');
  if (pool.serving === undefined) return;
  const kvTokens = kvTokensOf(pool, pool.serving);
  if (kvTokens === undefined) return;
  const promptTokens = meanOf(step.prompt ?? workload.promptTokens);
  const outputTokens = isPrefill ? 1 : meanOf(step.output ?? workload.outputTokens);
  if (promptTokens + outputTokens - 1 > kvTokens)
    context.problem(
      path,
      `a request of mean size has ${Math.round(promptTokens)} + ${Math.round(outputTokens)} tokens and a replica room for ${kvTokens}: it never fits`,
    );
}

/** Every step at a decode pool goes on where steps at prefill pools have ended. */
function checkHandOver(
  context: CheckContext,
  steps: readonly StepEntry[],
  path: readonly PathSegment[],
): void {
  const names = stepNames(steps);
  const roles = steps.map((step) => {
    const pool = batchingPoolOf(context, step);
    return pool === undefined ? null : roleOf(pool);
  });
  if (roles[0] === 'decode')
    context.problem([...path, 0], 'a decode pool needs a step at a pool of role prefill before it');
  for (const [index, role] of roles.entries())
    for (const { to } of nextOf(steps, names, index)) {
      const next = names.indexOf(to);
      if (roles[next] !== 'decode' || role === 'prefill') continue;
      context.problem(
        [...path, next],
        `a decode pool needs the request of a prefill pool, and step \`${names[index]}\` before it is at none`,
      );
    }
}
