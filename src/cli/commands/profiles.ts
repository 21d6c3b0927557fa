/** `wipsim profiles [NAME]`: hardware, models and serving as published, with sources and the error of each fit. */
import { formatCount, formatDuration, formatUsd } from '../../report/format.js';
import type { HardwareProfile } from '../../scenario/profiles/hardware.js';
import { kvBytesPerToken, type ModelProfile } from '../../scenario/profiles/models.js';
import {
  type AnyProfile,
  PROFILE_NAMES,
  PROFILES,
  type ProfileKind,
} from '../../scenario/profiles/registry.js';
import type { ServingProfile } from '../../scenario/profiles/serving.js';
import { decodeStepS } from '../../scenario/profiles/timing.js';
import { nearest } from '../../scenario/suggest.js';
import { beside } from '../beside.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { jsonText, print } from '../output.js';
import { profileJson } from '../profile-json.js';
import { figureText, memoryText, profilePage } from '../profile-page.js';

export interface ProfilesOptions {
  readonly json?: boolean;
}

const KINDS: readonly ProfileKind[] = ['hardware', 'model', 'serving'];
const isKind = (name: string): name is ProfileKind => KINDS.some((kind) => kind === name);

export function profiles(name: string | undefined, { json }: ProfilesOptions): ExitCode {
  const found = name === undefined ? PROFILES : matching(name);
  if (json === true) print(jsonText(found.map(profileJson)));
  else if (name === undefined || isKind(name)) print(listing(found));
  else print(found.map((one) => profilePage(one)).join('\n\n'));
  return ExitCode.fine;
}

function matching(name: string): readonly AnyProfile[] {
  const found = PROFILES.filter(({ kind, profile }) => kind === name || profile.name === name);
  if (found.length > 0) return found;
  const near = nearest(name, [...KINDS.flatMap((kind) => PROFILE_NAMES[kind]), ...KINDS]);
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw new CommandError(`there is no profile "${name}"${hint}; \`wipsim profiles\` lists them`);
}

function listing(found: readonly AnyProfile[]): string {
  const width = Math.max(...found.map(({ profile }) => profile.name.length));
  return KINDS.flatMap((kind) => {
    const here = found.filter((one) => one.kind === kind);
    if (here.length === 0) return [];
    return [
      [kind, ...here.flatMap((one) => beside(`  ${one.profile.name.padEnd(width)}  `, line(one)))].join('\n'),
    ];
  }).join('\n\n');
}

function line(one: AnyProfile): string {
  switch (one.kind) {
    case 'hardware':
      return hardwareLine(one.profile);
    case 'model':
      return modelLine(one.profile);
    case 'serving':
      return servingLine(one.profile);
  }
}

const hourly = (usd: number): string => `${formatUsd(usd)}/h`;

function hardwareLine({ figures, device }: HardwareProfile): string {
  const shown = [figures.memoryBytes, figures.memoryBytesPerS, figures.bf16FlopsPerS];
  return [
    ...shown.flatMap((one) => (one === null ? [] : [figureText(one)])),
    `${hourly(figures.onDemandUsd.value)} a ${device}, reserved ${formatUsd(figures.reservedUsd.value)}, spot ${formatUsd(figures.spotUsd.value)}`,
  ].join(', ');
}

const modelLine = ({ weightsBytes, attention }: ModelProfile): string =>
  `${figureText(weightsBytes)} of weights, ${memoryText(kvBytesPerToken(attention))} of KV-cache a token, ${attention.layers} layers`;

function servingLine({ kind, hardware, tensorParallel, timing, range, kvTokens }: ServingProfile): string {
  return [
    kind,
    `${tensorParallel} x ${hardware.name}, ${hourly(tensorParallel * hardware.figures.onDemandUsd.value)}`,
    `${formatDuration(decodeStepS(timing, 1, 0))} a step at batch 1, ${formatDuration(decodeStepS(timing, range.batchMax, 0))} at ${range.batchMax}`,
    `${formatCount(kvTokens)} KV tokens`,
  ].join('; ');
}
