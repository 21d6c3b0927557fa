/** All profiles by name, and a pool's defaults from a hardware profile. */
import type { Figure } from './figure.js';
import { HARDWARE, type HardwareProfile } from './hardware.js';
import { MODELS, type ModelProfile } from './models.js';
import { floorProfile, measuredProfile, type ServingProfile } from './serving.js';
import { MEASURED } from './splitwise.js';
import { FLOORS } from './vidur.js';

const named = <Profile extends { readonly name: string }>(
  profiles: readonly Profile[],
): ReadonlyMap<string, Profile> => new Map(profiles.map((profile) => [profile.name, profile]));

const hardwareByName = named(HARDWARE);
const modelByName = named(MODELS);

function found<Profile>(profiles: ReadonlyMap<string, Profile>, name: string): Profile {
  const profile = profiles.get(name);
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

export const SERVING: readonly ServingProfile[] = [
  ...MEASURED.map((table) =>
    measuredProfile(table, found(modelByName, table.model), found(hardwareByName, table.hardware)),
  ),
  ...FLOORS.map((table) =>
    floorProfile(table, found(modelByName, table.model), found(hardwareByName, table.hardware)),
  ),
];

const servingByName = named(SERVING);

/** Undefined where there is none of this name. */
export const hardwareProfile = (name: string): HardwareProfile | undefined => hardwareByName.get(name);
export const modelProfile = (name: string): ModelProfile | undefined => modelByName.get(name);
export const servingProfile = (name: string): ServingProfile | undefined => servingByName.get(name);

export type AnyProfile =
  | { readonly kind: 'hardware'; readonly profile: HardwareProfile }
  | { readonly kind: 'model'; readonly profile: ModelProfile }
  | { readonly kind: 'serving'; readonly profile: ServingProfile };

export const PROFILES: readonly AnyProfile[] = [
  ...HARDWARE.map((profile) => ({ kind: 'hardware', profile }) as const),
  ...MODELS.map((profile) => ({ kind: 'model', profile }) as const),
  ...SERVING.map((profile) => ({ kind: 'serving', profile }) as const),
];

/** By kind, in the order in which they are listed; no name stands twice. */
export const PROFILE_NAMES = {
  hardware: HARDWARE.map(({ name }) => name),
  model: MODELS.map(({ name }) => name),
  serving: SERVING.map(({ name }) => name),
} as const;

export type ProfileKind = keyof typeof PROFILE_NAMES;

/** What a pool takes from its hardware where the scenario does not say. Null where the profile has no figure. */
export interface PoolDefaults {
  readonly gpusPerNode: number;
  /** All of it; a serving engine keeps `reservedBytes` from its KV-cache. */
  readonly memoryBytesPerGpu: number;
  readonly priceUsdPerGpuHour: number;
  readonly reservedUsdPerGpuHour: number;
  readonly spotUsdPerGpuHour: number;
  /** Of the node alone: what an engine takes to start comes after it. */
  readonly provisionS: number;
  readonly mtbfS: number;
  readonly repairS: number;
  readonly spotNoticeS: number;
  readonly spotInterruptionS: number;
  readonly nicBytesPerS: number | null;
  /** NVLink, or PCIe where there is none. */
  readonly nvlinkBytesPerS: number | null;
  readonly pcieBytesPerS: number | null;
}

const amount = (figure: Figure | null): number | null => figure?.value ?? null;

export function poolDefaults({ figures }: HardwareProfile): PoolDefaults {
  return {
    gpusPerNode: figures.devicesPerNode.value,
    memoryBytesPerGpu: figures.memoryBytes.value,
    priceUsdPerGpuHour: figures.onDemandUsd.value,
    reservedUsdPerGpuHour: figures.reservedUsd.value,
    spotUsdPerGpuHour: figures.spotUsd.value,
    provisionS: figures.provisionS.value,
    mtbfS: figures.nodeMtbfS.value,
    repairS: figures.nodeRepairS.value,
    spotNoticeS: figures.spotNoticeS.value,
    spotInterruptionS: figures.spotInterruptionS.value,
    nicBytesPerS: amount(figures.interNodeBytesPerS),
    nvlinkBytesPerS: amount(figures.intraNodeBytesPerS),
    pcieBytesPerS: amount(figures.pcieBytesPerS),
  };
}
