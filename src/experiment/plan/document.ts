/**
 * The plan document: the cheapest fleet and settings that meet every SLO with the stated confidence, and what stands
 * behind that answer. `wipsim plan --json` writes it; the terminal text and the HTML report are made from it. It holds
 * nothing of the wall clock or the machine: the same question gives the same bytes.
 */
import type { Estimate } from '../document.js';

export const PLAN_VERSION = 1;

/** A pool whose node count is searched. */
export interface PlannedPool {
  name: string;
  /** Where the scenario says the number of nodes. */
  path: string;
  min_nodes: number;
  max_nodes: number;
  /** Nodes that the scenario as written has. */
  base_nodes: number;
  /** What one node more costs, at the answer or, without one, at the least fleet. */
  usd_per_node_hour: number;
}

/** One combination of values of the controls that are searched. */
export interface PlannedSetting {
  /** In words: `policies.admission.rate=30/min, policy=hedged`; `as written` where nothing is varied. */
  name: string;
  /** By control. */
  values: { [control: string]: string };
}

/**
 * Of one fleet under one setting at one load. `met`: every SLO keeps its threshold with the stated confidence;
 * `missed`: one is shown not to; `not-shown`: the replications that were allowed could not tell, which counts as not
 * met. `impossible`: the scenario cannot run with so few nodes.
 */
export type PlanStatus = 'met' | 'missed' | 'not-shown' | 'impossible';

export interface PlanSlo {
  name: string;
  metric: string;
  comparison: 'at_most' | 'at_least';
  threshold: number;
  estimate: Estimate;
  /** What is left to the threshold as a part of it; negative: by how much it is missed. */
  slack_fraction: number;
}

export interface PlanCandidate {
  /** By pool. */
  nodes: { [pool: string]: number };
  /** Index into `space.settings`. */
  setting: number;
  /** By configuration. */
  cost_usd_per_hour: number;
  status: PlanStatus;
  replications: number;
  slos: PlanSlo[];
  /** Latency p99 that is set against the cost, in seconds; null where no replication ran. */
  p99_s: Estimate | null;
  /** Whether nothing evaluated is both cheaper and quicker. */
  on_frontier: boolean;
}

export interface PlanAnswer {
  nodes: { [pool: string]: number };
  setting: number;
  cost_usd_per_hour: number;
  /** What was billed in the runs: less than by configuration where nodes come and go. */
  billed_usd_per_hour: Estimate;
  /** From replications that had no part in the choice. */
  replications: number;
  slos: PlanSlo[];
  p99_s: Estimate;
  /** Busy share by pool. */
  utilisation: { [pool: string]: Estimate };
  /** The SLO with the least slack; null without SLOs. */
  binding_slo: string | null;
  /** The pool whose next node helps the binding SLO most; without a difference the one that is busiest; null without pools. */
  bottleneck_pool: string | null;
  bottleneck_by: 'next-node' | 'utilisation' | null;
}

/** Without an answer: the fleet that came nearest. */
export interface NearestMiss {
  candidate: PlanCandidate;
  /** The SLO that is missed by most. */
  binding_slo: string;
}

export interface LoadHeld {
  /** Arrivals come so many times as fast. */
  load: number;
  status: PlanStatus;
  /** SLOs that are missed or not shown, the worst first. */
  broken_slos: string[];
  slos: PlanSlo[];
}

export interface HeadRoom {
  loads: LoadHeld[];
  /** The largest load tried that still holds, and the least above it that does not; null: none up to the limit. */
  largest_load_met: number;
  least_load_not_met: number | null;
  /** The SLO that breaks first; null where none did. */
  first_broken_slo: string | null;
}

/** What one node more in a pool buys. */
export interface ExtraNode {
  pool: string;
  cost_usd_per_hour: number;
  slos: { name: string; metric: string; change: Estimate }[];
  p99_s: Estimate;
}

/** Why a fleet just below the answer is not the answer. */
export interface CheaperCandidate {
  candidate: PlanCandidate;
  /** The SLO that fails, or is not shown; null where the scenario cannot run. */
  failing_slo: string | null;
  /** Mean over the threshold (or under it), with its interval, in the metric's unit; positive: missed. */
  missed_by: Estimate | null;
  reason: string;
}

export interface PlanGrowth {
  rate_per_month: number;
  months: number;
  /** First month in which the plan no longer holds, with all other pools at their maximum; null: not within `months`. */
  pools: { pool: string; runs_out_month: number | null }[];
  /** The same for the plan as it stands. */
  plan_fails_month: number | null;
}

/** N+1: the plan holds too with `spares` nodes fewer in any one pool. */
export interface NodesDown {
  spares: number;
  pools: { pool: string; status: PlanStatus; slos: PlanSlo[] }[];
}

export interface TunedValue {
  /** Index into `space.settings`. */
  setting: number;
  status: PlanStatus;
  replications: number;
  /** Null where the scenario cannot run so. */
  objective: Estimate | null;
  /** Against the best, paired by replication; null for the best itself. Positive: larger than the best's. */
  against_best: Estimate | null;
  /** `best`; `as-good`: no difference from the best that matters was found; `worse`; `misses`: an SLO is not met. */
  standing: 'best' | 'as-good' | 'worse' | 'misses';
  slos: PlanSlo[];
}

/** All settings at one fleet. */
export interface PlanTuning {
  objective: { metric: string; goal: 'minimise' | 'maximise' };
  /** Differences below this part of the best do not matter. */
  indifference_fraction: number;
  nodes: { [pool: string]: number };
  /** In the order of `space.settings`. */
  values: TunedValue[];
  /** Null where no setting meets the SLOs. */
  best: number | null;
  /** By control: how far the objective moves over its values, the others as in the best. */
  sensitivity: { control: string; lowest: Estimate; highest: Estimate; range_fraction: number }[];
}

export interface WorkDone {
  candidates: number;
  runs: number;
  events: number;
}

export interface PlanDocument {
  format: 'wipsim-plan';
  version: typeof PLAN_VERSION;
  scenario: { name: string; description: string; hash: string; variant: string | null };
  seed: string;
  /** Of the statement that the answer meets every SLO. */
  confidence: number;
  load: number;
  interrupted: boolean;
  space: { pools: PlannedPool[]; settings: PlannedSetting[]; candidates: number };
  answer: PlanAnswer | null;
  nearest_miss: NearestMiss | null;
  head_room: HeadRoom | null;
  extra_nodes: ExtraNode[];
  cheaper: CheaperCandidate[];
  /** All that ran at the plan's load, cheapest first. */
  candidates: PlanCandidate[];
  growth: PlanGrowth | null;
  nodes_down: NodesDown | null;
  tuning: PlanTuning | null;
  work: {
    /** To find and confirm the answer. */
    search: WorkDone;
    /** For the questions about it: head-room, growth, extra nodes. */
    questions: WorkDone;
    /** Every candidate with as many replications as the answer's decision took; events by the mean of the runs done. */
    exhaustive: WorkDone;
  };
  warnings: string[];
}
