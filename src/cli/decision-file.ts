/** Reads a decision record line by line: it may be larger than memory, and its last line half written. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { DECISION_LOG_VERSION, type DecisionLogHeader } from '../execution/decision-log.js';
import type { ResultDocument } from '../experiment/document.js';
import type { RecordedDecision } from '../report/decision-words.js';
import { CommandError } from './command-error.js';

export const DECISION_FILE = 'decisions.jsonl';
const CHUNK_BYTES = 1 << 20;

/** The record that goes with a result: the folder of `--out`, its result.json, or the record itself. */
export async function findDecisionFile(result: string): Promise<string> {
  const info = await stat(result).catch(() => undefined);
  if (info === undefined) throw new CommandError(`${result}: no such file or folder`);
  const file = info.isDirectory()
    ? join(result, DECISION_FILE)
    : basename(result).endsWith('.jsonl')
      ? result
      : join(dirname(result), DECISION_FILE);
  const record = await stat(file).catch(() => undefined);
  if (record === undefined)
    throw new CommandError(
      `there is no ${file}: decisions are recorded by \`wipsim run FILE --record --out FOLDER\``,
    );
  if (!record.isFile()) throw new CommandError(`${file} is not a file`);
  return file;
}

/** A folder may hold the result of a later run, which recorded nothing. */
async function mismatch(file: string, { hash, seed }: DecisionLogHeader): Promise<string | undefined> {
  const path = join(dirname(file), 'result.json');
  const text = await readFile(path, 'utf8').catch(() => 'null');
  const document = parsed(text) as Partial<ResultDocument> | undefined;
  if (document?.scenario === undefined || (document.scenario.hash === hash && document.seed === seed))
    return undefined;
  return `${file} and ${path} are of different runs; what is told is of the record`;
}

export interface DecisionFile {
  readonly header: DecisionLogHeader;
  /** What could not be read, in words; complete once the file has been read through. */
  readonly notes: string[];
  /** The decisions in order; `wanted` is asked with a line's text first, so that the others are not parsed. */
  decisions(wanted?: (line: string) => boolean): AsyncGenerator<RecordedDecision, void, void>;
}

export async function openDecisionFile(file: string): Promise<DecisionFile> {
  const header = await readHeader(file);
  const different = await mismatch(file, header);
  const notes = different === undefined ? [] : [different];
  return {
    header,
    notes,
    decisions: async function* (wanted = () => true) {
      let broken = 0;
      let isFirst = true;
      for await (const { text, isWhole } of linesOf(file)) {
        if (!isFirst && text !== '' && (!isWhole || wanted(text))) {
          const decision = parseDecision(text);
          if (decision !== undefined && wanted(text)) yield decision;
          else if (decision === undefined && !isWhole)
            notes.push(`the last line is cut off and was left out: the run was stopped while it was written`);
          else if (decision === undefined) broken += 1;
        }
        isFirst = false;
      }
      if (broken > 0)
        notes.push(
          `${broken === 1 ? 'one line is no decision and was' : `${broken} lines are no decisions and were`} left out`,
        );
    },
  };
}

async function readHeader(file: string): Promise<DecisionLogHeader> {
  for await (const { text } of linesOf(file)) {
    const header = parsed(text) as Partial<DecisionLogHeader> | undefined;
    if (header?.format !== 'wipsim-decisions') break;
    if (header.version !== DECISION_LOG_VERSION)
      throw new CommandError(
        `${file} is of version ${String(header.version)}; this wipsim reads version ${DECISION_LOG_VERSION}`,
      );
    if (![header.scenario, header.hash, header.seed].every((text) => typeof text === 'string')) break;
    return { ...header, variant: header.variant ?? null } as DecisionLogHeader;
  }
  throw new CommandError(`${file} is no record of decisions: its first line does not say so`);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseDecision(text: string): RecordedDecision | undefined {
  const value = parsed(text) as Partial<RecordedDecision> | undefined;
  if (value === undefined) return undefined;
  const { atS, kind, task, place, policy, reason, numbers } = value;
  const isRight =
    typeof atS === 'number' &&
    (typeof task === 'string' || task === null) &&
    [kind, place, policy, reason].every((word) => typeof word === 'string') &&
    typeof numbers === 'object' &&
    numbers !== null;
  return isRight ? (value as RecordedDecision) : undefined;
}

/** Cut at line feeds only: `readline` also cuts at U+2028 and U+2029, which JSON allows inside strings. */
async function* linesOf(
  file: string,
): AsyncGenerator<{ readonly text: string; readonly isWhole: boolean }, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop()!;
    for (const text of lines) yield { text, isWhole: true };
  }
  rest += decoder.end();
  if (rest !== '') yield { text: rest, isWhole: false };
}
