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
import { batchingRound, referenceRound } from './batching.js';
import { dispatchRounds } from './dispatch.js';
import { fleet } from './fleet.js';
import { mmcLoop } from './mmc-loop.js';
import { threadsRounds } from './threads.js';

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
const FLEETS = [10, 100, 1000, 10_000];
const FLEET_TASKS = 300_000;
const FLEET_MEMORY_TASKS = [100_000, 1_000_000];

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
  referenceRound();
  const held = Array.from({ length: ROUNDS }, referenceRound);
  return [
    {
      name: 'batching, against the reference',
      value: median(held.map(({ requestsPerS }) => requestsPerS)),
      unit: 'requests/s',
      baseline: median(held.map(({ referenceRequestsPerS }) => referenceRequestsPerS)),
      ratio: median(held.map((round) => round.requestsPerS / round.referenceRequestsPerS)),
    },
    {
      name: 'batching, against a loop for one case',
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

/** What sending a run over Redis costs, against a bare job of the queue's library. */
async function dispatch(): Promise<BenchCase[]> {
  const rounds = await dispatchRounds(ROUNDS);
  if (rounds === null) {
    process.stderr.write('redis-server is not installed: dispatch over Redis is not measured\n');
    return [];
  }
  return [
    {
      name: 'dispatch over Redis, a run',
      value: median(rounds.map(({ msPerRun }) => msPerRun)),
      unit: 'ms',
      baseline: median(rounds.map(({ bareMsPerRun }) => bareMsPerRun)),
      ratio: median(rounds.map(({ msPerRun, bareMsPerRun }) => msPerRun / bareMsPerRun)),
    },
  ];
}

/** What threads cost a run, and how much sooner two of them are through. */
async function threads(): Promise<BenchCase[]> {
  const rounds = await threadsRounds(ROUNDS);
  if (rounds === null) {
    process.stderr.write('dist is not built from these sources (npm run build): threads are not measured\n');
    return [];
  }
  return [
    {
      name: 'dispatch to a thread, a run, beside an empty run',
      value: median(rounds.map(({ dispatchMs }) => dispatchMs)),
      unit: 'ms',
      baseline: median(rounds.map(({ emptyRunMs }) => emptyRunMs)),
      ratio: median(rounds.map(({ dispatchMs, emptyRunMs }) => dispatchMs / emptyRunMs)),
    },
    {
      name: '64 points of the quick start, one thread against two',
      value: median(rounds.map(({ twoThreadsS }) => twoThreadsS)),
      unit: 's',
      baseline: median(rounds.map(({ oneThreadS }) => oneThreadS)),
      ratio: median(rounds.map(({ oneThreadS, twoThreadsS }) => oneThreadS / twoThreadsS)),
    },
  ];
}

/** What an event costs in fleets of growing size, against the smallest: near the logarithm of the size, not the size. */
function fleets(): BenchCase[] {
  const nsPerEvent = (nodes: number): number => 1e9 / eventsPerS(fleet(nodes, FLEET_TASKS), `bench/${nodes}`);
  for (const nodes of FLEETS) nsPerEvent(nodes);
  const rounds = Array.from({ length: ROUNDS }, () => FLEETS.map(nsPerEvent));
  return FLEETS.map((nodes, index) => ({
    name: `event in a fleet of ${nodes.toLocaleString('en')} nodes, ${(8 * nodes).toLocaleString('en')} GPUs`,
    value: median(rounds.map((round) => round[index]!)),
    unit: 'ns',
    baseline: index === 0 ? null : median(rounds.map((round) => round[0]!)),
    ratio: index === 0 ? null : median(rounds.map((round) => round[index]! / round[0]!)),
  }));
}

/** Peak memory of a fresh process that simulates so many tasks; compared with the smallest. */
function memory(): BenchCase[] {
  const peakOf = (...parameters: readonly number[]): number =>
    Number(execFileSync(process.execPath, [process.argv[1]!, '--memory', ...parameters.map(String)]));
  const growing = (name: string, sizes: readonly number[], nodes: readonly number[]): BenchCase[] => {
    const peaks = sizes.map((tasks) => peakOf(tasks, ...nodes));
    return sizes.map((tasks, index) => ({
      name: `peak memory, ${name} with ${tasks.toLocaleString('en')} tasks`,
      value: peaks[index]!,
      unit: 'MiB',
      baseline: index === 0 ? null : peaks[0]!,
      ratio: index === 0 ? null : peaks[index]! / peaks[0]!,
    }));
  };
  return [...growing('M/M/8', MEMORY_TASKS, []), ...growing('1,000 nodes', FLEET_MEMORY_TASKS, [1000])];
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

const [flag, tasks, nodes] = process.argv.slice(2);
if (flag === '--memory') {
  eventsPerS(
    nodes === undefined ? queue(8, 0.9, Number(tasks)) : fleet(Number(nodes), Number(tasks)),
    'memory',
  );
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
} else {
  const cases = [
    paired('M/M/1 at load 0.9', 1, 0.9),
    paired('M/M/8 at load 0.9', 8, 0.9),
    quickStart(),
    ...batching(),
    ...fleets(),
    ...memory(),
    ...(await dispatch()),
    ...(await threads()),
  ];
  process.stdout.write(flag === '--json' ? `${JSON.stringify({ cases })}\n` : `${report(cases)}\n`);
}
