/** Compares the adaptive limits with those computed by Netflix concurrency-limits, sample by sample. */
import { readdirSync, readFileSync } from 'node:fs';
import { findPolicy } from '../../src/policies/registry.js';
import { fakeRuntime } from '../policies/fake-runtime.js';
import { fakeView } from '../policies/fake-view.js';

const FOLDER = new URL('netflix-limits/', import.meta.url);

interface Configuration {
  readonly policy: 'aimd' | 'gradient2' | 'vegas';
  /** As a scenario gives them; the rest are defaults, which are the library's. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The library's objects that computed the files, by the first part of the file name. */
export const LIMIT_CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  'aimd-default': { policy: 'aimd', parameters: {} },
  'aimd-tuned': {
    policy: 'aimd',
    parameters: { initialLimit: 10, minLimit: 1, maxLimit: 100, backoffRatio: 0.5, timeout: '100ms' },
  },
  'aimd-agent': {
    policy: 'aimd',
    parameters: { initialLimit: 4, minLimit: 1, maxLimit: 1000, backoffRatio: 0.75, timeout: '30s' },
  },
  'aimd-gentle': {
    policy: 'aimd',
    parameters: { initialLimit: 300, minLimit: 5, maxLimit: 64, backoffRatio: 0.98, timeout: '2s' },
  },
  'windowed-aimd': {
    policy: 'aimd',
    parameters: {
      minLimit: 1,
      backoffRatio: 0.8,
      timeout: '100ms',
      window: { min: '200ms', max: '500ms' },
    },
  },
  'gradient2-default': { policy: 'gradient2', parameters: {} },
  'gradient2-tuned': {
    policy: 'gradient2',
    parameters: {
      initialLimit: 50,
      minLimit: 1,
      maxLimit: 500,
      smoothing: 0.5,
      queueSize: 10,
      longWindow: 100,
      tolerance: 2,
    },
  },
  'gradient2-sharp': {
    policy: 'gradient2',
    parameters: {
      minLimit: 4,
      maxLimit: 1000,
      smoothing: 1,
      queueSize: 'sqrt',
      longWindow: 50,
      tolerance: 1,
    },
  },
  'gradient2-agent': {
    policy: 'gradient2',
    parameters: {
      initialLimit: 10,
      minLimit: 1,
      maxLimit: 64,
      smoothing: 0.1,
      queueSize: 2,
      longWindow: 20,
      tolerance: 3,
    },
  },
  'gradient2-windowed': { policy: 'gradient2', parameters: { minLimit: 1, window: {} } },
  'windowed-avg-gradient2': {
    policy: 'gradient2',
    parameters: {
      minLimit: 1,
      smoothing: 0.5,
      longWindow: 30,
      window: { min: '200ms', max: '2s', size: 12, threshold: '1ms' },
    },
  },
  'windowed-p90-gradient2': {
    policy: 'gradient2',
    parameters: { minLimit: 1, window: { max: '5s', percentile: 0.9 } },
  },
  // A multiplier so large that no probe happens within the samples.
  'vegas-noprobe': { policy: 'vegas', parameters: { probeMultiplier: 1_000_000 } },
  'vegas-tuned': {
    policy: 'vegas',
    parameters: {
      initialLimit: 50,
      maxLimit: 300,
      smoothing: 0.5,
      alpha: 2,
      beta: 8,
      probeMultiplier: 1_000_000,
    },
  },
  'vegas-probe': { policy: 'vegas', parameters: { probeJitter: 0.75 } },
  'vegas-small': {
    policy: 'vegas',
    parameters: { initialLimit: 3, maxLimit: 12, smoothing: 0.7, probeMultiplier: 5, probeJitter: 0.6 },
  },
  'vegas-smooth': {
    policy: 'vegas',
    parameters: {
      maxLimit: 400,
      smoothing: 0.2,
      alpha: 3,
      beta: 6,
      probeMultiplier: 10,
      probeJitter: 0.9,
    },
  },
};

export interface Comparison {
  readonly rows: number;
  /** The first row that differs, in words; absent where all agree. */
  readonly mismatch?: string;
}

export function limitVectorFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.csv'))
    .sort();
}

/** Feeds a file's samples to the policy and compares the limit after each one. */
export function compareLimits(file: string): Comparison {
  const name = file.split('.')[0]!;
  const configuration = LIMIT_CONFIGURATIONS[name];
  if (configuration === undefined) throw new Error(`no configuration for ${file}`);
  const definition = findPolicy('concurrency', configuration.policy)!;
  const limit = definition.create(
    definition.parameters.parse(configuration.parameters),
    fakeView(),
    fakeRuntime(),
  );

  const lines = readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n').slice(1);
  let startNs = 0;
  for (const [row, line] of lines.entries()) {
    const [stepNs, roundTripNs, inFlight, dropped, expected] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    startNs += stepNs;
    limit.onSample(startNs / 1e9, roundTripNs / 1e9, inFlight, dropped === 1);
    if (limit.limit !== expected)
      return { rows: row + 1, mismatch: `sample ${row}: limit ${limit.limit}, the library's is ${expected}` };
  }
  return { rows: lines.length };
}
