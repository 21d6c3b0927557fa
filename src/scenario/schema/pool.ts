/** Pools: nodes with GPUs, all alike or in groups of different hardware, and how tasks share them. */
import { z } from 'zod';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import { count, durationS, positive, sizeBytes, usdPerHour } from '../../units/schema.js';
import { PROFILE_NAMES } from '../profiles/registry.js';
import { factor } from './factor.js';
import { checkpointSchema, failuresSchema } from './failures.js';
import { named } from './name.js';
import { linkSchema } from './network.js';
import { nodeListSchema } from './node-list.js';
import { BY_PROFILE, withProfiles } from './profile.js';
import { servingProblems, servingSchema } from './serving.js';
import { sharingProblems, sharingSchema } from './sharing.js';

const NODES_MAX = 1_000_000;
/** GPUs or slots of one pool. */
export const UNITS_MAX = 1_000_000;
const SLICES_MAX = 1000;
/** A task's kinds of hardware are a bit mask. */
export const GROUPS_MAX = 30;

const reservedSchema = z.strictObject({
  nodes: count().max(NODES_MAX).describe('Machines that are paid for all the time, used or not.'),
  price: usdPerHour().describe('Price of one of their GPUs for an hour.'),
});

const spotSchema = z.strictObject({
  nodes: count()
    .max(NODES_MAX)
    .optional()
    .describe('How many machines beyond the reserved ones, at most. Default: all of them.'),
  price: usdPerHour().describe('Price of one of their GPUs for an hour.'),
});

const scalingSchema = z.strictObject({
  min: count(0)
    .max(NODES_MAX)
    .default(1)
    .describe('Machines that there are at least; those of other groups stay anyway.'),
  max: count().max(NODES_MAX).describe('Machines that there may be.'),
  provision: distributionSchema
    .optional()
    .describe('Time from the order of a machine until it is in service. Default: 0.'),
  group: z.string().optional().describe('The group whose machines come and go. Default: the first.'),
});

/** What nodes have; of a pool, or of one group of its nodes. */
const nodeKeys = {
  profile: z
    .enum(PROFILE_NAMES.hardware)
    .optional()
    .describe(
      'Hardware whose figures hold where the scenario states none: GPUs of a machine, memory, price, time to provision; `wipsim profiles` lists them.',
    ),
  nodes: count().max(NODES_MAX).optional().describe('Machines. Default: 1.'),
  gpusPerNode: count().max(UNITS_MAX).optional().describe('GPUs of each machine. Default: 1.'),
  speed: factor().optional().describe('Work of 1 s takes 1/speed seconds. Default: 1.'),
  memory: sizeBytes().optional().describe('Memory of one GPU. Default: not stated, never short.'),
  cpus: positive().optional().describe('CPUs of each machine. Default: not stated, never short.'),
  hostMemory: sizeBytes().optional().describe('Memory of each machine. Default: not stated, never short.'),
  price: usdPerHour().optional().describe('Price of one GPU for an hour, on demand. Default: 0.'),
  reserved: reservedSchema.optional().describe('Machines that are committed to. Default: none.'),
  spot: spotSchema.optional().describe('Machines at the spot price. Default: none.'),
};

export const nodeGroupSchema = z.strictObject({
  ...nodeKeys,
  hardware: z
    .string()
    .min(1)
    .optional()
    .describe('Kind of hardware, by which steps may name several groups. Default: the name of the group.'),
});

export const poolSchema = z
  .strictObject({
    mode: z
      .enum(['slots', 'exclusive', 'shared', 'batching'])
      .default('slots')
      .describe(
        '`slots`: each GPU serves `slotsPerGpu` tasks at a time. `exclusive`: a task takes whole GPUs, a gang at once, or a slice of one. `shared`: all tasks on a node are served at once, each with an equal share. `batching`: LLM servers with continuous batching, see `serving`.',
      ),
    ...nodeKeys,
    groups: named(nodeGroupSchema)
      .optional()
      .describe('Nodes of different hardware, by name; what a group leaves out is as the pool says.'),
    nodeList: nodeListSchema
      .optional()
      .describe('Instead of `nodes` and `groups`: a file with a row for every node.'),
    slotsPerGpu: count()
      .max(UNITS_MAX)
      .optional()
      .describe('Tasks that a GPU serves at a time; in mode `slots` only. Default: 1.'),
    slicesPerGpu: count()
      .max(SLICES_MAX)
      .optional()
      .describe(
        'Equal parts that a GPU can be cut into, as with MIG; in mode `exclusive` only. Default: 1, whole GPUs only.',
      ),
    nodesPerRack: count()
      .max(NODES_MAX)
      .optional()
      .describe('Nodes of one rack; they are numbered rack by rack. Default: all are in one.'),
    failures: z
      .union([z.literal(BY_PROFILE), failuresSchema])
      .optional()
      .describe(
        'What goes wrong with its nodes by itself; `profile`: its nodes fail as often as its hardware profile says. Default: nothing.',
      ),
    checkpoint: checkpointSchema
      .optional()
      .describe(
        'What tasks save on the way, against failures and for preemption in mode resume. Default: as the preemption policy says, else nothing.',
      ),
    sharing: sharingSchema.optional().describe('How a GPU is shared; in mode `shared` only.'),
    cache: sizeBytes()
      .optional()
      .describe(
        'Room of each machine for data that has come over the network (LRU). Default: 0, nothing is kept.',
      ),
    nvlink: linkSchema().optional().describe('As in `network`, where the machines of this pool differ.'),
    nic: linkSchema().optional().describe('As in `network`, where the machines of this pool differ.'),
    spanNodes: z
      .boolean()
      .optional()
      .describe(
        'Whether a gang larger than a node may use several; in mode `exclusive` only. Default: false.',
      ),
    serving: servingSchema
      .optional()
      .describe('The LLM server; in mode `batching` only, and required there.'),
    scaling: scalingSchema
      .optional()
      .describe('Lets a scaling policy add and remove machines. Default: their number is fixed.'),
    schedulingInterval: durationS()
      .default(0)
      .describe(
        'Tasks start at multiples of this, after all that happens at the same time, as with a scheduler that works in rounds. 0: as soon as they can.',
      ),
  })
  .superRefine((pool, context) => {
    const wrong = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (pool.failures === BY_PROFILE && pool.profile === undefined)
      wrong('failures', '`failures: profile` needs `profile`: the hardware of the pool');
    for (const [key, message] of servingProblems(pool)) wrong(key, message);
    if (pool.mode === 'exclusive' && pool.slotsPerGpu !== undefined)
      wrong('slotsPerGpu', '`slotsPerGpu` needs mode slots: in mode exclusive a task takes whole GPUs');
    if (pool.mode === 'slots' && pool.spanNodes !== undefined)
      wrong('spanNodes', '`spanNodes` needs mode exclusive: in mode slots a task stays on one node');
    if (pool.mode === 'slots' && pool.slicesPerGpu !== undefined)
      wrong('slicesPerGpu', '`slicesPerGpu` needs mode exclusive: in mode slots a GPU has `slotsPerGpu`');
    for (const [key, message] of sharingProblems(pool, gpusIn(pool))) wrong(key, message);
    const groups = Object.values(pool.groups ?? {});
    if (pool.groups !== undefined)
      for (const key of ['reserved', 'spot'] as const)
        if (pool[key] !== undefined)
          wrong(key, `the pool has groups: say \`${key}\` of the group whose nodes are meant`);
    checkScaling(pool, wrong);
    if (pool.groups !== undefined && pool.nodes !== undefined)
      wrong('nodes', 'the groups say how many nodes there are: leave out `nodes` of the pool');
    if (pool.groups !== undefined && (groups.length === 0 || groups.length > GROUPS_MAX))
      wrong('groups', `expected 1 to ${GROUPS_MAX} groups of nodes, got ${groups.length}`);
    for (const key of ['nodes', 'groups', 'gpusPerNode'] as const)
      if (pool.nodeList !== undefined && pool[key] !== undefined)
        wrong(key, `the node list says what nodes there are: leave out \`${key}\``);
    const per = (pool.slotsPerGpu ?? 1) * (pool.slicesPerGpu ?? 1);
    const gpus = gpusIn(pool);
    if (gpus * per > UNITS_MAX * (pool.slicesPerGpu ?? 1))
      wrong(
        pool.groups === undefined ? 'nodes' : 'groups',
        `the pool has ${gpus * per} ${pool.mode === 'slots' ? 'slots' : 'GPUs'}; at most ${UNITS_MAX} are supported`,
      );
  })
  .transform(withProfiles);

interface Scaled {
  readonly nodes?: number | undefined;
  readonly groups?: Readonly<Record<string, { readonly nodes?: number | undefined }>> | undefined;
  readonly mode: string;
  readonly nodeList?: object | undefined;
  readonly scaling?: z.output<typeof scalingSchema> | undefined;
}

/** The pool begins within its own bounds, and what cannot go is within them too. */
function checkScaling(
  { mode, nodes = 1, groups, nodeList, scaling }: Scaled,
  wrong: (key: string, message: string) => void,
): void {
  if (scaling === undefined) return;
  const { min, max, group } = scaling;
  if (min > max) wrong('scaling', `expected \`min\` of at most \`max\`; got ${min} and ${max}`);
  // What a list of nodes has is known when it has been read, and how many replicas a machine has with its profile.
  if (nodeList !== undefined || mode === 'batching') return;
  const names = Object.keys(groups ?? {});
  if (group !== undefined && !names.includes(group))
    wrong(
      'scaling',
      names.length === 0
        ? '`group` needs `groups`: all nodes of the pool are alike'
        : `there is no group \`${group}\`; there are ${names.join(', ')}`,
    );
  const all = groups === undefined ? nodes : sum(Object.values(groups));
  if (all < min || all > max)
    wrong('scaling', `the pool begins with ${all} nodes, which is not from ${min} to ${max}`);
}

const sum = (groups: readonly { readonly nodes?: number | undefined }[]): number =>
  groups.reduce((nodes, group) => nodes + (group.nodes ?? 1), 0);

interface Nodes {
  readonly nodes?: number | undefined;
  readonly gpusPerNode?: number | undefined;
}

/** GPUs of all nodes of a pool as it is written. */
export function gpusIn(
  pool: Nodes & { readonly groups?: Readonly<Record<string, Nodes>> | undefined },
): number {
  const groups = Object.values(pool.groups ?? {});
  return (groups.length === 0 ? [pool] : groups).reduce(
    (sum, group) => sum + (group.nodes ?? 1) * (group.gpusPerNode ?? pool.gpusPerNode ?? 1),
    0,
  );
}

export type PoolEntry = z.output<typeof poolSchema>;
