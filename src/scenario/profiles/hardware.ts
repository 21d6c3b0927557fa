/**
 * Accelerators by their published figures. All are per GPU (per vCPU for `cpu`) unless the name says node. Prices
 * and reliability are presets to be replaced by one's own: sources disagree by factors, see docs/profiles.md.
 */
import { assumed, type Figure, figure } from './figure.js';

export interface HardwareProfile {
  readonly name: string;
  readonly summary: string;
  /** What a price or a byte count is for. */
  readonly device: 'GPU' | 'vCPU';
  readonly figures: HardwareFigures;
}

export interface HardwareFigures {
  readonly memoryBytes: Figure;
  /** Peak; a kernel reaches some 0.8 of it (`MEMORY_EFFICIENCY`). Null where no source gives one. */
  readonly memoryBytesPerS: Figure | null;
  /** Dense, without sparsity. */
  readonly bf16FlopsPerS: Figure | null;
  /** One way: NVLink, or PCIe where there is none. */
  readonly intraNodeBytesPerS: Figure | null;
  readonly interNodeBytesPerS: Figure | null;
  readonly pcieBytesPerS: Figure | null;
  readonly powerW: Figure | null;
  /** Kept from the KV-cache: activations, CUDA context, fragmentation. */
  readonly reservedBytes: Figure;
  readonly devicesPerNode: Figure;
  readonly onDemandUsd: Figure;
  readonly reservedUsd: Figure;
  readonly spotUsd: Figure;
  /** From the request for a node until it can start containers. */
  readonly provisionS: Figure;
  /** From there until a serving engine answers, weights to be fetched and kernels to be compiled; or both at hand. */
  readonly coldStartS: Figure | null;
  readonly warmStartS: Figure | null;
  readonly nodeMtbfS: Figure;
  readonly nodeRepairS: Figure;
  readonly spotNoticeS: Figure;
  readonly spotInterruptionS: Figure;
}

/** Share of the peak memory bandwidth that kernels are seen to reach (AIConfigurator, system files). */
export const MEMORY_EFFICIENCY = 0.8;

const GIB = 1024 * 1024 * 1024;
const DAY_S = 86_400;

const AICONFIGURATOR = 'AIConfigurator, system files (ai-dynamo)';

/** Meta's Llama 3 405B run: 419 unexpected interruptions of 2,048 nodes of 8 H100 in 54 days. */
const LLAMA_3_NODE_MTBF_S = (2048 * 54 * DAY_S) / 419;
const LLAMA_3 =
  'Llama 3 405B training: 419 unexpected interruptions in 54 days on 2,048 nodes of 8 H100 (Meta, after Lockwood, Component reliability)';

const PRICE_CARD = 'CoreWeave price page, instance price over its devices (coreweave.com/pricing)';
const PRICE_DATE = '2026-09-20';
const COMMITMENT =
  '37.5% below on-demand: one-year commitments are quoted 35-40% below (digiterialabs, Q1 2026)';
const COMMITTED = 1 - 0.375;
/** Spot over on-demand on the same card: A100 0.447, H100 0.400, H200 0.415, B200 0.496. */
const SPOT_SHARE = 0.43;

/** Dollars an hour of an instance, and how many devices it has. */
interface Card {
  readonly devices: number;
  readonly onDemandUsd: number;
  readonly spotUsd?: number;
}

function prices({ devices, onDemandUsd, spotUsd }: Card) {
  const each = onDemandUsd / devices;
  return {
    onDemandUsd: figure(each, 'USD per hour', PRICE_CARD, PRICE_DATE),
    reservedUsd: assumed(each * COMMITTED, 'USD per hour', COMMITMENT, '2026'),
    spotUsd:
      spotUsd === undefined
        ? assumed(
            each * SPOT_SHARE,
            'USD per hour',
            `57% below on-demand, the middle of four others on ${PRICE_CARD}`,
            PRICE_DATE,
          )
        : figure(spotUsd / devices, 'USD per hour', PRICE_CARD, PRICE_DATE),
  };
}

const LIFE_OF_A_NODE = {
  provisionS: assumed(
    120,
    's',
    'the example of BLIS (README); SF Compute documents up to 600 s for image and boot',
  ),
  nodeRepairS: assumed(
    4 * 3600,
    's',
    'no published mean was found; with a spare at hand a node is replaced in under 300 s (Crusoe, AutoClusters)',
  ),
  spotNoticeS: figure(
    30,
    's',
    'Google Cloud, documentation of Spot VMs; Amazon gives two minutes (EC2 documentation)',
  ),
  spotInterruptionS: assumed(
    DAY_S,
    's',
    'sources range from 2-4 h (digiterialabs, Q1 2026) to 10-20% of H100 instances a month (EC2 Spot Instance Advisor, May 2025)',
  ),
};

const START_SOURCE = 'Tensorfuse: vLLM, 8B model on one L40S';
const startLike = (make: typeof figure) => ({
  coldStartS: make(294, 's', `${START_SOURCE}, nothing cached`, '2025-09'),
  warmStartS: make(82, 's', `${START_SOURCE}, weights and compiled kernels cached`, '2025-09'),
});

const RESERVED = figure(3.5 * GIB, 'bytes', `${AICONFIGURATOR}: other_mem; NCCL takes 0.34-0.39 GiB more`);

interface Gpu {
  readonly name: string;
  readonly summary: string;
  readonly memoryBytes: number;
  readonly memoryBytesPerS: number;
  readonly bf16FlopsPerS: number;
  readonly intraNodeBytesPerS: number;
  readonly interNodeBytesPerS: number;
  readonly pcieBytesPerS: number;
  readonly powerW: number;
  readonly gpusPerNode: number;
  readonly card: Card;
  readonly nodeMtbfS: Figure;
  readonly other?: Partial<HardwareFigures>;
}

const gpu = (one: Gpu): HardwareProfile => ({
  name: one.name,
  summary: one.summary,
  device: 'GPU',
  figures: {
    memoryBytes: figure(one.memoryBytes, 'bytes', AICONFIGURATOR),
    memoryBytesPerS: figure(one.memoryBytesPerS, 'bytes/s', AICONFIGURATOR),
    bf16FlopsPerS: figure(one.bf16FlopsPerS, 'FLOP/s', AICONFIGURATOR),
    intraNodeBytesPerS: figure(one.intraNodeBytesPerS, 'bytes/s', AICONFIGURATOR),
    interNodeBytesPerS: figure(one.interNodeBytesPerS, 'bytes/s', AICONFIGURATOR),
    pcieBytesPerS: figure(one.pcieBytesPerS, 'bytes/s', AICONFIGURATOR),
    powerW: figure(one.powerW, 'W', AICONFIGURATOR),
    reservedBytes: RESERVED,
    devicesPerNode: figure(one.gpusPerNode, 'GPUs', AICONFIGURATOR),
    ...prices(one.card),
    ...LIFE_OF_A_NODE,
    ...startLike(assumed),
    nodeMtbfS: one.nodeMtbfS,
    ...one.other,
  },
});

const likeH100 = (nodeMtbfS: number, how: string): Figure =>
  assumed(nodeMtbfS, 's', `${how}: ${LLAMA_3}`, '2024');

export const HARDWARE: readonly HardwareProfile[] = [
  gpu({
    name: 'a100-sxm-80',
    summary: 'NVIDIA A100 SXM, 80 GB, 8 in a node',
    memoryBytes: 80 * GIB,
    memoryBytesPerS: 2.039e12,
    bf16FlopsPerS: 312e12,
    intraNodeBytesPerS: 300e9,
    interNodeBytesPerS: 25e9,
    pcieBytesPerS: 32e9,
    powerW: 400,
    gpusPerNode: 8,
    card: { devices: 8, onDemandUsd: 21.6, spotUsd: 9.65 },
    nodeMtbfS: figure(
      (1000 / 6.5) * DAY_S,
      's',
      '6.50 failures in 1,000 node-days on RSC-1 (Kokolis et al., HPCA 2025, arXiv 2410.21680)',
      '2024',
    ),
  }),
  gpu({
    name: 'h100-sxm',
    summary: 'NVIDIA H100 SXM, 80 GB, 8 in a node',
    memoryBytes: 80 * GIB,
    memoryBytesPerS: 3.35e12,
    bf16FlopsPerS: 989e12,
    intraNodeBytesPerS: 450e9,
    interNodeBytesPerS: 50e9,
    pcieBytesPerS: 64e9,
    powerW: 700,
    gpusPerNode: 8,
    card: { devices: 8, onDemandUsd: 49.24, spotUsd: 19.71 },
    nodeMtbfS: figure(LLAMA_3_NODE_MTBF_S, 's', LLAMA_3, '2024'),
  }),
  gpu({
    name: 'h200-sxm',
    summary: 'NVIDIA H200 SXM, 141 GB, 8 in a node',
    memoryBytes: 141e9,
    memoryBytesPerS: 4.8e12,
    bf16FlopsPerS: 989e12,
    intraNodeBytesPerS: 450e9,
    interNodeBytesPerS: 50e9,
    pcieBytesPerS: 64e9,
    powerW: 700,
    gpusPerNode: 8,
    card: { devices: 8, onDemandUsd: 50.44, spotUsd: 20.93 },
    nodeMtbfS: likeH100(LLAMA_3_NODE_MTBF_S, 'as of H100'),
    other: {
      memoryBytes: figure(
        141e9,
        'bytes',
        'NVIDIA, as sold (the system file of AIConfigurator reads it as GiB)',
      ),
    },
  }),
  gpu({
    name: 'b200',
    summary: 'NVIDIA B200 SXM, 180 GB, 8 in a node',
    memoryBytes: 180 * GIB,
    memoryBytesPerS: 7.7e12,
    bf16FlopsPerS: 2250e12,
    intraNodeBytesPerS: 900e9,
    interNodeBytesPerS: 100e9,
    pcieBytesPerS: 128e9,
    powerW: 1000,
    gpusPerNode: 8,
    card: { devices: 8, onDemandUsd: 68.8, spotUsd: 34.11 },
    nodeMtbfS: likeH100(LLAMA_3_NODE_MTBF_S, 'as of H100'),
  }),
  gpu({
    name: 'gb200',
    summary: 'NVIDIA GB200 NVL72, 4 in a tray, 72 in a rack joined by NVLink',
    memoryBytes: 185 * GIB,
    memoryBytesPerS: 8e12,
    bf16FlopsPerS: 2500e12,
    intraNodeBytesPerS: 900e9,
    interNodeBytesPerS: 100e9,
    pcieBytesPerS: 64e9,
    powerW: 1200,
    gpusPerNode: 4,
    card: { devices: 4, onDemandUsd: 42 },
    nodeMtbfS: likeH100(2 * LLAMA_3_NODE_MTBF_S, 'per GPU as of H100, 4 of them'),
    other: {
      devicesPerNode: figure(
        4,
        'GPUs',
        'CoreWeave, documentation of its GB200 instances: 18 trays in a rack',
      ),
    },
  }),
  gpu({
    name: 'l40s',
    summary: 'NVIDIA L40S, 48 GB, PCIe, 8 in a node',
    memoryBytes: 46_068 * 1024 * 1024,
    memoryBytesPerS: 0.864e12,
    bf16FlopsPerS: 362e12,
    intraNodeBytesPerS: 32e9,
    interNodeBytesPerS: 50e9,
    pcieBytesPerS: 32e9,
    powerW: 350,
    gpusPerNode: 8,
    card: { devices: 8, onDemandUsd: 18 },
    nodeMtbfS: likeH100(LLAMA_3_NODE_MTBF_S, 'as of H100'),
    other: {
      ...startLike(figure),
      interNodeBytesPerS: assumed(
        50e9,
        'bytes/s',
        `${AICONFIGURATOR}: marked there as to be checked; an earlier version has 25 GB/s`,
      ),
    },
  }),
  {
    name: 'cpu',
    summary: 'a vCPU of a general-purpose server (AMD EPYC 9454, 192 vCPUs and 1,536 GB)',
    device: 'vCPU',
    figures: {
      memoryBytes: figure(8e9, 'bytes', PRICE_CARD, PRICE_DATE),
      memoryBytesPerS: null,
      bf16FlopsPerS: null,
      intraNodeBytesPerS: null,
      interNodeBytesPerS: null,
      pcieBytesPerS: null,
      powerW: null,
      reservedBytes: assumed(0, 'bytes', 'nothing is taken from a vCPU'),
      devicesPerNode: figure(192, 'vCPUs', PRICE_CARD, PRICE_DATE),
      ...prices({ devices: 192, onDemandUsd: 7.78, spotUsd: 3.32 }),
      ...LIFE_OF_A_NODE,
      coldStartS: null,
      warmStartS: null,
      nodeMtbfS: assumed(
        (2048 * 54 * DAY_S) / 53,
        's',
        `the 53 interruptions by host parts and unplanned host maintenance alone: ${LLAMA_3}`,
        '2024',
      ),
    },
  },
];
