/**
 * The files that a scenario names, for whoever takes it to another machine: traces, node lists, policies of the
 * user's own and what those import from beside them.
 */
import { isAbsolute, resolve } from 'node:path';
import type { ScenarioText, SetupRef } from '../experiment/run-source.js';
import { applyOverride } from '../scenario/override.js';
import { policyFilesOf } from '../scenario/policy-files.js';
import { parseSource, type SourceDocument } from '../scenario/source.js';
import type { SourceNode } from '../scenario/source-tree.js';
import { loadPolicy } from './user-policies.js';

/**
 * Absolute paths, sorted, each once. A file that the scenario names by an absolute path is left out: it is meant to
 * lie there on every machine.
 */
export class ScenarioFiles {
  /** Of the scenario seen last: the points of an experiment have one in common. */
  private parsed: { readonly scenario: ScenarioText; readonly document: SourceDocument } | null = null;
  /** What the policy files import; they are not read again for every point. */
  private readonly sources = new Map<string, readonly string[]>();

  async of({ scenario, set }: SetupRef): Promise<string[]> {
    const document = set.reduce(applyOverride, this.documentOf(scenario));
    const files = [
      ...named(document, 'workloads', ['arrival', 'trace', 'file']),
      ...named(document, 'pools', ['nodeList', 'file']),
    ];
    const paths = new Set(
      files.filter((file) => !isAbsolute(file)).map((file) => resolve(scenario.folder, file)),
    );
    for (const { file } of policyFilesOf(document))
      if (!isAbsolute(file))
        for (const path of await this.sourcesOf(resolve(scenario.folder, file))) paths.add(path);
    return [...paths].sort();
  }

  private documentOf(scenario: ScenarioText): SourceDocument {
    if (this.parsed?.scenario.text !== scenario.text)
      this.parsed = { scenario, document: parseSource(scenario.text, scenario.name) };
    return this.parsed.document;
  }

  private async sourcesOf(policy: string): Promise<readonly string[]> {
    let sources = this.sources.get(policy);
    if (sources === undefined) {
      sources = (await loadPolicy(policy)).origin.paths;
      this.sources.set(policy, sources);
    }
    return sources;
  }
}

/** What stands at `path` below each entry of a map. */
function named(document: SourceDocument, map: string, path: readonly string[]): string[] {
  const node: SourceNode | undefined = document.node([map]);
  if (node?.kind !== 'map') return [];
  return [...node.entries.keys()].flatMap((key) => {
    const file = document.node([map, key, ...path]);
    return file?.kind === 'scalar' && file.value !== null ? [String(file.value)] : [];
  });
}
