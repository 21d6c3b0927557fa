/**
 * A sweep: one scenario at many points, each with its replications, from wherever runs come. Replication i has the same
 * random numbers at every point (unless the seed is what is varied), so points differ by their values and not by luck.
 */
import { ScenarioError } from '../../scenario/problem.js';
import { Replications } from '../replications.js';
import type { RunOutcome } from '../run-outcome.js';
import { Interrupted, RunElsewhere, type RunSource, type Setup, type SetupLoader } from '../run-source.js';
import type { SweepDocument } from './document.js';
import { type PlannedPoint, type PlannedSweep, planSweep } from './points.js';
import { problemOf, type SweepSpec } from './spec.js';
import { type FinishedPoint, finishedPoint, sweepDocument } from './sweep-document.js';

export interface SweepProgress {
  /** All points are checked before the first run begins. */
  readonly phase: 'checking' | 'running';
  /** Checked, or with all their replications. */
  readonly points: { readonly planned: number; readonly finished: number };
  /** Points that are equal but for their names share theirs. */
  readonly runs: { readonly planned: number; readonly finished: number };
}

export interface SweepOptions {
  readonly load: SetupLoader;
  readonly source: RunSource;
  /** The one that stops the source: no further point is begun. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
  /** Told of every run as it finishes, for whoever keeps more of it than the document does. */
  readonly onRun?: ((point: number, replication: number, outcome: RunOutcome) => void) | undefined;
}

/**
 * The document of what was finished, marked as interrupted where something is missing; null where it was stopped before
 * any run. Throws `ScenarioError` before the first run where a point is no valid scenario.
 */
export async function sweep(
  base: Setup,
  spec: SweepSpec,
  options: SweepOptions,
): Promise<SweepDocument | null> {
  const { load, source, signal, onProgress, onRun } = options;
  const seed = spec.seed ?? base.compiled.seed;
  const replications = spec.replications ?? base.compiled.replications;
  if (!(Number.isInteger(replications) && replications >= 1))
    throw new ScenarioError([
      problemOf(spec, ['replications'], `expected at least one replication, got ${replications}`),
    ]);
  const none = { planned: 0, finished: 0 };
  const isStopped = () => signal?.aborted === true;
  const planned = await planSweep(base, spec, {
    load,
    seed,
    isStopped,
    onChecked: (finished, of) =>
      onProgress?.({ phase: 'checking', points: { planned: of, finished }, runs: none }),
  });
  if (planned === null) return null;
  const finished = await runPoints(planned, replications, {
    load,
    source,
    isStopped,
    onProgress,
    onRun,
  });
  if (finished.length === 0) return null;
  return sweepDocument({ base, seed, replications, planned, finished });
}

interface RunningOptions extends Pick<SweepOptions, 'load' | 'source' | 'onProgress' | 'onRun'> {
  readonly isStopped: () => boolean;
}

async function runPoints(
  { spec, points, metrics }: PlannedSweep,
  replications: number,
  { load, source, isStopped, onProgress, onRun }: RunningOptions,
): Promise<FinishedPoint[]> {
  const groups = groupsOf(points);
  const finished: FinishedPoint[] = [];
  let runsDone = 0;
  let pointsDone = 0;
  const report = () =>
    onProgress?.({
      phase: 'running',
      points: { planned: points.length, finished: pointsDone },
      runs: { planned: groups.length * replications, finished: runsDone },
    });
  const runGroup = async (group: readonly PlannedPoint[]): Promise<void> => {
    const [first] = group as readonly [PlannedPoint];
    const runs = new Replications(await load(first.ref), source, first.seed, {
      onFinished: (replication, outcome) => {
        runsDone++;
        for (const { index } of group) onRun?.(index, replication, outcome);
        report();
      },
    });
    try {
      await runs.extendTo(replications);
    } finally {
      // What an interrupt has left is worth keeping.
      if (runs.has(1))
        for (const point of group) {
          const { slos } = (await load(point.ref)).compiled;
          finished.push(finishedPoint(point, spec, metrics, slos, runs.document(replications)));
        }
    }
    pointsDone += group.length;
    report();
  };
  report();
  await inTurn(groups, runGroup, pointsAtOnce(source, replications, points.length), isStopped);
  return finished.sort((a, b) => a.planned.index - b.planned.index);
}

/** Points whose runs are the same, because what they differ in changes no run: names, SLOs, a limit that is not used. */
function groupsOf(points: readonly PlannedPoint[]): PlannedPoint[][] {
  const groups = new Map<string, PlannedPoint[]>();
  for (const point of points) {
    const key = JSON.stringify([point.hash, point.seed]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  return [...groups.values()];
}

/** Enough that the source never waits: a point waits for its own pilot run first, if it has one. */
const pointsAtOnce = ({ parallelism }: RunSource, replications: number, points: number): number =>
  Math.min(points, Math.ceil(parallelism / Math.max(1, replications - 1)) + parallelism);

/**
 * Some at a time, begun in their order. After an interrupt or an error no more are begun, those under way are waited
 * for, and the first error is thrown; an interrupt is none.
 */
async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  atOnce: number,
  isStopped: () => boolean,
): Promise<void> {
  let next = 0;
  let isOver = false;
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (!isOver && !isStopped() && next < items.length) {
      try {
        await work(items[next++]!);
      } catch (error) {
        // A run that another machine has says nothing about the next point.
        if (!(error instanceof RunElsewhere)) isOver = true;
        if (!(error instanceof Interrupted)) errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (errors.length > 0) throw errors[0];
}
