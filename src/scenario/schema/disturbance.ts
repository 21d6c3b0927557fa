/** What happens at a certain time, or again and again: to a service, to nodes of a pool, to links, to the
 * traffic of a workload. */
import { z } from 'zod';
import { count, durationOrInfinityS, durationS, fraction } from '../../units/schema.js';
import { factor } from './factor.js';
import { everySchema } from './failures.js';

const COUNT_MAX = 1e9;
const NODES_MAX = 1_000_000;
const RATE_MAX = 1000;

/** What each target can be told. */
const KEYS_OF = {
  service: ['slowdown', 'errorRate', 'concurrency'],
  pool: ['nodes', 'rack', 'slowdown'],
  link: ['factor'],
  workload: ['rate'],
} as const;
const TARGETS = ['service', 'pool', 'link', 'workload'] as const;
const EFFECTS = ['slowdown', 'errorRate', 'concurrency', 'nodes', 'rack', 'factor', 'rate'] as const;

export const disturbanceSchema = z
  .strictObject({
    service: z.string().optional().describe('The service that is disturbed.'),
    pool: z.string().optional().describe('The pool whose nodes are lost, or with `slowdown` slow.'),
    link: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The links that carry less, by name: `node-3/nic-out`, `rack-1/*`, `storage/out`; `*` is anything.',
      ),
    workload: z.string().optional().describe('The workload that sends more or less than usual.'),
    at: z
      .union([durationS(), z.strictObject({ every: everySchema })], {
        error: 'expected a time, for example 10m, or {every: DISTRIBUTION}',
      })
      .describe(
        'When it begins; `{every: ...}`: so long after its last end (or the start), drawn each time.',
      ),
    for: durationOrInfinityS().describe('How long it lasts; `inf` is to the end.'),
    nodes: z
      .union(
        [
          count().max(NODES_MAX),
          z
            .array(count(0).max(NODES_MAX))
            .min(1)
            .refine((nodes) => new Set(nodes).size === nodes.length, { error: 'a node is named twice' }),
        ],
        { error: 'expected a number of nodes, or a list of the numbers of nodes such as [3, 4]' },
      )
      .optional()
      .describe('So many nodes, the first ones of the pool, or a list of nodes, which are numbered from 0.'),
    rack: count(0).max(NODES_MAX).optional().describe('All nodes of a rack; racks are numbered from 0.'),
    slowdown: factor()
      .optional()
      .describe(
        'Factor on the latency of calls that begin meanwhile, or on the time that work takes on the nodes.',
      ),
    errorRate: fraction().optional().describe('Share of calls that fail meanwhile.'),
    concurrency: count(0)
      .max(COUNT_MAX)
      .optional()
      .describe('Calls served at a time meanwhile; 0 is an outage.'),
    factor: factor().optional().describe('Factor on what the links carry; above 0.'),
    rate: z
      .number({ error: 'expected a number' })
      .min(0)
      .max(RATE_MAX)
      .optional()
      .describe('Factor on the rate of arrivals: 3 is three times as many, 0 is nobody.'),
  })
  .superRefine((disturbance, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const targets = TARGETS.filter((target) => disturbance[target] !== undefined);
    const [target] = targets;
    if (target === undefined || targets.length > 1) {
      wrong(
        [],
        `a disturbance is of one thing: add ${target === undefined ? '' : 'only one of '}\`service\`, \`pool\`, \`link\` or \`workload\``,
      );
      return;
    }
    const own: readonly string[] = KEYS_OF[target];
    const given = EFFECTS.filter((effect) => disturbance[effect] !== undefined);
    for (const effect of given)
      if (!own.includes(effect)) wrong([effect], `\`${effect}\` means nothing for a ${target}`);
    if (target === 'pool') {
      if ((disturbance.nodes === undefined) === (disturbance.rack === undefined))
        wrong([], 'a disturbance of a pool is of some of its nodes: add either `nodes` or `rack`');
    } else if (!given.some((effect) => own.includes(effect))) {
      const words = own.map((key) => `\`${key}\``);
      const last = words.pop();
      wrong(
        [],
        `a disturbance needs an effect: add ${words.length === 0 ? last : `${words.join(', ')} or ${last}`}`,
      );
    }
  });

export type DisturbanceEntry = z.output<typeof disturbanceSchema>;
