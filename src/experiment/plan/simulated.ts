/**
 * The planner's questions answered by simulation. A fleet, a setting and a load become assignments to the scenario;
 * replication i of the search runs on the seed `SEED/i` in every one of them, and replication i of a confirmation on
 * `SEED/confirm-1/i`, so `wipsim run --seed SEED/confirm-1` repeats it.
 */
import { ScenarioError } from '../../scenario/problem.js';
import { type Metric, metricValue } from '../metrics.js';
import { Replications } from '../replications.js';
import type { RunSource, Setup, SetupLoader, SetupRef } from '../run-source.js';
import type { Evaluator, Impossible, Question, Sample, SloTarget } from './evaluator.js';
import { targetOf } from './slo-direction.js';

export interface SimulatedSpace {
  /** By pool of the space: its name in the scenario, and where its node count stands. */
  readonly pools: readonly { readonly pool: string; readonly path: string }[];
  /** By setting. */
  readonly settings: readonly Assignments[];
  /** What the scenario says for `run.load`. */
  readonly baseLoad: number;
}

/** What a setting changes of the scenario. */
export interface Assignments {
  /** Undefined: as in the scenario the plan begins with. */
  readonly variant?: string | null;
  readonly set: readonly string[];
}

export interface SimulationSource {
  readonly loader: SetupLoader;
  readonly source: RunSource;
  readonly seed: string;
}

export class SimulatedEvaluator implements Evaluator {
  readonly slos: readonly SloTarget[];
  private readonly replications = new Map<string, Promise<Replications | Impossible>>();

  constructor(
    private readonly base: Setup,
    private readonly space: SimulatedSpace,
    private readonly objective: Metric,
    private readonly p99: Metric,
    private readonly from: SimulationSource,
  ) {
    this.slos = base.compiled.slos.map(targetOf);
  }

  async look(question: Question, count: number, series: string): Promise<Sample | Impossible> {
    const replications = await this.replicationsOf(question, series);
    if ('impossible' in replications) return replications;
    await replications.extendTo(count);
    const runs = replications.runs.slice(0, count);
    const values = (metric: Metric): number[] => runs.map((run) => metricValue(metric, run));
    return {
      slos: this.base.compiled.slos.map(({ metric, path }) => values({ name: metric, keys: path })),
      objective: values(this.objective),
      p99S: values(this.p99),
      billedUsdPerHour: runs.map((run) =>
        run.window_s === 0 ? 0 : (run.cost.total_usd * 3600) / run.window_s,
      ),
      utilisation: this.space.pools.map(({ pool }) =>
        values({ name: `pools.${pool}.utilisation.busy`, keys: ['pools', pool, 'utilisation', 'busy'] }),
      ),
      events: runs.map(({ events }) => events),
    };
  }

  /** What `wipsim run` would warn of here, from the replications that the search has made. */
  async warningsAt(question: Question): Promise<string[]> {
    const replications = await this.replicationsOf(question, '');
    if ('impossible' in replications || replications.finished === 0) return [];
    return replications.document(replications.finished).warnings;
  }

  refOf({ nodes, setting, load }: Question): SetupRef {
    const { ref } = this.base;
    const { pools, settings, baseLoad } = this.space;
    const { variant, set } = settings[setting]!;
    return {
      ...ref,
      variant: variant === undefined ? ref.variant : variant,
      set: [
        ...ref.set,
        ...set,
        ...pools.map(({ path }, pool) => `${path}=${nodes[pool]!}`),
        ...(load === 1 ? [] : [`run.load=${Math.round(baseLoad * load * 1e6) / 1e6}`]),
      ],
    };
  }

  private replicationsOf(question: Question, series: string): Promise<Replications | Impossible> {
    const ref = this.refOf(question);
    const key = JSON.stringify([series, ref.variant, ref.set]);
    let replications = this.replications.get(key);
    if (replications === undefined) {
      replications = this.start(ref, series);
      this.replications.set(key, replications);
    }
    return replications;
  }

  private async start(ref: SetupRef, series: string): Promise<Replications | Impossible> {
    const { loader, source, seed } = this.from;
    try {
      const setup = await loader(ref);
      return new Replications(setup, source, series === '' ? seed : `${seed}/${series}`);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      return { impossible: error.problems[0]?.message ?? error.message };
    }
  }
}
