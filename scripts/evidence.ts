/** `npm run evidence`: measures where each policy helps and hurts. See docs/policies/examples/README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type EvidenceByPolicy, figureTexts, type PolicyEvidence } from '../src/cli/evidence.js';
import type { PolicyDefinition, PolicyPoint } from '../src/policies/definition.js';
import { POLICIES } from '../src/policies/registry.js';
import { formatProblems, ScenarioError } from '../src/scenario/problem.js';
import { idOf } from '../test/evidence/cases.js';
import { type Collected, collect, hasCases } from '../test/evidence/collect.js';
import { generatePage, pageFile, readPage, snippet } from '../test/evidence/pages.js';
import { STILL_TO_COME } from '../test/evidence/still-to-come.js';

const USAGE = `Measures where each policy helps and hurts, and writes the figures into docs/policies.

  NAME ...     only these: a point, a policy, or POINT/POLICY
  --check      writes nothing; fails where a page is stale or a case does not hold
  --help       this text
`;

const DATA = fileURLToPath(new URL('../src/cli/policy-evidence.json', import.meta.url));

const isAsked = (names: readonly string[]) => (policy: PolicyDefinition) =>
  names.length === 0 || [policy.point, policy.name, idOf(policy)].some((name) => names.includes(name));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = POLICIES.filter(isAsked(positionals));
  if (wanted.length === 0) {
    process.stderr.write(`no policy is called ${positionals.join(' or ')}\n`);
    return 2;
  }
  const found: Record<string, PolicyEvidence> = {};
  const problems: string[] = [];
  for (const policy of wanted) {
    if (!hasCases(policy)) {
      if (!STILL_TO_COME.includes(idOf(policy))) problems.push(`${idOf(policy)} has no examples`);
      continue;
    }
    try {
      const [helps, hurts] = [await collect(policy, 'helps'), await collect(policy, 'hurts')];
      for (const one of [helps, hurts]) {
        process.stdout.write(`${line(policy, one)}\n`);
        if (!one.holds) problems.push(`${idOf(policy)} ${one.effect}: ${one.verdict}`);
      }
      if (helps.holds && hurts.holds)
        found[idOf(policy)] = { example: snippet(policy), helps: helps.measured, hurts: hurts.measured };
    } catch (error) {
      // A mistake in one example is told with the rest.
      problems.push(`${idOf(policy)}: ${messageOf(error)}`);
    }
  }
  problems.push(...update(found, new Set(wanted.map(({ point }) => point)), values.check));
  for (const problem of problems) process.stderr.write(`! ${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

function messageOf(error: unknown): string {
  if (error instanceof ScenarioError) return formatProblems(error.problems);
  return error instanceof Error ? String(error.stack) : String(error);
}

/** `ordering/sjf helps: total: latency mean 12 s -> 4 s, -8 [-9, -7] s; 800 tasks, 6 ms a run` */
function line(
  policy: PolicyDefinition,
  { effect, measured, measurement, holds, verdict }: Collected,
): string {
  const { metric, without, with: withIt, difference } = figureTexts(measured);
  const { tasks, msPerRun } = measurement;
  const mark = holds ? '' : ` ${verdict.toUpperCase()}`;
  return `${idOf(policy)} ${effect}:${mark} ${metric} ${without} -> ${withIt}, ${difference}; ${tasks} tasks, ${msPerRun.toFixed(0)} ms a run`;
}

/** Writes the data and the pages of the points, or says which of them are stale. */
function update(
  found: EvidenceByPolicy,
  points: ReadonlySet<PolicyPoint>,
  checkOnly: boolean,
): readonly string[] {
  // Read only now: measuring takes a while, and others may have written meanwhile.
  const before = readFileSync(DATA, 'utf8');
  const all = { ...(JSON.parse(before) as EvidenceByPolicy), ...found };
  const kept = POLICIES.map(idOf).filter((id) => all[id] !== undefined);
  const after = `${JSON.stringify(Object.fromEntries(kept.map((id) => [id, all[id]])), null, 2)}\n`;
  const files = [
    { file: DATA, before, after },
    ...[...points].map((point) => {
      const page = readPage(point);
      return { file: pageFile(point), before: page, after: generatePage(point, page, all) };
    }),
  ].filter((one) => one.before !== one.after);
  if (checkOnly) return files.map(({ file }) => `${file} is stale: npm run evidence`);
  for (const { file, after: text } of files) {
    writeFileSync(file, text);
    process.stdout.write(`wrote ${file}\n`);
  }
  return [];
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE');
  process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}` : `${(error as Error).stack}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
