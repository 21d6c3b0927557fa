/** `wipsim explain RESULT`: what was decided in a recorded run, about one task or by each policy. */
import type { DecisionLogHeader } from '../../execution/decision-log.js';
import { DecisionSums, isOf, sumLines } from '../../report/decision-sums.js';
import type { RecordedDecision } from '../../report/decision-words.js';
import { formatCount } from '../../report/format.js';
import { storyEnd, storyLines, taskStory } from '../../report/task-story.js';
import { nearest } from '../../scenario/suggest.js';
import { CommandError } from '../command-error.js';
import { type DecisionFile, findDecisionFile, openDecisionFile } from '../decision-file.js';
import { ExitCode } from '../exit-code.js';
import { jsonText, print, printMessage } from '../output.js';

export interface ExplainOptions {
  readonly task?: string;
  /** A policy's name, or true for all. */
  readonly policy?: string | true;
  readonly json?: boolean;
}

/** A task's decisions are told whole; more than this are no story any more. */
const STORY_MAX = 100_000;
const TASK = /^(?<workload>.+)\/(?<serial>\d+)$/;

export async function explain(result: string, options: ExplainOptions): Promise<ExitCode> {
  const { task, policy, json } = options;
  if ((task === undefined) === (policy === undefined))
    throw new CommandError(
      'give one of the two: --task WORKLOAD/NUMBER tells what became of a task, --policy [NAME] sums up the decisions of the policies',
    );
  const file = await openDecisionFile(await findDecisionFile(result));
  const { text, data } = task === undefined ? await sums(file, policy!) : await story(file, task);
  if (json === true) print(jsonText({ run: file.header, ...data, notes: file.notes }));
  else {
    print(printableLines([heading(file.header), '', ...text]));
    for (const note of file.notes) printMessage(`note: ${note}`);
  }
  return ExitCode.fine;
}

interface Explained {
  readonly text: readonly string[];
  readonly data: object;
}

async function story(file: DecisionFile, task: string): Promise<Explained> {
  if (!TASK.test(task))
    throw new CommandError(
      `--task ${task}: expected a workload and a number, for example chat/17; the first task of a workload has the number 0`,
    );
  // The second copy of a hedged task is half a number further.
  const needles = [task, `${task}.5`].map((id) => `"task":${JSON.stringify(id)}`);
  const decisions: RecordedDecision[] = [];
  for await (const decision of file.decisions((line) => needles.some((needle) => line.includes(needle)))) {
    decisions.push(decision);
    if (decisions.length === STORY_MAX) {
      file.notes.push(`only the first ${formatCount(STORY_MAX)} decisions are told`);
      break;
    }
  }
  if (decisions.length === 0) throw new CommandError(await unknownTask(file, task));
  const about = taskStory(task, decisions);
  return {
    text: [task, ...storyLines(task, decisions).map((line) => `  ${line}`), '', storyEnd(about)],
    data: {
      task,
      ended: about.ended,
      from_s: about.fromS,
      to_s: about.toS,
      seconds_by_state: Object.fromEntries(about.byState),
      decisions,
    },
  };
}

interface Recorded {
  min: number;
  max: number;
  /** Numbers next to the one asked for. */
  below: number;
  above: number;
}

/** Only asked when a task was not found, so it reads the file once more. */
async function unknownTask(file: DecisionFile, task: string): Promise<string> {
  const { workload, serial } = TASK.exec(task)!.groups!;
  const asked = Number(serial);
  const byWorkload = new Map<string, Recorded>();
  for await (const decision of file.decisions()) {
    const id = TASK.exec(decision.task ?? '')?.groups;
    if (id === undefined) continue;
    const number = Number(id.serial);
    let seen = byWorkload.get(id.workload!);
    if (seen === undefined) {
      seen = { min: number, max: number, below: -1, above: Number.POSITIVE_INFINITY };
      byWorkload.set(id.workload!, seen);
    }
    seen.min = Math.min(seen.min, number);
    seen.max = Math.max(seen.max, number);
    if (number < asked) seen.below = Math.max(seen.below, number);
    else seen.above = Math.min(seen.above, number);
  }
  if (byWorkload.size === 0) return 'the record has no tasks in it';
  const ranges = [...byWorkload].map(([name, { min, max }]) => `${name}/${min} to ${name}/${max}`).join(', ');
  const own = byWorkload.get(workload!);
  if (own === undefined) {
    const near = nearest(workload!, byWorkload.keys());
    const hint = near === undefined ? '' : ` (did you mean "${near}/${serial}"?)`;
    return `there is no workload "${workload}" in the record${hint}; it has ${ranges}`;
  }
  const nearby = [own.below, own.above].filter((number) => number >= own.min && number <= own.max);
  return `there is no task ${task} in the record; the nearest: ${nearby.map((number) => `${workload}/${number}`).join(' and ')}; it has ${ranges}`;
}

async function sums(file: DecisionFile, policy: string | true): Promise<Explained> {
  const found = new DecisionSums();
  for await (const decision of file.decisions()) found.add(decision);
  const { policies } = found;
  const wanted = policy === true ? undefined : policy;
  const rows = found.rows(wanted);
  if (rows.length === 0 && wanted !== undefined && policies.length > 0) {
    const near = nearest(wanted, [...policies, ...policies.flatMap((one) => one.split('/'))]);
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw new CommandError(
      `policy "${wanted}" has decided nothing in this run${hint}; those that have: ${policies.join(', ')}`,
    );
  }
  return {
    text: rows.length === 0 ? ['No decisions.'] : sumLines(rows),
    data: { policies: policies.filter((one) => wanted === undefined || isOf(one, wanted)), decisions: rows },
  };
}

const heading = ({ scenario, seed, variant }: DecisionLogHeader): string =>
  [scenario, ...(variant === null ? [] : [variant]), `seed ${seed}`, 'first replication'].join(' · ');

/** A record may come from anyone: nothing in it may steer the terminal. */
const printableLines = (lines: readonly string[]): string =>
  lines.map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\uFFFD')).join('\n');
