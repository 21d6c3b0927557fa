/**
 * Does `wipsim plan` find what trying everything finds, at a fifth of the work? Shipped scenarios, shortened where a run
 * takes long; the exhaustive side compiles and runs every candidate itself, on seeds of its own, and prices it by hand.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import quantile from '@stdlib/stats-base-dists-t-quantile';
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { PlanDocument } from '../../../src/experiment/plan/document.js';
import { plan } from '../../../src/experiment/plan/plan.js';
import type { Setup } from '../../../src/experiment/run-source.js';
import { ScenarioError } from '../../../src/scenario/problem.js';
import { simulate } from '../../../src/simulation/simulate.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';
import type { Agreement, ExactCase } from '../case.js';
import { valueAt } from '../run-case.js';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
/** Of every candidate of the exhaustive side; the plan may take as many for a decision. */
const REPLICATIONS = 8;
const CONFIDENCE = 0.95;

interface PlannedPool {
  readonly name: string;
  readonly path: string;
  readonly min: number;
  readonly max: number;
}

interface PlanCase {
  readonly scenario: string;
  /** How it is shortened, and loaded so that the answer is no bound of the space. */
  readonly set: readonly string[];
  readonly pools: readonly PlannedPool[];
  /** `base` is the scenario's own. */
  readonly policies?: readonly string[];
  /** Of every candidate, where `REPLICATIONS` cannot tell fleets apart that differ. */
  readonly replications?: number;
  /** By hand, in the order of the pools, without what no candidate changes. */
  readonly usdPerHour: (nodes: readonly number[]) => number;
}

const nodesOf = (name: string, min: number, max: number): PlannedPool => ({
  name,
  path: `pools.${name}.nodes`,
  min,
  max,
});

const CASES: readonly PlanCase[] = [
  {
    scenario: 'quick-start',
    set: ['run.duration=30min', 'run.warmup=5min', 'run.load=3'],
    pools: [nodesOf('gpus', 1, 24)],
    policies: ['base', 'priority'],
    usdPerHour: ([gpus]) => 24 * gpus!,
  },
  {
    scenario: 'autoscaling',
    set: ['run.duration=12h', 'run.warmup=2h', 'slos.1.atLeast=0.9'],
    pools: [{ name: 'gpus', path: 'pools.gpus.scaling.max', min: 2, max: 25 }],
    policies: ['base', 'scheduled'],
    // Two reserved, the others on demand.
    usdPerHour: ([most]) => 8 * (2 * 1.9 + (most! - 2) * 3),
  },
  {
    scenario: 'llm-serving',
    set: ['run.duration=6min', 'run.warmup=1min'],
    pools: [nodesOf('llm', 1, 16)],
    policies: ['base', 'packed', 'small', 'shortest'],
    usdPerHour: ([llm]) => 24 * llm!,
  },
  {
    scenario: 'disaggregation',
    set: ['run.duration=2min', 'run.warmup=15s', 'run.load=1.5'],
    pools: [nodesOf('together', 1, 4), nodesOf('prefill', 1, 4), nodesOf('decode', 1, 4)],
    usdPerHour: ([together, prefill, decode]) => 24 * (together! + prefill! + decode!),
  },
  {
    scenario: 'agents-prefix-cache',
    set: ['run.duration=20min', 'run.warmup=5min'],
    pools: [nodesOf('llm', 1, 24)],
    policies: ['base', 'affinity'],
    usdPerHour: ([llm]) => 24 * llm!,
  },
  {
    scenario: 'spot-vs-on-demand',
    set: ['run.duration=4d'],
    replications: 16,
    pools: [nodesOf('spot', 1, 16), nodesOf('on-demand', 1, 4)],
    usdPerHour: ([spot, onDemand]) => 9.6 * spot! + 24 * onDemand!,
  },
  {
    scenario: 'training-beside-inference',
    set: ['run.duration=3d', 'run.warmup=12h'],
    pools: [nodesOf('fleet', 1, 24)],
    policies: ['wait', 'base', 'strict'],
    // The price of the profile h100-sxm.
    usdPerHour: ([fleet]) => 8 * 3 * fleet!,
  },
  {
    scenario: 'batch-preemption',
    set: [],
    pools: [nodesOf('gpus', 1, 16)],
    policies: ['base', 'wait', 'restart'],
    usdPerHour: ([gpus]) => 24 * gpus!,
  },
  {
    scenario: 'node-failure-at-peak',
    set: ['run.duration=1d', 'run.warmup=6h', 'disturbances.0.at=15h'],
    pools: [nodesOf('gpus', 2, 25)],
    policies: ['base', 'save-first'],
    usdPerHour: ([gpus]) => 20 * gpus!,
  },
  {
    scenario: 'agent-deadlines',
    // Three times as many claims in fewer hours; payment fails for a quarter of one.
    set: [
      'run.duration=2h',
      'run.warmup=20min',
      'run.load=3',
      'disturbances.0.at=1h',
      'disturbances.0.for=15min',
      'slos.0.atLeast=27/min',
      'slos.1.atMost=400',
    ],
    pools: [nodesOf('gpus', 1, 8), nodesOf('small', 1, 5)],
    usdPerHour: ([gpus, small]) => 24 * gpus! + small!,
  },
];

export const planCases: readonly ExactCase[] = CASES.map((one) => ({
  kind: 'exact',
  name: `plan of ${one.scenario}`,
  source: 'every candidate simulated',
  compare: () => compare(one),
}));

async function compare(one: PlanCase): Promise<Agreement[]> {
  const load = createSetupLoader();
  const text = readFileSync(`${SCENARIOS}${one.scenario}.yaml`, 'utf8');
  const setup = await load({
    scenario: { name: one.scenario, text, folder: SCENARIOS },
    variant: null,
    set: one.set,
  });
  const planned = await plan(
    setup,
    {
      pools: one.pools,
      controls: one.policies === undefined ? [] : [{ path: 'policy', values: one.policies }],
      rule: {
        confidence: CONFIDENCE,
        firstReplications: 4,
        maxReplications: one.replications ?? REPLICATIONS,
      },
    },
    { loader: load, source: new ThisThread(), seed: `plan of ${one.scenario}` },
  );
  const all: Tried[] = [];
  for (const candidate of candidatesOf(one)) all.push(await tried(one, setup, candidate));
  return agreements(one, planned, all);
}

interface Candidate {
  readonly nodes: readonly number[];
  readonly policy: string;
}

function candidatesOf({ pools, policies = ['base'] }: PlanCase): Candidate[] {
  let fleets: number[][] = [[]];
  for (const { min, max } of pools)
    fleets = fleets.flatMap((fleet) =>
      Array.from({ length: max - min + 1 }, (_, index) => [...fleet, min + index]),
    );
  return fleets.flatMap((nodes) => policies.map((policy) => ({ nodes, policy })));
}

interface Tried extends Candidate {
  readonly usdPerHour: number;
  /** By replication. */
  readonly events: readonly number[];
  /** By SLO: how far the mean is beyond its threshold, and its standard error; null where it cannot run. */
  readonly slos: readonly { readonly name: string; readonly beyond: number; readonly error: number }[] | null;
}

async function tried(one: PlanCase, { ref }: Setup, candidate: Candidate): Promise<Tried> {
  const { nodes, policy } = candidate;
  const usdPerHour = one.usdPerHour(nodes);
  const replications = one.replications ?? REPLICATIONS;
  const set = [...ref.set, ...one.pools.map(({ path }, pool) => `${path}=${nodes[pool]!}`)];
  try {
    const { compiled } = await createSetupLoader()({
      ...ref,
      variant: policy === 'base' ? null : policy,
      set,
    });
    const { system, policies, slos } = compiled;
    const { warmup } = system.horizon;
    if (warmup.method !== 'fixed') throw new Error('every candidate needs the same warm-up');
    const runs = Array.from(
      { length: replications },
      (_, i) =>
        simulate(system, policies, `everything of ${one.scenario}/${i}`, { warmupS: warmup.lengthS })
          .measures,
    );
    return {
      ...candidate,
      usdPerHour,
      events: runs.map(({ events }) => events),
      slos: slos.map(({ name, path, comparison, threshold }) => {
        const sign = comparison === 'at_most' ? 1 : -1;
        const beyond = runs.map((run) => sign * (valueAt(run, path.join('.')) - threshold));
        const mean = beyond.reduce((sum, value) => sum + value, 0) / replications;
        const squares = beyond.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
        return { name, beyond: mean, error: Math.sqrt(squares / (replications - 1) / replications) };
      }),
    };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { ...candidate, usdPerHour, events: [], slos: null };
  }
}

/** Every SLO's one-sided bound keeps its threshold. */
const isMet = ({ slos, events }: Tried): boolean =>
  slos?.every(({ beyond, error }) => beyond + quantile(CONFIDENCE, events.length - 1) * error <= 0) === true;

function agreements(one: PlanCase, { answer, work }: PlanDocument, all: readonly Tried[]): Agreement[] {
  const met = all.filter(isMet);
  const cheapest = Math.min(...met.map(({ usdPerHour }) => usdPerHour));
  const nodes = one.pools.map(({ name }) => answer?.nodes[name] ?? Number.NaN);
  const answered = one.usdPerHour(nodes);
  const tie = nearTie(all, cheapest, answered);
  // As many replications as the plan itself took for its hardest decision, so that it gains nothing by our many.
  const replications = work.exhaustive.runs / work.exhaustive.candidates;
  const events = all.reduce(
    (sum, { events: own }) => sum + own.slice(0, replications).reduce((part, count) => part + count, 0),
    0,
  );
  return [
    {
      label: `cheapest of ${all.length}, $/h${tie === undefined ? '' : ` (near tie: ${tie})`}`,
      expected: cheapest,
      measured: answered,
      tolerance: tie === undefined ? 0 : Math.abs(answered - cheapest),
    },
    {
      label: 'work, % of everything (≤ 20)',
      expected: 10,
      measured: (100 * work.search.events) / events,
      tolerance: 10,
    },
  ];
}

/**
 * Where the answers differ: every fleet of a price from the lower to below the higher one is in the noise, or fails for
 * both. In the noise is what 99% intervals do not tell from its thresholds; then it is said which fleet that is.
 */
function nearTie(all: readonly Tried[], cheapest: number, answered: number): string | undefined {
  const [low, high] = [Math.min(cheapest, answered), Math.max(cheapest, answered)];
  if (!(low < high) || !Number.isFinite(high)) return undefined;
  const factor = quantile(0.995, Math.max(...all.map(({ events }) => events.length)) - 1);
  const between = all.filter(({ usdPerHour }) => usdPerHour >= low && usdPerHour < high);
  const mayHold = between.filter(
    ({ slos }) => slos?.every(({ beyond, error }) => beyond - factor * error <= 0) === true,
  );
  const clear = mayHold.filter(({ slos }) =>
    slos!.every(({ beyond, error }) => beyond + factor * error <= 0),
  );
  if (mayHold.length === 0 || clear.length > 0) return undefined;
  return mayHold.map(({ nodes, policy }) => `${nodes.join('+')} ${policy}`).join(', ');
}
