/**
 * The best of several settings at one fleet: those that meet the SLOs are compared by an objective, in pairs on common
 * random numbers, in looks that double. Who is shown to be worse than another that meets the SLOs is out (screening by
 * paired t with Bonferroni's inequality over the pairs and looks: Nelson, Swann, Goldsman & Song 2001, Operations
 * Research 49:950; correlated samples need the paired variance, Nelson & Matejcik 1995, Management Science 41:1935),
 * so the best is lost with at most the error that was asked for. It ends when one is left, or when those that are
 * left differ from the best by less than matters (an indifference zone, Kim & Nelson 2001), or when the replications
 * are used up.
 */
import type { Estimate } from '../document.js';
import { estimate } from '../estimate.js';
import { isImpossible } from './evaluator.js';
import { spreadOf, studentFactor } from './judge.js';
import { difference, type Entry, type Ledger } from './ledger.js';
import type { Candidate, Verdict } from './requirement.js';

export interface Objective {
  readonly metric: string;
  readonly goal: 'minimise' | 'maximise';
  /** Differences below this part of the best do not matter. */
  readonly indifferenceFraction: number;
}

export type Standing = 'best' | 'as-good' | 'worse' | 'misses';

export interface Raced {
  readonly candidate: Candidate;
  readonly standing: Standing;
  readonly entry: Entry;
  /** Null where the scenario cannot run so. */
  readonly objective: Estimate | null;
  /** Less the best's, paired; null for the best itself and where there is none. */
  readonly againstBest: Estimate | null;
}

export interface RaceOptions {
  readonly objective: Objective;
  readonly load: number;
  readonly verdict: (candidate: Candidate, most: number) => Promise<Verdict>;
}

interface Runner {
  readonly candidate: Candidate;
  entry: Entry;
  verdict: Verdict;
}

const valuesOf = ({ answer }: Entry): readonly number[] => (isImpossible(answer) ? [] : answer.objective);

/** In the order of the candidates. Nobody is `best` where none meets the SLOs. */
export async function raceSettings(
  ledger: Ledger,
  candidates: readonly Candidate[],
  { objective, load, verdict }: RaceOptions,
): Promise<Raced[]> {
  const { goal, indifferenceFraction } = objective;
  const sign = goal === 'minimise' ? 1 : -1;
  const pairs = Math.max(1, candidates.length - 1);
  /** How much worse the first is than the second: the least and the most it may be. */
  const excess = (one: Runner, other: Runner, error: number): readonly [number, number] => {
    const [a, b] = [valuesOf(one.entry), valuesOf(other.entry)];
    const count = Math.min(a.length, b.length);
    const pairsOf = Array.from({ length: count }, (_, index) => sign * (a[index]! - b[index]!));
    const { mean, error: spread } = spreadOf(pairsOf);
    const half = count < 2 ? Number.POSITIVE_INFINITY : studentFactor(error / pairs, count) * spread;
    return [mean - half, mean + half];
  };
  const look = async (candidate: Candidate, size: number): Promise<Runner> => {
    const judged = await verdict(candidate, size);
    return { candidate, entry: await ledger.sample({ ...candidate, load }, size), verdict: judged };
  };
  const all = new Map<Candidate, Runner>();
  const worse = new Set<Candidate>();
  let running: readonly Candidate[] = candidates;
  for (const { replications, alpha } of ledger.looks) {
    const runners = await Promise.all(running.map((candidate) => look(candidate, replications)));
    for (const runner of runners) all.set(runner.candidate, runner);
    const left = runners.filter((runner) => runner.verdict !== 'failed');
    const met = left.filter((runner) => runner.verdict === 'met');
    const isWorse = (runner: Runner) =>
      met.some((other) => other !== runner && excess(runner, other, alpha)[0] > 0);
    for (const runner of left) if (isWorse(runner)) worse.add(runner.candidate);
    const inRace = left.filter(({ candidate }) => !worse.has(candidate));
    running = inRace.map(({ candidate }) => candidate);
    const best = bestOf(inRace, sign);
    if (running.length === 0 || (best !== null && running.length === 1)) break;
    if (best !== null && inRace.every((other) => other === best || isWithinIndifference(best, other, alpha)))
      break;
  }

  function isWithinIndifference(best: Runner, other: Runner, error: number): boolean {
    const matters = indifferenceFraction * Math.abs(spreadOf(valuesOf(best.entry)).mean);
    return other.verdict === 'met' && excess(best, other, error)[1] <= matters;
  }

  const winner = bestOf(
    running.map((candidate) => all.get(candidate)!),
    sign,
  );
  return candidates.map((candidate) => {
    const runner = all.get(candidate)!;
    const values = valuesOf(runner.entry);
    const standing =
      runner === winner
        ? 'best'
        : worse.has(candidate)
          ? 'worse'
          : runner.verdict === 'met'
            ? 'as-good'
            : 'misses';
    return {
      candidate,
      standing,
      entry: runner.entry,
      objective: values.length === 0 ? null : estimate(values),
      againstBest:
        winner === null || runner === winner || values.length === 0
          ? null
          : difference(values, valuesOf(winner.entry)),
    };
  });
}

/** Of those that meet the SLOs the one with the best mean; the first of equals. */
function bestOf(runners: readonly Runner[], sign: number): Runner | null {
  let best: Runner | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const runner of runners) {
    if (runner.verdict !== 'met') continue;
    const value = sign * spreadOf(valuesOf(runner.entry)).mean;
    if (value < least) [best, least] = [runner, value];
  }
  return best;
}
