/**
 * One run: scenario × policy set × seed → measures. `startRun` gives a run that can be advanced in pieces (for live
 * progress and interrupts); `simulate` does it in one go. The same three inputs give the same bytes.
 */

import { StreamFactory } from '../kernel/random/streams.js';
import type { Histogram } from '../metrics/histogram.js';
import type { RunMeasures, RunSeries } from '../metrics/measures.js';
import type { SystemSpec } from '../model/system.js';
import type { PolicySet } from '../policies/policy-set.js';
import { onAdmissionOver } from './admission.js';
import { onArrival, onThinkOver, startArrivals, stopArrivals } from './arriving.js';
import { checkRun, type RunChecks } from './checks.js';
import { collect, latencyByWorkload } from './collect.js';
import { onCredit } from './credits.js';
import { onDeadlineDue } from './deadlines.js';
import type { DecisionSink } from './decisions.js';
import { settle } from './dispatch.js';
import { onDisturbance, startDisturbances } from './disturbing.js';
import { Event } from './event-kinds.js';
import { onBackoffOver, onPatienceOver, onReviewOver, onTimeoutOver } from './failing.js';
import { onFailureClock, startFailures } from './failures.js';
import { onCallDone, onStepDone, onTransferDone } from './flow.js';
import { onHedge } from './hedging.js';
import { onCheckpointDone, onResumeDone } from './preempting.js';
import { onSignal } from './queueing.js';
import { holdRounds, onRound } from './rounds.js';
import { RunState } from './run-state.js';
import { noteCountsReset, onNodeReady, startScaling } from './scaling.js';
import { onReplicaDue } from './serving.js';
import { onShareDone } from './sharing.js';
import { onNetworkDue } from './transfers.js';

export interface RunResult {
  readonly measures: RunMeasures;
  readonly series: RunSeries;
  /** Latency of all completed tasks, by workload, to be pooled over replications. */
  readonly latency: readonly Histogram[];
  readonly checks: RunChecks;
  /** The first deadlocks: when, and who held what and waited for what. */
  readonly deadlocks: readonly { readonly atS: number; readonly cycle: readonly string[] }[];
}

export interface RunOptions {
  /** Length of the warm-up, seconds; what happens before it is not measured. */
  readonly warmupS: number;
  /** Whether the series has the p99 latency of each bin; by default it has. */
  readonly latencyOverTime?: boolean;
  /** Called at each completion with the latency and the time. */
  readonly observe?: (latencyS: number, nowS: number) => void;
  /** Called at each change of a task's state. */
  readonly listener?: (task: number, from: number, to: number, nowS: number) => void;
  /** Takes every decision and every change of state, in order. */
  readonly record?: DecisionSink;
}

export interface Run {
  readonly state: RunState;
  /** Handles at most so many events; true when the run is over. */
  advance(events: number): boolean;
  /** The result of a run that is over. */
  result(): RunResult;
}

export function startRun(spec: SystemSpec, policies: PolicySet, seed: string, options: RunOptions): Run {
  const run = new RunState(
    spec,
    policies,
    seed,
    options.warmupS,
    options.observe ?? null,
    options.record ?? null,
  );
  run.listener = options.listener ?? null;
  run.isFollowed ||= run.listener !== null;
  const { durationS } = spec.horizon;
  if (options.warmupS > 0) run.events.schedule(options.warmupS, Event.warmupOver, 0);
  if (durationS < Number.POSITIVE_INFINITY) run.events.schedule(durationS, Event.stop, 0);
  run.series.start(options.latencyOverTime ?? true);
  const streams = new StreamFactory(seed);
  startDisturbances(run, streams);
  startFailures(run, streams);
  startScaling(run, streams);
  startArrivals(run);
  return {
    state: run,
    advance: (events) => advance(run, events),
    result: () => {
      if (!run.ended) throw new Error('the run is not over');
      return {
        measures: collect(run),
        series: run.series.finish(),
        latency: latencyByWorkload(run),
        checks: checkRun(run),
        deadlocks: run.deadlockReports,
      };
    },
  };
}

export function simulate(
  spec: SystemSpec,
  policies: PolicySet,
  seed: string,
  options: RunOptions,
): RunResult {
  const run = startRun(spec, policies, seed, options);
  while (!run.advance(1_000_000)) {
    // Nothing to do between the pieces.
  }
  return run.result();
}

/** The event loop. Data plane. */
function advance(run: RunState, limit: number): boolean {
  const { events } = run;
  for (let i = 0; i < limit && !run.ended; i++) {
    if (!events.pop()) {
      standStill(run);
      break;
    }
    handle(run, events.kind, events.subject);
    if (run.unsettled > 0) settle(run);
    if (run.roundsNow.length > 0) holdRounds(run);
    if (run.interconnect !== null) run.interconnect.scheduleNext();
    if (!run.accepting && run.tasks.size === 0) run.ended = true;
  }
  return run.ended;
}

function handle(run: RunState, kind: number, subject: number): void {
  switch (kind) {
    case Event.arrival:
      onArrival(run, subject);
      break;
    case Event.stepDone:
      onStepDone(run, subject);
      break;
    case Event.callDone:
      onCallDone(run, subject);
      break;
    case Event.think:
      onThinkOver(run, subject);
      break;
    case Event.admissionOver:
      onAdmissionOver(run, subject);
      break;
    case Event.patienceOver:
      onPatienceOver(run, subject);
      break;
    case Event.timeoutOver:
      onTimeoutOver(run, subject);
      break;
    case Event.backoffOver:
      onBackoffOver(run, subject);
      break;
    case Event.checkpointDone:
      onCheckpointDone(run, subject);
      break;
    case Event.resumeDone:
      onResumeDone(run, subject);
      break;
    case Event.disturb:
      onDisturbance(run, subject, true);
      break;
    case Event.calm:
      onDisturbance(run, subject, false);
      break;
    case Event.tick:
      // With nothing else to come, what is left in the system will never move.
      if (run.events.size === run.calls.pending && run.calls.idles && run.roundsNow.length === 0)
        standStill(run);
      if (run.events.size === run.calls.pending + run.background && run.calls.idles) standStill(run);
      else run.series.onTick();
      break;
    case Event.policyTimer:
      run.calls.onTimer(subject);
      break;
    case Event.reviewOver:
      onReviewOver(run, subject);
      break;
    case Event.hedge:
      onHedge(run, subject);
      break;
    case Event.deadlineDue:
      onDeadlineDue(run, subject);
      break;
    case Event.signal:
      onSignal(run, subject);
      break;
    case Event.shareDone:
      onShareDone(run, subject);
      break;
    case Event.credit:
      onCredit(run, subject);
      break;
    case Event.nodeReady:
      onNodeReady(run, subject);
      break;
    case Event.failureClock:
      onFailureClock(run, subject);
      break;
    case Event.replicaDue:
      onReplicaDue(run, subject);
      break;
    case Event.transferDone:
      onTransferDone(run, subject);
      break;
    case Event.networkDue:
      onNetworkDue(run);
      break;
    case Event.round:
      onRound(run, subject);
      break;
    case Event.warmupOver:
      beginMeasuring(run);
      break;
    case Event.stop:
      stopArrivals(run);
      break;
    case Event.end:
      run.ended = true;
      break;
    default:
      throw new Error(`unknown event kind ${kind}`);
  }
}

/** Nothing will happen any more: tasks that are left wait for each other, or for what will never be. */
function standStill(run: RunState): void {
  run.stuckTasks = run.tasks.size - run.copies;
  run.ended = true;
}

/** The warm-up is over: counts and averages begin again. */
function beginMeasuring(run: RunState): void {
  run.levels.measureFrom(run.nowS);
  for (const cell of run.cells) cell.reset();
  for (const stage of run.stages) {
    stage.recorder.resetCounts();
    for (const { track } of stage.limits) track?.measureFrom(run.nowS);
  }
  for (const { policies } of run.arms)
    for (const { policy } of policies.named) policy.beginMeasuring?.(run.nowS);
  run.deadlocks = 0;
  noteCountsReset(run);
  for (const pool of run.pools) {
    pool.wastedGpuS = 0;
    pool.measureCapacityFrom(run.nowS);
    pool.serving?.measureFrom(run.nowS);
  }
  run.interconnect?.measureFrom(run.nowS);
  for (const service of run.services) service.resetCounts();
}
