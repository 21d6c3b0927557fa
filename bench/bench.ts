/**
 * `npm run bench`: what one event costs, through the public path (scenario object, compilation, run, measures) with
 * its default measurements, and how memory depends on the number of tasks. Figures of one machine mean little: M/M/8
 * is paired, turn by turn, with a loop written by hand for that model, and the ratio is what to follow.
 *
 *   npm run bench              table
 *   npm run bench -- --json    {cases: [{name, value, unit, baseline, ratio}]}
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compileObject } from '../src/scenario/compile.js';
import { simulate } from '../src/simulation/simulate.js';
import { batchingRound } from './batching.js';
import { mmcLoop } from './mmc-loop.js';

interface BenchCase {
  name: string;
  value: number;
  unit: string;
  baseline: number | null;
  ratio: number | null;
}

const ROUNDS = 5;
const TASKS = 3_000_000;
const MEMORY_TASKS = [100_000, 1_000_000, 10_000_000];

function queue(servers: number, load: number, tasks: number): object {
  return {
    version: 1,
    name: `M/M/${servers}`,
    run: { tasks },
    pools: { servers: { mode: 'slots', gpusPerNode: servers } },
    stages: { service: { pool: 'servers' } },
    workloads: {
      customers: {
        arrival: { process: 'poisson', rate: servers * load },
        workflow: [{ stage: 'service', work: { dist: 'exponential', mean: 1 } }],
      },
    },
  };
}

/** Events per second of one run, compilation and collecting included. */
function eventsPerS(scenario: object, seed: string): number {
  const begin = performance.now();
  const { system, policies } = compileObject(scenario);
  const { measures } = simulate(system, policies, seed, { warmupS: 0 });
  return measures.events / ((performance.now() - begin) / 1000);
}

function loopEventsPerS(servers: number, load: number, seed: number): number {
  const begin = performance.now();
  const { events } = mmcLoop(TASKS, servers * load, 1, servers, seed);
  return events / ((performance.now() - begin) / 1000);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** The two in turn, so that both see the same machine; the ratio is the median of the turns' ratios. */
function paired(name: string, servers: number, load: number): BenchCase {
  const scenario = queue(servers, load, TASKS);
  eventsPerS(scenario, 'warm-up');
  loopEventsPerS(servers, load, 1);
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const baseline = loopEventsPerS(servers, load, round + 1);
    const value = eventsPerS(scenario, `bench/${round}`);
    return { value, baseline, ratio: value / baseline };
  });
  return {
    name,
    value: median(rounds.map(({ value }) => value)),
    unit: 'events/s',
    baseline: median(rounds.map(({ baseline }) => baseline)),
    ratio: median(rounds.map(({ ratio }) => ratio)),
  };
}

function quickStart(): BenchCase {
  const scenario = parse(readFileSync(new URL('../scenarios/quick-start.yaml', import.meta.url), 'utf8')) as {
    run: { duration: string };
  };
  // The shipped run is over in a blink; a hundred days of it show the cost of an event.
  scenario.run.duration = '100d';
  const values = Array.from({ length: 3 }, (_, round) => eventsPerS(scenario, `bench/${round}`));
  return { name: 'quick start', value: median(values), unit: 'events/s', baseline: null, ratio: null };
}

/** Continuous batching with long generations: against a loop over iterations, in time and in steps. */
function batching(): BenchCase[] {
  batchingRound();
  const rounds = Array.from({ length: ROUNDS }, batchingRound);
  const [{ stretches, iterations }] = rounds as [(typeof rounds)[number]];
  return [
    {
      name: 'batching, long generations',
      value: median(rounds.map(({ requestsPerS }) => requestsPerS)),
      unit: 'requests/s',
      baseline: median(rounds.map(({ loopRequestsPerS }) => loopRequestsPerS)),
      ratio: median(rounds.map(({ requestsPerS, loopRequestsPerS }) => requestsPerS / loopRequestsPerS)),
    },
    {
      name: 'batching, steps for the same iterations',
      value: stretches,
      unit: 'stretches',
      baseline: iterations,
      ratio: stretches / iterations,
    },
  ];
}

/** Peak memory of a fresh process that simulates so many tasks; compared with the smallest. */
function memory(): BenchCase[] {
  const self = process.argv[1]!;
  const peaks = MEMORY_TASKS.map((tasks) =>
    Number(execFileSync(process.execPath, [self, '--memory', String(tasks)])),
  );
  return MEMORY_TASKS.map((tasks, index) => ({
    name: `peak memory, M/M/8 with ${tasks.toLocaleString('en')} tasks`,
    value: peaks[index]!,
    unit: 'MiB',
    baseline: index === 0 ? null : peaks[0]!,
    ratio: index === 0 ? null : peaks[index]! / peaks[0]!,
  }));
}

function report(cases: readonly BenchCase[]): string {
  const rows = cases.map(({ name, value, unit, baseline, ratio }) => [
    name,
    `${value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${unit}`,
    baseline === null
      ? ''
      : `${baseline >= 1000 ? Math.round(baseline).toLocaleString('en') : baseline.toFixed(1)}`,
    ratio === null ? '' : ratio.toFixed(2),
  ]);
  const lines = [['case', 'measured', 'baseline', 'ratio'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

const [flag, tasks] = process.argv.slice(2);
if (flag === '--memory') {
  eventsPerS(queue(8, 0.9, Number(tasks)), 'memory');
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
} else {
  const cases = [
    paired('M/M/1 at load 0.9', 1, 0.9),
    paired('M/M/8 at load 0.9', 8, 0.9),
    quickStart(),
    ...batching(),
    ...memory(),
  ];
  process.stdout.write(flag === '--json' ? `${JSON.stringify({ cases })}\n` : `${report(cases)}\n`);
}
