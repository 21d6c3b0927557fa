/**
 * Time series of a run in a bounded number of equal bins. Averages within a bin come from the levels' integrals, so
 * the hot path pays nothing; when the run turns out longer than expected, neighbouring bins are merged.
 */
import { Histogram } from '../metrics/histogram.js';
import type { RunSeries } from '../metrics/measures.js';
import { State } from '../model/life-cycle.js';
import type { ArrivalSpec } from '../model/system.js';
import { F, NONE } from '../model/task-table.js';
import { tracedGpus } from './draws.js';
import { Event } from './event-kinds.js';
import { fragmentedGpus } from './fragments.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

const TARGET_BINS = 240;
/** Merged down to half when reached; even. */
const MAX_BINS = 480;
/** For runs whose length is not known beforehand. */
const FIRST_BIN_S = 1;

type Merge = 'mean' | 'sum' | 'max' | 'last';

interface Track {
  readonly values: number[];
  readonly merge: Merge;
  /** The value of the bin that ends now. */
  readonly read: (binS: number) => number;
}

export class SeriesRecorder {
  private binS: number;
  private bins = 0;
  private readonly tracks: { [name: string]: Track } = {};

  constructor(private readonly run: RunState) {
    const expectedS = expectedDurationS(run);
    this.binS = expectedS < Number.POSITIVE_INFINITY && expectedS > 0 ? expectedS / TARGET_BINS : FIRST_BIN_S;
    this.follow();
  }

  /** @param hasLatency whether the latency over time is wanted: of short runs it is half of the work */
  start(hasLatency: boolean): void {
    if (hasLatency) this.followLatency();
    this.run.events.schedule(this.binS, Event.tick, 0);
  }

  /** Ends a bin and schedules the next. */
  onTick(): void {
    this.endBin(this.binS);
    this.run.events.schedule(this.run.nowS + this.binS, Event.tick, 0);
  }

  /** Ends the last, shorter bin, where it is long enough to mean something, and returns the series. */
  finish(): RunSeries {
    const restS = this.run.nowS - this.bins * this.binS;
    if (this.bins === 0 || restS > this.binS / 2) this.endBin(restS > 0 ? restS : this.binS);
    const { stages, pools } = this.run.spec;
    const by = (prefix: string, names: readonly { readonly name: string }[]) =>
      Object.fromEntries(
        names.flatMap(({ name }) => {
          const track = this.tracks[`${prefix}/${name}`];
          return track === undefined ? [] : [[name, track.values]];
        }),
      );
    const one = (name: string) => this.tracks[name]!.values;
    return {
      bin_s: this.binS,
      bins: this.bins,
      queue_length: by('waiting', stages),
      in_progress: by('inProgress', stages),
      in_system: one('inSystem'),
      oldest_wait_s: by('oldest', stages),
      busy: by('busy', pools),
      nodes: by('nodes', pools),
      nodes_coming: by('nodesComing', pools),
      nodes_leaving: by('nodesLeaving', pools),
      unallocatable_gpus: by('unallocatable', pools),
      fragmented_gpus: by('fragmented', pools),
      limit: by('limit', stages),
      arrived: one('arrived'),
      completed: one('completed'),
      rejected: one('rejected'),
      latency_p99_s: this.tracks.p99?.values ?? [],
    };
  }

  private track(name: string, merge: Merge, read: (binS: number) => number): void {
    this.tracks[name] = { values: [], merge, read };
  }

  /** Reads the average of levels together over the bin that ends. */
  private average(rows: readonly number[], scale: number): (binS: number) => number {
    const { run } = this;
    let last = 0;
    return (binS: number) => {
      const nowS = run.nowS;
      const total = rows.reduce((sum, task) => sum + run.levels.integral(task, nowS), 0);
      const mean = (total - last) / binS;
      last = total;
      return mean / scale;
    };
  }

  /** What is free and of no use, in a pool with gangs or shares. */
  private followFragments(station: PoolState): void {
    const { pool, spec, unallocatableLevel } = station;
    if (pool.table.mix === null) return;
    const { name } = spec;
    this.track(`unallocatable/${name}`, 'mean', this.average([unallocatableLevel], pool.unitsPerGpu));
    this.track(`fragmented/${name}`, 'mean', (binS) => {
      const gpus = fragmentedGpus(station);
      if (this.run.nowS > this.run.warmupS) {
        station.freeGpuS += (pool.totalFree / pool.unitsPerGpu) * binS;
        station.fragmentedGpuS += gpus * binS;
      }
      return gpus;
    });
  }

  private follow(): void {
    const { run } = this;
    const track = this.track.bind(this);
    const average = this.average.bind(this);
    for (const [index, { name }] of run.spec.stages.entries()) {
      track(`waiting/${name}`, 'mean', average([run.stages[index]!.waitingLevel], 1));
      track(`inProgress/${name}`, 'mean', average([run.stages[index]!.inProgressLevel], 1));
      track(`oldest/${name}`, 'max', () => this.oldestWaitS(index));
      const { limits } = run.stages[index]!.limits[0]!;
      if (limits.length > 0)
        track(`limit/${name}`, 'last', () => Math.min(...limits.map(({ limit }) => limit)));
    }
    for (const station of run.pools) {
      const busy = average([station.busyLevel], 1);
      let before = 0;
      track(`busy/${station.spec.name}`, 'mean', (binS) => {
        const area = station.unitsArea(run.nowS);
        // Of a pool that is not scaled the number itself, which no rounding has changed.
        const units = station.isScaled ? (area - before) / binS : station.capacityUnits;
        before = area;
        const busyUnits = busy(binS);
        // Of a pool whose nodes have all been taken away.
        return units > 0 ? busyUnits / units : 0;
      });
      if (station.scaling !== null)
        for (const [kind, name] of ['nodesComing', 'nodes', 'nodesLeaving'].entries())
          track(
            `${name}/${station.spec.name}`,
            'mean',
            nodesOver(station, kind, () => run.nowS),
          );
      this.followFragments(station);
    }
    const cells = Array.from({ length: run.cells.length }, (_, cell) => run.cellLevel(cell));
    track('inSystem', 'mean', average(cells, 1));
    track(
      'arrived',
      'sum',
      added(() => run.arrived),
    );
    track(
      'completed',
      'sum',
      added(() => run.left[State.completed]!),
    );
    track(
      'rejected',
      'sum',
      added(() => run.left[State.rejected]!),
    );
  }

  /** The hot path does not record for this: what a bin adds to the histograms is their difference. */
  private followLatency(): void {
    const { run } = this;
    let before = new Histogram();
    this.track('p99', 'max', () => {
      const completed = new Histogram();
      completed.merge(run.warmupLatency);
      for (const cell of run.cells) completed.merge(cell.latency);
      const inBin = completed.since(before);
      before = completed;
      return inBin.quantile(0.99);
    });
  }

  private oldestWaitS(stage: number): number {
    const oldest = this.run.stages[stage]!.oldest();
    return oldest === NONE ? 0 : this.run.nowS - this.run.tasks.f[oldest + F.queuedAtS]!;
  }

  private endBin(binS: number): void {
    for (const { values, read } of Object.values(this.tracks)) values.push(read(binS));
    this.bins++;
    if (this.bins < MAX_BINS) return;
    for (const { values, merge } of Object.values(this.tracks)) mergePairs(values, merge);
    this.bins /= 2;
    this.binS *= 2;
  }
}

/** How long the run will take as far as one can know; Infinity where nothing says. */
function expectedDurationS({ spec, workloads }: RunState): number {
  const { durationS, tasks } = spec.horizon;
  const traceEndS = Math.max(
    0,
    ...spec.workloads.map(({ arrival }) => (arrival.kind === 'trace' ? traceEndOf(arrival) : 0)),
  );
  const rateHz = workloads.reduce((sum, { arrivals }) => sum + (arrivals?.meanRateHz ?? 0), 0);
  const tasksS = rateHz > 0 ? tasks / rateHz : Number.POSITIVE_INFINITY;
  return Math.min(durationS, tasksS, traceEndS > 0 ? traceEndS : Number.POSITIVE_INFINITY);
}

/** Average number of nodes that are coming (0), in service (1) or leaving (2). */
function nodesOver({ fleet }: PoolState, kind: number, nowS: () => number): (binS: number) => number {
  const nodeS = added(() => fleet.meters.reduce((sum, meter) => sum + meter.nodeS(nowS())[kind]!, 0));
  return (binS) => nodeS() / binS;
}

function traceEndOf({ table, sample }: Extract<ArrivalSpec, { kind: 'trace' }>): number {
  if (sample === null) return table.arrivalS[table.rows - 1] ?? 0;
  const { rows, gpus, everyS } = sample;
  let sum = 0;
  for (let row = 0; row < table.rows; row++) sum += tracedGpus(table, row, 1000) / 1000;
  const expected = Math.min(rows, (gpus * table.rows) / sum);
  return expected < Number.POSITIVE_INFINITY ? expected * everyS : 0;
}

/** What a running total has grown by since the last bin. */
function added(total: () => number): () => number {
  let before = 0;
  return () => {
    const now = total();
    const grown = now - before;
    before = now;
    return grown;
  };
}

function mergePairs(values: number[], merge: Merge): void {
  const half = values.length / 2;
  for (let i = 0; i < half; i++) {
    const a = values[2 * i]!;
    const b = values[2 * i + 1]!;
    values[i] =
      merge === 'mean' ? (a + b) / 2 : merge === 'sum' ? a + b : merge === 'max' ? Math.max(a, b) : b;
  }
  values.length = half;
}
