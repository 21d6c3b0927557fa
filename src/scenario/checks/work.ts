/** What steps ask for, against what their stage, pool and trace can give. */

import { groupsMeant, isTraced, kindsIn, namesOfHardware } from '../fleet.js';
import { optionWords } from '../issue-wording.js';
import { nodesPerRackOf, sizeOf } from '../pool-nodes.js';
import type { PathSegment } from '../problem.js';
import type { PoolEntry } from '../schema/pool.js';
import type { StepEntry, WorkloadEntry } from '../schema/workload.js';
import { waysOf } from '../workflow.js';
import type { CheckContext } from './context.js';
import { isRequest } from './serving.js';

export function checkWork(context: CheckContext): void {
  for (const [name, workload] of Object.entries(context.scenario.workloads)) {
    checkTraceColumns(context, name, workload);
    for (const { key, steps } of waysOf(workload))
      for (const [index, step] of steps.entries()) {
        const path = ['workloads', name, key, index];
        if (isRequest(context, step)) continue;
        checkDemand(context, workload, step, path);
        checkUnits(context, name, workload, step, path);
      }
  }
}

/** Values of a task that a column of the trace gives; the same in the workload would be passed over. */
const GIVEN_BY_TRACE = [
  ['tenant', 'tenant'],
  ['tenants', 'tenant'],
  ['priority', 'priority'],
  ['promptTokens', 'promptTokens'],
  ['outputTokens', 'outputTokens'],
] as const;

function checkTraceColumns(context: CheckContext, name: string, workload: WorkloadEntry): void {
  const { arrival } = workload;
  if (arrival.kind !== 'trace') return;
  for (const [key, column] of GIVEN_BY_TRACE)
    if (workload[key] !== undefined && arrival.trace.columns[column] !== undefined)
      context.problem(
        ['workloads', name, key],
        `\`${key}\` is given twice: the trace has it in a column; leave out one of the two`,
        { key: true },
      );
}

function checkDemand(
  context: CheckContext,
  workload: WorkloadEntry,
  step: StepEntry,
  path: readonly PathSegment[],
): void {
  const { work, stage } = step;
  if (work === undefined) {
    if (stage !== undefined && context.scenario.stages[stage]?.pool !== undefined)
      context.problem(path, `missing key \`work\`: stage \`${stage}\` is a pool’s, so its steps need one`, {
        expected: 'a distribution such as 8s or {p50: 8s, p99: 110s}, trace, or {tokens: {...}}',
      });
    return;
  }
  if (work === 'trace') checkColumn(context, workload, 'work', [...path, 'work']);
  else if (!('dist' in work)) {
    const { perPromptToken, perOutputToken } = (work as TokenWork).tokens;
    if (perPromptToken > 0)
      checkTokens(context, workload, 'promptTokens', [...path, 'work', 'tokens', 'perPromptToken']);
    if (perOutputToken > 0)
      checkTokens(context, workload, 'outputTokens', [...path, 'work', 'tokens', 'perOutputToken']);
  }
}

/** What only steps at a pool have. */
const NODE_KEYS = ['gpus', 'slots', 'within', 'hardware', 'throughput', 'cpus', 'hostMemory'] as const;

type TokenWork = Extract<StepEntry['work'], { tokens: { base: number } }>;

/** Whether a step may say `trace`. */
function checkColumn(
  context: CheckContext,
  { arrival }: WorkloadEntry,
  column: 'work' | 'gpus' | 'cpus' | 'hostMemory' | 'hardware',
  path: readonly PathSegment[],
): void {
  if (arrival.kind !== 'trace')
    context.problem(path, '`trace` needs a workload that replays one: `arrival: {trace: ...}`');
  else if (
    arrival.trace.columns[column] === undefined &&
    (column !== 'gpus' || arrival.trace.columns.gpuShare === undefined)
  )
    context.problem(path, `the trace has no \`${column}\`: name its column in \`arrival.trace.columns\``);
}

function checkTokens(
  context: CheckContext,
  workload: WorkloadEntry,
  key: 'promptTokens' | 'outputTokens',
  path: readonly PathSegment[],
): void {
  const { arrival } = workload;
  if (workload[key] !== undefined) return;
  if (arrival.kind === 'trace' && arrival.trace.columns[key] !== undefined) return;
  context.problem(path, `the workload’s tasks have no tokens of this kind: give it \`${key}\``);
}

function checkUnits(
  context: CheckContext,
  name: string,
  workload: WorkloadEntry,
  step: StepEntry,
  path: readonly PathSegment[],
): void {
  const stage = step.stage === undefined ? undefined : context.scenario.stages[step.stage];
  if (stage === undefined) return;
  if (stage.service !== undefined) {
    for (const key of NODE_KEYS)
      if (step[key] !== undefined)
        context.problem([...path, key], `stage \`${step.stage}\` is a service’s, which has no ${key}`, {
          key: true,
        });
    return;
  }
  const pool = context.scenario.pools[stage.pool!];
  if (pool === undefined) return;
  const [right, wrong] =
    pool.mode === 'exclusive' ? (['gpus', 'slots'] as const) : (['slots', 'gpus'] as const);
  if (pool.mode === 'shared') {
    for (const key of ['gpus', 'slots'] as const)
      if (step[key] !== undefined)
        context.problem(
          [...path, key],
          `pool \`${stage.pool}\` is in mode shared, where every step takes one place: it has no ${key}`,
          { key: true },
        );
    checkNodes(context, step, stage.pool!, pool, path);
    checkTraced(context, name, workload, step, stage.pool!, pool, path);
    checkRoom(context, step, 1, stage.pool!, pool, path);
    return;
  }
  if (step[wrong] !== undefined)
    context.problem(
      [...path, wrong],
      `pool \`${stage.pool}\` is in mode ${pool.mode}, where a step takes ${right}`,
      {
        key: true,
        suggestion: right,
      },
    );
  checkNodes(context, step, stage.pool!, pool, path);
  checkTraced(context, name, workload, step, stage.pool!, pool, path);
  const units = step[right];
  if (units === undefined) {
    checkRoom(context, step, 1, stage.pool!, pool, path);
    return;
  }
  if (units === 'trace') checkShares(context, name, stage.pool!, pool, [...path, right]);
  if (units === 'trace') checkColumn(context, workload, 'gpus', [...path, right]);
  const largest = units === 'trace' ? largestGang(context, name) : units;
  if (largest === undefined) return;

  const { perNode, total } = sizeOf(pool);
  const most = pool.spanNodes === true ? total : perNode;
  if (largest <= most) {
    checkRoom(context, step, units === 'trace' ? 0 : largest, stage.pool!, pool, path);
    return;
  }
  const what =
    units === 'trace' ? `the trace’s largest gang needs ${largest} ${right}` : `${largest} ${right} at once`;
  const unit = right === 'gpus' ? 'GPUs' : 'slots';
  const limit =
    pool.spanNodes === true
      ? `pool \`${stage.pool}\` has ${most} ${unit} in all`
      : `a node of pool \`${stage.pool}\` has ${most} ${unit}`;
  const remedy =
    right === 'gpus' && pool.spanNodes !== true && largest <= total
      ? '; `spanNodes: true` lets a gang use several nodes'
      : '';
  context.problem([...path, right], `${what}, but ${limit}: it could never start${remedy}`);
}

/** The columns that the step goes by, other than GPUs. */
function checkTraced(
  context: CheckContext,
  name: string,
  workload: WorkloadEntry,
  step: StepEntry,
  poolName: string,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  for (const key of ['cpus', 'hostMemory'] as const)
    if (step[key] === 'trace') checkColumn(context, workload, key, [...path, key]);
  if (!isTraced(step.hardware)) return;
  checkColumn(context, workload, 'hardware', [...path, 'hardware']);
  checkTracedHardware(context, name, poolName, pool, path);
}

/**
 * That all a step asks of a node is on one that it may use, or a gang's GPUs on so many nodes as it may use.
 * @param units GPUs or slots; 0 where the trace says
 */
function checkRoom(
  context: CheckContext,
  step: StepEntry,
  units: number,
  poolName: string,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  const groups = isTraced(step.hardware) ? groupsMeant(pool) : groupsMeant(pool, step.hardware);
  // What is meant by unknown names is told already.
  if (groups.length === 0) return;
  const given = (key: 'cpus' | 'hostMemory'): number => (typeof step[key] === 'number' ? step[key] : 0);
  const [cpus, hostBytes] = [given('cpus'), given('hostMemory')];
  const perGpu = pool.slotsPerGpu ?? 1;
  const spans = pool.spanNodes === true && step.within !== 'node';
  const atOnce = spans ? 0 : units;
  const suitable = groups.filter((group) => group.cpus >= cpus && group.hostMemoryBytes >= hostBytes);
  const unit = pool.mode === 'exclusive' ? 'GPUs' : 'slots';
  const may = step.hardware === undefined ? '' : ' that the step may use';
  const [key] = (['cpus', 'hostMemory', 'hardware', 'within', 'gpus', 'slots'] as const).filter(
    (one) => step[one] !== undefined,
  );
  if (key === undefined) return;
  if (!suitable.some(({ gpusPerNode }) => gpusPerNode * perGpu >= atOnce)) {
    const needs = [
      ...(atOnce > 1 ? [`${atOnce} ${unit}`] : []),
      ...(cpus > 0 ? [`${cpus} CPUs`] : []),
      ...(hostBytes > 0 ? [`${hostBytes} bytes of memory`] : []),
    ];
    context.problem(
      [...path, key],
      `no node of pool \`${poolName}\`${may} has ${needs.join(' and ')}: it could never start`,
    );
    return;
  }
  const inRack = step.within === 'rack' ? nodesPerRackOf(pool, context.scenario) : undefined;
  const largest = Math.max(...suitable.map(({ gpusPerNode }) => gpusPerNode));
  const all = suitable.reduce((sum, { nodes, gpusPerNode }) => sum + nodes * gpusPerNode, 0);
  const most = Math.min(all, inRack === undefined ? all : inRack * largest);
  if (units > most * perGpu)
    context.problem(
      [...path, key],
      `${units} ${unit} at once, but the nodes${inRack === undefined ? '' : ' of a rack'} of pool \`${poolName}\` that would do have at most ${most * perGpu}: it could never start`,
    );
}

/** Parts of a GPU need slices. */
function checkShares(
  context: CheckContext,
  workload: string,
  poolName: string,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  const shares = context.traces?.get(workload)?.table.gpuShare;
  if (shares?.some((share) => share > 0 && share < 1) !== true || pool.slicesPerGpu !== undefined) return;
  context.problem(
    path,
    `the trace has parts of GPUs, and pool \`${poolName}\` whole ones only: give it \`slicesPerGpu\``,
  );
}

/** Every kind that the trace's rows ask for, at least one of each row, is in the pool. */
function checkTracedHardware(
  context: CheckContext,
  workload: string,
  poolName: string,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  const known = namesOfHardware(pool);
  const rows = context.traces?.get(workload)?.table.hardwareNames ?? [];
  const nowhere = rows.find((text) => {
    const kinds = kindsIn(text);
    return kinds.length > 0 && !kinds.some((kind) => known.includes(kind));
  });
  if (nowhere === undefined) return;
  context.problem(
    [...path, 'hardware'],
    `the trace asks for hardware \`${nowhere}\`, which pool \`${poolName}\` does not have: such tasks could never start`,
    known.length === 0 ? {} : { expected: optionWords(known) },
  );
}

/** What a step says of the nodes that it can be on. */
function checkNodes(
  context: CheckContext,
  step: StepEntry,
  poolName: string,
  pool: PoolEntry,
  path: readonly PathSegment[],
): void {
  const groups = namesOfHardware(pool);
  for (const key of ['hardware', 'throughput'] as const) {
    const given = step[key];
    if (given === undefined || (key === 'hardware' && isTraced(step.hardware))) continue;
    if (groups.length === 0) {
      context.problem([...path, key], `pool \`${poolName}\` has no \`groups\` of different hardware`, {
        key: true,
      });
      continue;
    }
    const isList = context.document.node([...path, key])?.kind === 'list';
    const names = Array.isArray(given) ? (given as string[]) : Object.keys(given);
    for (const [index, group] of names.entries())
      context.knows(
        'group',
        group,
        groups,
        key === 'hardware' ? [...path, key, ...(isList ? [index] : [])] : [...path, key, group],
        { key: key === 'throughput' },
      );
  }
  if (step.within !== undefined && step.within !== 'auto' && pool.mode !== 'exclusive')
    context.problem(
      [...path, 'within'],
      `pool \`${poolName}\` is in mode ${pool.mode}: its tasks stay on one node`,
      {
        key: true,
      },
    );
  const { gpus } = step;
  if (typeof gpus !== 'number' || gpus >= 1 || pool.mode !== 'exclusive') return;
  const slices = gpus * (pool.slicesPerGpu ?? 1);
  if (Math.abs(slices - Math.round(slices)) < 1e-9 && slices > 0.5) return;
  context.problem(
    [...path, 'gpus'],
    pool.slicesPerGpu === undefined
      ? `pool \`${poolName}\` has whole GPUs only: give it \`slicesPerGpu\``
      : `a GPU of pool \`${poolName}\` is cut into ${pool.slicesPerGpu}, and ${gpus} of it is no whole number of slices`,
  );
}

function largestGang(context: CheckContext, workload: string): number | undefined {
  const gangs = context.traces?.get(workload)?.table.gpus;
  return gangs?.reduce((most, gpus) => Math.max(most, gpus), 0);
}
