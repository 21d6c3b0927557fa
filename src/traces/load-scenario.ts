/** Reads a scenario file, the policies of the user's own that it names and the traces it replays, and compiles it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TraceReport as DocumentTraceReport } from '../experiment/document.js';
import type { ScenarioText } from '../experiment/run-source.js';
import { checkScenario } from '../scenario/checks.js';
import { type CompiledScenario, compileScenario } from '../scenario/compile.js';
import {
  type LoadedNodeList,
  type LoadedNodeLists,
  nodeListsOf,
  withNodeLists,
} from '../scenario/node-lists.js';
import { applyOverride } from '../scenario/override.js';
import type { UserPolicies } from '../scenario/policy-files.js';
import { type Problem, ScenarioError } from '../scenario/problem.js';
import { parseScenario, type Scenario } from '../scenario/schema.js';
import { parseSource, type SourceDocument } from '../scenario/source.js';
import { problemAt } from '../scenario/source-place.js';
import { nearest } from '../scenario/suggest.js';
import { type LoadedTrace, tracesOf } from '../scenario/trace-uses.js';
import { readNodeList } from './read-node-list.js';
import type { TraceReport } from './read-trace.js';
import { TraceCache } from './trace-cache.js';
import { TraceError } from './trace-error.js';
import { explainedByPolicy, loadUserPolicies } from './user-policies.js';

/** The name that stands for standard input. */
const STANDARD_INPUT = '-';
/** The parser takes less; this keeps a wrong file from being read whole. */
const FILE_BYTES_MAX = 50_000_000;

export interface LoadOptions {
  /** Name of the variant whose policies hold. */
  readonly variant?: string | undefined;
  /** Assignments `path=value`, made in their order before anything is checked. */
  readonly set?: readonly string[] | undefined;
  /** Traces read before. */
  readonly traces?: TraceCache | undefined;
  /** The same text, parsed before. */
  readonly source?: SourceDocument | undefined;
}

export interface LoadedScenario {
  readonly compiled: CompiledScenario;
  /** With the assignments made. */
  readonly document: SourceDocument;
  /** What became of the rows of each trace, whose file is named as in the scenario. */
  readonly traceReports: readonly {
    readonly workload: string;
    readonly file: string;
    readonly report: TraceReport;
  }[];
}

/**
 * Loads the scenario at `path` (`-` is standard input). Traces and policy files are relative to the scenario's
 * folder, those of a scenario from standard input to the current one. Throws `ScenarioError` with everything that is wrong.
 */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<LoadedScenario> {
  return loadScenarioText(await readScenarioText(path), options);
}

/** The file's text, or that of standard input; it is read once, whoever compiles it then. */
export async function readScenarioText(path: string): Promise<ScenarioText> {
  const text = await readScenario(path);
  return path === STANDARD_INPUT
    ? { name: 'standard input', text, folder: '.' }
    : { name: path, text, folder: dirname(path) };
}

export async function loadScenarioText(
  { name, text, folder }: ScenarioText,
  options: LoadOptions = {},
): Promise<LoadedScenario> {
  const document = (options.set ?? []).reduce(applyOverride, options.source ?? parseSource(text, name));
  const userPolicies = await loadUserPolicies(document, folder);
  const parsedScenario = parsed(document, userPolicies);
  const nodeLists = await readNodeLists(parsedScenario, document, folder);
  const scenario = withNodeLists(parsedScenario, nodeLists);
  const variant = options.variant ?? null;
  // Before the traces, which may be large, so that a mistake elsewhere is told at once.
  const problems = checkScenario(scenario, document, { variant, traces: null });
  if (problems.length > 0) throw new ScenarioError(problems);
  const loaded = await readTraces(scenario, document, folder, options.traces ?? new TraceCache());
  const traces = new Map<string, LoadedTrace>(loaded.map(({ workload, table }) => [workload, { table }]));
  return {
    compiled: compileScenario(document, {
      variant: options.variant,
      traces,
      nodeLists,
      userPolicies,
      parsed: parsedScenario,
    }),
    document,
    traceReports: loaded.map(({ workload, file, report }) => ({ workload, file, report })),
  };
}

function parsed(document: SourceDocument, userPolicies: UserPolicies): Scenario {
  try {
    return parseScenario(document, userPolicies);
  } catch (error) {
    throw explainedByPolicy(error, userPolicies);
  }
}

/** One after the other: a trace is read at the speed of the disk, and memory is what there is least of. */
async function readTraces(scenario: Scenario, document: SourceDocument, folder: string, cache: TraceCache) {
  const problems: Problem[] = [];
  const loaded = [];
  for (const { workload, spec, path } of tracesOf(scenario)) {
    try {
      loaded.push({ workload, file: spec.file, ...(await cache.read(spec, folder)) });
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      problems.push(document.problem([...path, ...error.path], error.message));
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return loaded;
}

async function readNodeLists(
  scenario: Scenario,
  document: SourceDocument,
  folder: string,
): Promise<LoadedNodeLists> {
  const problems: Problem[] = [];
  const loaded = new Map<string, LoadedNodeList>();
  for (const { pool, spec, path } of nodeListsOf(scenario)) {
    try {
      loaded.set(pool, await readNodeList(spec, folder));
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      problems.push(document.problem([...path, ...error.path], error.message));
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return loaded;
}

async function readScenario(path: string): Promise<string> {
  if (path === STANDARD_INPUT) return text(process.stdin);
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) throw unreadable(path, `the file is too large for a scenario (${size} bytes)`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    throw await explained(path, error);
  }
}

async function explained(path: string, error: unknown): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return unreadable(path, `no such file: tried ${resolve(path)}`, await nearFile(path));
  if (code === 'EISDIR') return unreadable(path, 'this is a folder; expected a scenario file');
  if (code === 'EACCES' || code === 'EPERM') return unreadable(path, 'no permission to read the file');
  return error;
}

function unreadable(path: string, message: string, suggestion?: string): ScenarioError {
  return new ScenarioError([problemAt({ file: path, line: null, column: null }, message, suggestion)]);
}

/** A file of the same folder whose name is near, as one would write it. */
async function nearFile(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const files = await readdir(folder).catch(() => []);
  const near = nearest(
    basename(path),
    files.filter((file) => /\.(ya?ml|json)$/i.test(file)),
  );
  if (near === undefined) return undefined;
  return path.slice(0, path.length - basename(path).length) + near;
}

/** Files as the scenario names them: where they lie on this machine is no part of a result. */
export const traceReportsOf = ({ traceReports }: LoadedScenario): DocumentTraceReport[] =>
  traceReports.map(({ workload, file, report }) => ({
    workload,
    file,
    rows: report.rows,
    bad_rows: report.badRows,
    bad_row_examples: [...report.examples],
  }));
