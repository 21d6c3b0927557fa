/** How far a long experiment is: one line on the terminal, redrawn; nothing where nobody watches. */
import type { CompareProgress } from '../experiment/compare/compare.js';
import type { PlanProgress } from '../experiment/plan/find-plan.js';
import type { SweepProgress } from '../experiment/sweep/sweep.js';
import { formatCount, formatDuration, formatUsd } from '../report/format.js';

export interface Phase {
  /** What is being done, in a few words. */
  readonly label: string;
  readonly finished: number;
  /** Null where nobody knows beforehand. */
  readonly planned: number | null;
  /** What else is known, in a few words. */
  readonly note?: string;
}

export interface ProgressLine {
  update(phase: Phase): void;
  stop(): void;
}

const REDRAW_MS = 100;
const BAR_LENGTH = 24;
const COLUMNS_DEFAULT = 80;
/** What is finished so soon came from the cache, and says nothing of how long the others take. */
const CACHED_WITHIN_S = 0.5;
/** Fewer runs than this say little about how long the others take. */
const ETA_FROM = 2;

export function openProgress({ quiet }: { readonly quiet?: boolean }): ProgressLine {
  const stream = process.stderr;
  if (quiet === true || stream.isTTY !== true || process.env.TERM === 'dumb')
    return { update: () => undefined, stop: () => undefined };
  const startMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let since: Mark = { atS: 0, finished: 0 };
  return {
    update: (phase) => {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs;
      const elapsedS = (nowMs - startMs) / 1000;
      if (elapsedS < CACHED_WITHIN_S) since = { atS: elapsedS, finished: phase.finished };
      stream.write(`\r\u001b[2K${progressText(phase, elapsedS, since, stream.columns || COLUMNS_DEFAULT)}`);
    },
    stop: () => void stream.write('\r\u001b[2K'),
  };
}

/** What was finished at a time: speeds are those since then. */
interface Mark {
  readonly atS: number;
  readonly finished: number;
}

export function progressText(
  { label, finished, planned, note }: Phase,
  elapsedS: number,
  since: Mark,
  width: number,
): string {
  if (planned === null) {
    const done = `${formatCount(finished)} ${finished === 1 ? 'run' : 'runs'} in ${formatDuration(Math.round(elapsedS))}`;
    const parts = [label, ...(note === undefined ? [] : [note]), done];
    return [...parts.join(' · ')].slice(0, width - 1).join('');
  }
  const full = Math.round(Math.min(1, finished / Math.max(1, planned)) * BAR_LENGTH);
  const gained = finished - since.finished;
  const etaS = gained >= ETA_FROM ? ((elapsedS - since.atS) * (planned - finished)) / gained : null;
  const parts = [
    ...(planned === 0
      ? []
      : [
          `${'█'.repeat(full)}${'░'.repeat(BAR_LENGTH - full)} ${formatCount(finished)} of ${formatCount(planned)} runs`,
        ]),
    label,
    ...(note === undefined ? [] : [note]),
    ...(etaS === null ? [] : [etaS < 1 ? 'ETA <1 s' : `ETA ${formatDuration(Math.round(etaS))}`]),
  ];
  return [...parts.join(' · ')].slice(0, width - 1).join('');
}

export const comparePhase = ({
  finished,
  planned,
  look,
  looks,
  open,
  differences,
}: CompareProgress): Phase => ({
  label: looks === 1 ? 'comparing' : `look ${look} of at most ${looks}`,
  finished,
  planned,
  ...(open === null ? {} : { note: `${differences - open} of ${differences} differences decided` }),
});

export const sweepPhase = ({ phase, points, runs }: SweepProgress): Phase =>
  phase === 'checking'
    ? { label: `${points.finished} of ${points.planned} points checked`, finished: 0, planned: 0 }
    : { label: `${points.finished} of ${points.planned} points`, ...runs };

const PLAN_PHASES: Readonly<Record<PlanProgress['phase'], string>> = {
  search: 'searching for the cheapest fleet',
  questions: 'what the answer bears, and why not less',
};

/** @param finished runs, those of looks under way included */
export const planPhase = ({ phase, candidates, best }: PlanProgress, finished: number): Phase => {
  const tried = `${formatCount(candidates)} ${candidates === 1 ? 'fleet' : 'fleets'} tried`;
  const found =
    best === null || phase === 'questions'
      ? []
      : [`best so far ${best.nodes.join(' + ')} nodes, ${formatUsd(best.usdPerHour)}/h`];
  return { label: PLAN_PHASES[phase], finished, planned: null, note: [tried, ...found].join(' · ') };
};
