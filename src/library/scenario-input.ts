/** The scenarios that a program gives, whatever it has them as, and the assignments made to them. */
import type { ScenarioText, SetupLoader, SetupRef } from '../experiment/run-source.js';
import { findPath } from '../scenario/find-path.js';
import { documentOf } from '../scenario/object-document.js';
import { applyOverride } from '../scenario/override.js';
import { ScenarioError } from '../scenario/problem.js';
import { parseSource } from '../scenario/source.js';
import { readScenarioText } from '../traces/load-scenario.js';
import { createSetupLoader } from '../traces/setup-loader.js';

/** A scenario as plain data, with the keys of a scenario file: numbers are in seconds, text may have units (`8s`). */
export interface ScenarioObject {
  readonly version: number;
  readonly [key: string]: unknown;
}

/** The path of a YAML or JSON file, the same as plain data, or the text of such a file. */
export type ScenarioInput = string | ScenarioObject | ScenarioText;

/**
 * Values that are replaced before anything is checked: by path (`{ 'pools.gpus.nodes': 4 }`, or the end of the path
 * where it fits one place: `{ 'gpus.nodes': 4 }`), or assignments as `--set` of the command line takes them.
 */
export type Assigned = Readonly<Record<string, unknown>> | readonly string[];

export interface ScenarioOptions {
  /** Name of the variant whose policies hold; by default the scenario's own policies. */
  readonly variant?: string | undefined;
  readonly set?: Assigned | undefined;
  /** What the files are relative to that a scenario given as data names; by default the current folder. */
  readonly folder?: string | undefined;
}

export interface OpenScenario {
  readonly ref: SetupRef;
  readonly load: SetupLoader;
}

/** Reads the scenario; throws `ScenarioError` where it cannot, or where an assignment names no value. */
export async function openScenario(
  input: ScenarioInput,
  { variant, set = [], folder = '.' }: ScenarioOptions = {},
): Promise<OpenScenario> {
  const isData = typeof input !== 'string' && !isText(input);
  const scenario = isData ? textOf(input, folder) : isText(input) ? input : await readScenarioText(input);
  const load = createSetupLoader();
  return {
    ref: { scenario, variant: variant ?? null, set: assignmentsOf(set, scenario, variant ?? null) },
    load: isData ? withoutLines(load) : load,
  };
}

const isText = (input: ScenarioInput): input is ScenarioText =>
  typeof input === 'object' && typeof input.text === 'string' && typeof input.folder === 'string';

function textOf(scenario: ScenarioObject, folder: string): ScenarioText {
  const { file, value } = documentOf(scenario);
  return { name: file, text: JSON.stringify(value), folder };
}

/** Lines of text that the program never saw would only confuse. */
const withoutLines =
  (load: SetupLoader): SetupLoader =>
  async (ref) => {
    try {
      return await load(ref);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      throw new ScenarioError(error.problems.map((problem) => ({ ...problem, line: null, column: null })));
    }
  };

function assignmentsOf(set: Assigned, { text, name }: ScenarioText, variant: string | null): string[] {
  if (isList(set)) return [...set];
  const made: string[] = [];
  let document = parseSource(text, name);
  for (const [end, value] of Object.entries(set)) {
    if (value === undefined) continue;
    const assignment = `${findPath(document, end, { variant })}=${valueText(value)}`;
    document = applyOverride(document, assignment);
    made.push(assignment);
  }
  return made;
}

const isList = (set: Assigned): set is readonly string[] => Array.isArray(set);

/** As it stands behind `path=`: text has its meaning there, so `30/min` is a rate. */
const valueText = (value: unknown): string =>
  typeof value === 'string' && value.trim() !== '' ? value : JSON.stringify(value);
