/** What the engine does for its policies: the run's side of `PolicyRuntime`. */
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import { State } from '../model/life-cycle.js';
import { F, FLAG_HELD, N } from '../model/task-table.js';
import type { PolicyRuntime, TaskRandom } from '../policies/runtime.js';
import { onHoldOver } from './admission.js';
import { mayFallBack, takeFallback } from './deadlines.js';
import { noteEngine, noteLimit, notePlace } from './decisions.js';
import { Event } from './event-kinds.js';
import { failAttempt } from './failing.js';
import { withdraw } from './leaving.js';
import { preemptForHead } from './preempting.js';
import { wakeAll } from './queueing.js';
import type { RunState } from './run-state.js';
import { nodesChanged } from './scaling.js';
import type { StageState } from './stage-state.js';

/** Timers in a row, with nothing else to come and nothing changing, after which the run is over. */
const IDLE_TIMERS_MAX = 1000;
/** Failures and returns of each node (GPU, rack) that change nothing for anybody, likewise. */
const IDLE_PER_CLOCK = 10;

/** Call-backs to come, and what policies have asked for that waits for the end of the present event. */
export class PolicyCalls {
  private readonly timers = new Map<number, { readonly event: number; readonly callback: () => void }>();
  private last = 0;
  /** A call-back is under way: policies may act on tasks. */
  mayAct = false;
  private idle = 0;
  /** Tasks let in (true) or turned away, in order, with the serial that tells them from their row's next owner. */
  private answers: { readonly task: number; readonly serial: number; readonly isLetIn: boolean }[] = [];

  constructor(private readonly run: RunState) {}

  get pending(): number {
    return this.timers.size;
  }

  after(inS: number, callback: () => void): number {
    if (!(inS >= 0)) throw new RangeError(`a policy asked for a call-back in ${inS} s`);
    this.run.isFollowed = true;
    const id = ++this.last;
    if (inS === Number.POSITIVE_INFINITY) return id;
    const event = this.run.events.schedule(this.run.events.nowS + inS, Event.policyTimer, id);
    this.timers.set(id, { event, callback });
    return id;
  }

  cancel(id: number): void {
    const timer = this.timers.get(id);
    if (timer === undefined) return;
    this.run.events.cancel(timer.event);
    this.timers.delete(id);
  }

  onTimer(id: number): void {
    const { callback } = this.timers.get(id)!;
    this.timers.delete(id);
    this.idle++;
    this.mayAct = true;
    callback();
    this.mayAct = false;
  }

  /** Something has happened to a task. */
  noteChange(): void {
    this.idle = 0;
  }

  /** Whether call-backs go on and on although nothing else will ever happen. */
  get idles(): boolean {
    const none = this.timers.size === 0 && this.run.background === 0;
    return none || this.idle > IDLE_TIMERS_MAX + IDLE_PER_CLOCK * this.run.clocks.length;
  }

  /** Something has happened that is no task's doing: a node has failed or come back. */
  noteIdle(): void {
    this.idle++;
  }

  answer(task: number, isLetIn: boolean): void {
    this.answers.push({ task, serial: this.run.tasks.f[task + F.serial]!, isLetIn });
    this.run.unsettled++;
  }

  /** Carries out the answers given during the event. */
  settle(): void {
    while (this.answers.length > 0) {
      const answers = this.answers;
      this.answers = [];
      for (const { task, serial, isLetIn } of answers) {
        this.run.unsettled--;
        const { tasks } = this.run;
        if (tasks.f[task + F.serial] !== serial || !tasks.hasFlag(task, FLAG_HELD)) continue;
        if (tasks.n[task + N.state] === State.queued) onHoldOver(this.run, task, isLetIn);
      }
    }
  }
}

/** Takes note of limits of a stage that have changed by themselves. */
function noteLimits(run: RunState, stage: StageState): void {
  for (const { track, limits } of stage.limits) {
    if (!track?.update(run.events.nowS) || run.record === null) continue;
    noteLimit(run, stage.spec.name, limits[0]!, track.last);
  }
}

/** The numbers of one purpose: equal for equal tasks in every policy, so that two policies can share an estimate. */
class WorkloadRandom implements TaskRandom {
  private readonly byWorkload: KeyedRandom[];

  constructor(
    private readonly run: RunState,
    streams: StreamFactory,
    purpose: string,
  ) {
    this.byWorkload = run.spec.workloads.map(({ name }) => streams.keyed(`policy/${purpose}/${name}`));
  }

  of(task: number, draw = 0): KeyedRandom {
    const { f, n } = this.run.tasks;
    return this.byWorkload[n[task + N.workload]!]!.at(f[task + F.serial]!, draw);
  }
}

export function runtimeOf(
  run: RunState,
  streams: StreamFactory,
  stage: number,
  policy: string,
): PolicyRuntime {
  const mustBeCallBack = (what: string) => {
    if (!run.calls.mayAct) throw new Error(`a policy may ${what} only in a call-back of runtime.after`);
  };
  return {
    stage,
    nowS: () => run.events.nowS,
    random: (purpose) => new WorkloadRandom(run, streams, purpose),
    after: (inS, callback) => run.calls.after(inS, callback),
    cancel: (timer) => run.calls.cancel(timer),
    wake: () => {
      for (const one of run.stages) noteLimits(run, one);
      wakeAll(run);
    },
    letIn: (task) => run.calls.answer(task, true),
    turnAway: (task) => run.calls.answer(task, false),
    shed: (task) => {
      mustBeCallBack('shed a task');
      const state = run.tasks.n[task + N.state]!;
      if (state !== State.ready) return;
      if (run.record !== null) noteEngine(run, task, 'refuse', 'shed', {}, { policy });
      withdraw(run, task);
      failAttempt(run, task, 'rejected');
    },
    degrade: (task) => {
      mustBeCallBack('degrade a task');
      if (run.tasks.n[task + N.state] !== State.ready || !mayFallBack(run, task)) return false;
      if (run.record !== null) noteEngine(run, task, 'fallback', 'degraded', {}, { policy });
      return takeFallback(run, task);
    },
    preemptFor: (at) => {
      mustBeCallBack('preempt');
      return preemptForHead(run, run.stages[at]!);
    },
    scale: (pool, nodes) => {
      mustBeCallBack('scale a pool');
      const station = run.pools[pool]!;
      if (station.stages.some(({ express }) => express))
        throw new Error('scaling a pool needs a backpressure policy in the policy set');
      if (nodes > 0) station.fleet.addAtOnce(nodes, run.events.nowS);
      else station.fleet.removeAdded(-nodes, run.events.nowS);
      nodesChanged(run, station);
      if (run.record !== null)
        notePlace(run, 'scale', station.spec.name, policy, nodes > 0 ? 'out' : 'in', {
          nodes,
          units: station.capacityUnits,
        });
    },
  };
}
