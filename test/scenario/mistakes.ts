/** A small right scenario to make mistakes in, and the mistakes found in a text, one line each. */
import { checkScenario } from '../../src/scenario/checks.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { parseScenario } from '../../src/scenario/schema.js';
import { parseSource } from '../../src/scenario/source.js';
import type { LoadedTraces } from '../../src/scenario/trace-uses.js';

export const RIGHT = `version: 1
name: test
run: {duration: 1h}
pools:
  gpus: {mode: exclusive, nodes: 2, gpusPerNode: 8}
  lanes: {slotsPerGpu: 4}
services:
  search: {latency: 300ms}
stages:
  train: {pool: gpus}
  plan: {pool: lanes}
  search: {service: search}
workloads:
  chat:
    arrival: {process: poisson, rate: 0.1/s}
    workflow:
      - {stage: plan, work: 2s}
      - {stage: search}
  jobs:
    arrival: {process: poisson, rate: 1/min}
    workflow:
      - {stage: train, work: 2 min, gpus: 4}
`;

/** The scenario with one piece of its text replaced. */
export function changed(from: string, to: string, text = RIGHT): string {
  if (!text.includes(from)) throw new Error(`the text has no "${from}"`);
  return text.replace(from, () => to);
}

interface Given {
  readonly variant?: string;
  readonly traces?: LoadedTraces | null;
}

/** Each problem as `line:column message -> suggestion`, in order. */
export function mistakes(text: string, { variant, traces = new Map() }: Given = {}): string[] {
  const document = parseSource(text, 'test.yaml');
  const problems = (() => {
    try {
      return checkScenario(parseScenario(document), document, { variant: variant ?? null, traces });
    } catch (error) {
      if (error instanceof ScenarioError) return error.problems;
      throw error;
    }
  })();
  return problems.map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` -> ${suggestion}`}`,
  );
}
