/** A profile in words: every figure with its source, and for serving each published point beside the fit. */
import { formatCount, formatDuration, formatFraction, formatUsd } from '../report/format.js';
import type { Figure } from '../scenario/profiles/figure.js';
import type { HardwareFigures, HardwareProfile } from '../scenario/profiles/hardware.js';
import { kvBytesPerToken, type ModelProfile } from '../scenario/profiles/models.js';
import type { AnyProfile } from '../scenario/profiles/registry.js';
import type { Check, CheckedPoint, ServingProfile } from '../scenario/profiles/serving.js';
import { beside } from './beside.js';

const KIB = 1024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;

/** Powers of 1024 where the number of bytes is one of whole such units, powers of 1000 elsewhere. */
export function memoryText(bytes: number): string {
  if (bytes >= GIB && bytes % MIB === 0) return `${formatCount(bytes / GIB)} GiB`;
  if (bytes >= 1e9) return `${formatCount(bytes / 1e9)} GB`;
  return `${formatCount(bytes / KIB)} KiB`;
}

export function figureText({ value, unit }: Figure): string {
  switch (unit) {
    case 'bytes':
      return memoryText(value);
    case 'bytes/s':
      return value >= 1e12 ? `${formatCount(value / 1e12)} TB/s` : `${formatCount(value / 1e9)} GB/s`;
    case 'FLOP/s':
      return `${formatCount(value / 1e12)} TFLOP/s`;
    case 's':
      return formatDuration(value);
    case 'USD per hour':
      return `${formatUsd(value)}/h`;
    default:
      return `${formatCount(value)} ${unit}`;
  }
}

const sourceText = ({ source, date, assumption }: Figure): string =>
  `${assumption === true ? 'Assumption: ' : ''}${source}${date === undefined ? '' : ` (${date})`}`;

/** What a figure is called on the page, in the order of the page. */
const HARDWARE_WORDS: Readonly<Record<keyof HardwareFigures, string>> = {
  memoryBytes: 'Memory',
  memoryBytesPerS: 'Memory bandwidth',
  bf16FlopsPerS: 'BF16, dense',
  intraNodeBytesPerS: 'Link in the node, one way',
  interNodeBytesPerS: 'Link between nodes, one way',
  pcieBytesPerS: 'PCIe, one way',
  powerW: 'Power',
  reservedBytes: 'Memory reserved',
  devicesPerNode: 'In a node',
  onDemandUsd: 'Price on demand',
  reservedUsd: 'Price reserved',
  spotUsd: 'Price spot',
  provisionS: 'A node is there after',
  coldStartS: 'An engine starts cold in',
  warmStartS: 'An engine starts warm in',
  nodeMtbfS: 'Between failures of a node',
  nodeRepairS: 'Repair of a node',
  spotNoticeS: 'Notice before spot ends',
  spotInterruptionS: 'Between spot interruptions',
};

const HARDWARE_KEYS = Object.keys(HARDWARE_WORDS) as (keyof HardwareFigures)[];

export function profilePage(one: AnyProfile): string {
  switch (one.kind) {
    case 'hardware':
      return hardwarePage(one.profile);
    case 'model':
      return modelPage(one.profile);
    case 'serving':
      return servingPage(one.profile);
  }
}

/** Label, value and source in columns; a null figure is said to be missing. */
function table(rows: readonly (readonly [label: string, value: string, source: string])[]): string[] {
  const labels = Math.max(...rows.map(([label]) => label.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  return rows.flatMap(([label, value, source]) =>
    beside(`${label.padEnd(labels)}  ${value.padStart(values)}  `, source),
  );
}

const hardwarePage = ({ name, summary, device, figures }: HardwareProfile): string =>
  [
    ...beside('', `${name}: ${summary}. Figures are for one ${device} unless they name a node.`),
    '',
    ...table(
      HARDWARE_KEYS.flatMap((key) => {
        const one = figures[key];
        return one === null ? [] : [[HARDWARE_WORDS[key], figureText(one), sourceText(one)] as const];
      }),
    ),
  ].join('\n');

function modelPage({
  name,
  summary,
  attention,
  source,
  queryHeads,
  parameters,
  weightsBytes,
}: ModelProfile): string {
  const kv = memoryText(kvBytesPerToken(attention));
  return [
    ...beside('', `${name}: ${summary}.`),
    '',
    ...table([
      ['Layers', String(attention.layers), source],
      ['Query heads', String(queryHeads), source],
      ...(attention.kind === 'heads'
        ? ([
            ['KV heads', String(attention.kvHeads), source],
            ['Head dimension', String(attention.headDim), source],
            [
              'KV-cache a token',
              kv,
              '2 x layers x KV heads x head dimension x 2 bytes (BF16); dealt out over tensor parallelism',
            ],
          ] as const)
        : ([
            ['Latent dimension', String(attention.latentDim), source],
            [
              'KV-cache a token',
              kv,
              'layers x latent dimension x 2 bytes (BF16); whole on every GPU of a tensor-parallel group',
            ],
          ] as const)),
      ['Parameters', `${formatCount(parameters.value / 1e9)} billion`, sourceText(parameters)],
      ['Weights', figureText(weightsBytes), sourceText(weightsBytes)],
    ]),
  ].join('\n');
}

function servingPage(profile: ServingProfile): string {
  const { name, kind, model, hardware, tensorParallel, range, timing, engineOverheadS, notes } = profile;
  const what =
    kind === 'measured'
      ? 'measured end to end'
      : "a floor of measured operators, with the engine's overhead assumed";
  return [
    ...beside('', `${name}: ${model.name} on ${tensorParallel} x ${hardware.name}, ${what}.`),
    '',
    ...beside('Source    ', profile.source),
    ...beside(
      'Valid     ',
      `up to ${range.batchMax} sequences in a batch, prompts of ${formatCount(range.promptTokensMin)} to ${formatCount(range.promptTokensMax)} tokens`,
    ),
    ...beside(
      'KV-cache  ',
      `${formatCount(profile.kvTokens)} tokens fit in 0.9 of the memory, less the weights and what is reserved`,
    ),
    ...(engineOverheadS === null
      ? []
      : beside('Overhead  ', `${figureText(engineOverheadS)} an iteration. ${sourceText(engineOverheadS)}`)),
    ...notes.flatMap((note) => beside('Note      ', note)),
    '',
    ...beside(
      'Decode    ',
      `${timing.batchS.map(({ batch, s }) => `${formatDuration(s)} at batch ${batch}`).join(', ')}, straight between; ${formatDuration(timing.perKvTokenS)} for each token of KV-cache.`,
    ),
    ...checkLines('batch', profile.decode),
    '',
    ...beside(
      'Prompt    ',
      `${formatDuration(timing.batchS[0]!.s + timing.prefillBaseS)} fixed, ${formatDuration(timing.perPrefillTokenS)} a token, ${formatDuration(timing.perPrefillTokenContextS)} for each pair of tokens.`,
    ),
    ...checkLines('tokens', profile.prompt),
  ].join('\n');
}

/** Below this an error is told as none: the curve passes through the point. */
const NO_ERROR = 5e-5;

function errorText({ error, inRange }: CheckedPoint): string {
  const sign = error < 0 ? '-' : '+';
  const text = Math.abs(error) < NO_ERROR ? '0%' : `${sign}${formatFraction(Math.abs(error))}`;
  return inRange ? text : `${text} (outside)`;
}

function checkLines(title: string, { fit, points, medianError }: Check): string[] {
  const rows = [
    [title, 'published', 'fitted', 'error'],
    ...points.map((point) => [
      formatCount(point.at),
      formatDuration(point.publishedS),
      formatDuration(point.fittedS),
      errorText(point),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return [
    ...beside('  Fit     ', `${fit}.`),
    ...(points.length === 0
      ? []
      : rows.map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}`)),
    medianError === null
      ? '  No published points in range to compare with.'
      : `  Median error ${formatFraction(medianError)}`,
  ];
}
