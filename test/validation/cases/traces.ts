/** Replays of public traces: as many arrivals in each minute as the file has, which is read here on its own. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { State } from '../../../src/model/life-cycle.js';
import { simulate } from '../../../src/simulation/simulate.js';
import type { Agreement, ValidationCase } from '../case.js';
import { load } from '../load.js';

const MINUTE_MS = 60_000;

interface PublicTrace {
  readonly name: string;
  readonly folder: string;
  /** Also compressed, with `.gz`. */
  readonly file: string;
  readonly timeColumn: string;
  readonly origin: string;
}

const TRACES: readonly PublicTrace[] = [
  {
    name: 'azure-llm-2023-conversation',
    folder: 'azure-llm-2023-conversation',
    file: 'AzureLLMInferenceTrace_conv.csv',
    timeColumn: 'TIMESTAMP',
    origin: 'https://github.com/Azure/AzurePublicDataset, data/AzureLLMInferenceTrace_conv.csv',
  },
  {
    name: 'philly-2017',
    folder: 'philly-2017',
    file: 'philly.csv',
    timeColumn: 'timestamp',
    origin: 'https://github.com/pkusys/ElasticFlow, pollux/pollux_simulator/traces/philly.csv',
  },
];

/** @param folder where the traces are, each in a folder of its own */
export function traceCases(folder: string): ValidationCase[] {
  return TRACES.map((trace) => {
    const { name, file, origin } = trace;
    const source = 'the file, counted on its own';
    const place = join(folder, trace.folder, file);
    const path = [`${place}.gz`, place].find((candidate) => existsSync(candidate));
    const title = `arrivals per minute, ${name}`;
    if (path === undefined)
      return { kind: 'skipped', name: title, source, reason: `no ${place}[.gz]; get it from ${origin}` };
    return { kind: 'exact', name: title, source, compare: () => compareMinutes(trace, resolve(path)) };
  });
}

async function compareMinutes(trace: PublicTrace, path: string): Promise<Agreement[]> {
  const expected = perMinute(await timesMs(path, trace.timeColumn));
  const replayed = await replay(trace, path);
  const minutes = Math.max(expected.length, replayed.length);
  const different = Array.from({ length: minutes }, (_, minute) => minute).filter(
    (minute) => (expected[minute] ?? 0) !== (replayed[minute] ?? 0),
  );
  const first = different[0];
  return [
    {
      label: 'minutes that agree',
      expected: minutes,
      measured: minutes - different.length,
      difference:
        first === undefined
          ? undefined
          : `minute ${first}: ${replayed[first] ?? 0} arrivals, ${expected[first] ?? 0} in the file`,
    },
    { label: 'arrivals', expected: sum(expected), measured: sum(replayed) },
  ];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Times of the rows in the file's order; dates are read as UTC, which a difference of two does not depend on. */
async function timesMs(path: string, column: string): Promise<number[]> {
  const bytes = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const index = header!.split(',').indexOf(column);
  return lines.map((line) => {
    const [, seconds, fraction = ''] = /^(.{19})(\.\d+)?/.exec(line.split(',')[index]!)!;
    return Date.parse(`${seconds!.replace(' ', 'T')}Z`) + Number(`0${fraction}`) * 1000;
  });
}

/** Since the first arrival. */
function perMinute(times: readonly number[]): number[] {
  const start = times.reduce((earliest, time) => Math.min(earliest, time), Number.POSITIVE_INFINITY);
  return counted(times.map((time) => Math.floor((time - start) / MINUTE_MS)));
}

function counted(minutes: readonly number[]): number[] {
  const counts: number[] = [];
  for (const minute of minutes) {
    while (counts.length <= minute) counts.push(0);
    counts[minute]!++;
  }
  return counts;
}

/** Arrivals in each minute of a run that replays the file. */
async function replay({ name, timeColumn }: PublicTrace, path: string): Promise<number[]> {
  const { compiled } = await load({
    version: 1,
    name,
    services: { any: { latency: 1 } },
    stages: { any: { service: 'any' } },
    workloads: {
      all: {
        arrival: { trace: { file: path, columns: { arrival: { column: timeColumn, unit: 'datetime' } } } },
        workflow: [{ stage: 'any' }],
      },
    },
  });
  const minutes: number[] = [];
  simulate(compiled.system, compiled.policies, compiled.seed, {
    warmupS: 0,
    listener: (_task, from, _to, nowS) => {
      // Everybody is let in at once, so a task stops being queued at its arrival, and only then.
      if (from === State.queued) minutes.push(Math.floor(nowS / 60));
    },
  });
  return counted(minutes);
}
