/** The interconnect: links, where data lies, and what steps ask of both. */
import { z } from 'zod';
import { bytesPerS, count, durationS, sizeBytes } from '../../units/schema.js';
import { factor } from './factor.js';
import { named, namesOrName } from './name.js';

const NODES_MAX = 1_000_000;
const MEMBERS_MAX = 100_000;
const DATA_MAX = 16;

/** One way; a bandwidth alone is without latency. */
export const linkSchema = () =>
  z.union([
    bytesPerS().transform((bandwidth) => ({ bandwidth, latency: 0 })),
    z.strictObject({
      bandwidth: bytesPerS().describe('In one direction.'),
      latency: durationS().default(0).describe('Of the whole way.'),
    }),
  ]);

export const networkSchema = z
  .strictObject({
    topology: z
      .enum(['single-node', 'rack', 'rack-spine'])
      .describe(
        '`single-node`: one node; `rack`: nodes under one switch that never blocks; `rack-spine`: racks whose uplinks meet in a spine that never blocks.',
      ),
    nvlink: linkSchema()
      .optional()
      .describe(
        'Between the GPUs of a node, all together, one way. Required where a step has `communication`.',
      ),
    nic: linkSchema()
      .optional()
      .describe('Between nodes: all the cards of a node together, one way. Required but for `single-node`.'),
    nodesPerRack: count()
      .max(NODES_MAX)
      .optional()
      .describe('Required for `rack-spine`. A pool’s first node opens a rack.'),
    oversubscription: factor()
      .optional()
      .describe(
        'The NICs of a full rack over its uplink; for `rack-spine`. Default: 1, nobody is held back.',
      ),
    rackUplink: bytesPerS()
      .optional()
      .describe('Instead of `oversubscription`: what an uplink carries, one way.'),
    spineLatency: durationS().optional().describe('What a way between racks takes on top. Default: 0.'),
    storage: linkSchema().optional().describe('Of the storage that all nodes share. Default: there is none.'),
  })
  .superRefine((network, context) => {
    const wrong = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    const { topology } = network;
    if (topology === 'single-node' && network.nic !== undefined)
      wrong('nic', 'a single node has nobody to send to: `nic` needs topology rack or rack-spine');
    if (topology !== 'single-node' && network.nic === undefined)
      wrong('topology', `topology ${topology} needs \`nic\`: what a node sends and receives`);
    if (topology === 'rack-spine' && network.nodesPerRack === undefined)
      wrong('topology', 'topology rack-spine needs `nodesPerRack`');
    if (topology !== 'rack-spine')
      for (const key of ['nodesPerRack', 'oversubscription', 'rackUplink', 'spineLatency'] as const)
        if (network[key] !== undefined) wrong(key, `\`${key}\` needs topology rack-spine`);
    if (network.oversubscription !== undefined && network.rackUplink !== undefined)
      wrong('rackUplink', 'a rack has either `oversubscription` or `rackUplink`, not both');
  });

export const dataSetSchema = z.strictObject({
  size: sizeBytes().describe('Of each, where there are several.'),
  count: count()
    .max(MEMBERS_MAX)
    .default(1)
    .describe('So many data sets of this size, of which a task reads one: shards, models.'),
  replicas: namesOrName()
    .default(['storage'])
    .describe(
      'Where it lies from the beginning: `storage`, or nodes as POOL/NUMBER, from 0. Default: storage.',
    ),
});

export const dataSetsSchema = named(dataSetSchema);

const dataUse = z.union([
  z.string().transform((dataset) => ({ dataset, skew: 0 })),
  z.strictObject({
    dataset: z.string().describe('A data set.'),
    skew: z
      .number({ error: 'expected a number of at least 0' })
      .min(0)
      .max(100)
      .default(0)
      .describe(
        'Zipf exponent where there are several: number k is read in proportion to k^-skew; 0: all alike.',
      ),
  }),
]);

/** What a step reads; always a list when parsed. */
export const dataUsesSchema = () =>
  z.union([dataUse.transform((use) => [use]), z.array(dataUse).min(1).max(DATA_MAX)], {
    error: 'expected a data set, {dataset: NAME, skew: 1.1}, or a list of them',
  });

/** What a step brings along. */
export const carriedSchema = z
  .strictObject({
    size: sizeBytes().optional().describe('Whatever the number of tokens.'),
    perPromptToken: sizeBytes().optional().describe('For each token of the prompt: its KV cache.'),
    bandwidth: bytesPerS()
      .optional()
      .describe('Of a way of its own, beside any `network`, to a pool of role decode. Default: unlimited.'),
    latency: durationS().optional().describe('Of that way, whatever the size. Default: 0.'),
  })
  .refine((carried) => Object.values(carried).some((value) => value !== undefined), {
    error: 'expected `size`, `perPromptToken` or both; to a pool of role decode also `bandwidth`, `latency`',
  })
  .refine(({ size, perPromptToken, ...own }) => (size ?? perPromptToken) === undefined || !hasOwnWay(own), {
    error:
      'a way of its own (`bandwidth`, `latency`) carries the prompt’s KV: leave out `size` and `perPromptToken`',
  });

/** Whether what is brought along goes by a way of its own instead of the network. */
export const hasOwnWay = (carried: {
  readonly bandwidth?: number | undefined;
  readonly latency?: number | undefined;
}): boolean => carried.bandwidth !== undefined || carried.latency !== undefined;

export type NetworkEntry = z.output<typeof networkSchema>;
export type LinkEntry = z.output<ReturnType<typeof linkSchema>>;
export type DataSetEntry = z.output<typeof dataSetSchema>;
