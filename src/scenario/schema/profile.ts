/**
 * What a pool, or a group of its nodes, takes from its hardware profile. What the scenario states comes first, of the
 * group before the pool; then the group's profile, then the pool's.
 */
import type { DistributionSpec } from '../../kernel/distribution/definition.js';
import { hardwareProfile, type PoolDefaults, poolDefaults } from '../profiles/registry.js';

interface Node {
  readonly profile?: string | undefined;
  readonly gpusPerNode?: number | undefined;
  readonly memory?: number | undefined;
  readonly price?: number | undefined;
}

interface Pool extends Node {
  readonly mode: string;
  readonly groups?: Readonly<Record<string, Node>> | undefined;
  readonly scaling?: { readonly provision?: DistributionSpec | undefined } | undefined;
  readonly failures?: object | typeof BY_PROFILE | undefined;
}

/** What a pool writes for failures of its nodes as often as the profile says. */
export const BY_PROFILE = 'profile';

type Filled<Entry extends Pool> = Omit<Entry, 'failures'> & {
  readonly failures?: Exclude<Entry['failures'], typeof BY_PROFILE> | undefined;
};

export function withProfiles<Entry extends Pool>(pool: Entry): Filled<Entry> {
  return filled(pool) as Filled<Entry>;
}

function filled(pool: Pool): Pool {
  const own = defaultsOf(pool.profile);
  const groups = Object.entries(pool.groups ?? {});
  if (own === undefined && groups.every(([, { profile }]) => profile === undefined)) return pool;
  return {
    ...pool,
    ...(own === undefined ? {} : { ...nodeFrom(pool, own), ...fleetFrom(pool, own) }),
    ...(pool.groups === undefined
      ? {}
      : {
          groups: Object.fromEntries(
            groups.map(([name, group]) => [name, { ...group, ...groupFrom(group, pool, own) }]),
          ),
        }),
  };
}

const defaultsOf = (name: string | undefined): PoolDefaults | undefined => {
  const profile = name === undefined ? undefined : hardwareProfile(name);
  return profile === undefined ? undefined : poolDefaults(profile);
};

/** An LLM server reads its memory and GPUs from its own profile. */
function nodeFrom(pool: Pool, own: PoolDefaults): Node {
  const price = pool.price ?? own.priceUsdPerGpuHour;
  if (pool.mode === 'batching') return { price };
  return {
    price,
    gpusPerNode: pool.gpusPerNode ?? own.gpusPerNode,
    memory: pool.memory ?? own.memoryBytesPerGpu,
  };
}

function groupFrom(group: Node, pool: Pool, poolOwn: PoolDefaults | undefined): Node {
  const own = defaultsOf(group.profile) ?? poolOwn;
  if (own === undefined) return {};
  return {
    gpusPerNode: group.gpusPerNode ?? pool.gpusPerNode ?? own.gpusPerNode,
    memory: group.memory ?? pool.memory ?? own.memoryBytesPerGpu,
    price: group.price ?? pool.price ?? own.priceUsdPerGpuHour,
  };
}

function fleetFrom({ scaling, failures }: Pool, own: PoolDefaults): Partial<Pool> {
  return {
    ...(scaling === undefined
      ? {}
      : { scaling: { ...scaling, provision: scaling.provision ?? exactly(own.provisionS) } }),
    ...(failures === BY_PROFILE
      ? {
          failures: {
            node: {
              mtbf: { dist: 'exponential', mean: own.mtbfS },
              repair: exactly(own.repairS),
              whileIdle: true,
            },
          },
        }
      : {}),
  };
}

const exactly = (value: number): DistributionSpec => ({ dist: 'deterministic', value });
