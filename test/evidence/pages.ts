/** The generated part of `docs/policies/POINT.md`: from the definitions, the examples and the measured figures. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Document } from 'yaml';
import { type EvidenceByPolicy, figureTexts, type PolicyEvidence } from '../../src/cli/evidence.js';
import type { PolicyDefinition, PolicyPoint } from '../../src/policies/definition.js';
import { parameterTable } from '../../src/policies/describe.js';
import { policiesAt } from '../../src/policies/registry.js';
import { EFFECTS, exampleFile, fileOf, idOf } from './cases.js';

export const pageFile = (point: PolicyPoint): string =>
  fileURLToPath(new URL(`../../docs/policies/${point}.md`, import.meta.url));

/** Empty for a point that has no page yet. */
export const readPage = (point: PolicyPoint): string =>
  existsSync(pageFile(point)) ? readFileSync(pageFile(point), 'utf8') : '';

/** A part of a page: a heading of the second level and what follows it. */
interface Section {
  readonly title: string;
  readonly text: string;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function split(page: string): { readonly head: string; readonly sections: readonly Section[] } {
  const [head = '', ...parts] = page.split(/^## /m);
  return {
    head: head.trim(),
    sections: parts.map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return { title, text: lines.join('\n').trim() };
    }),
  };
}

const GENERATED = /<!-- generated: .*? -->\n.*?<!-- end -->\n*/s;

/**
 * The page with its generated parts made anew: one section a policy in the order of the registry, then what else there
 * is. What is written by hand, above the sections and under each generated part, stays.
 */
export function generatePage(point: PolicyPoint, page: string, evidence: EvidenceByPolicy): string {
  const { head, sections } = split(page);
  const definitions: readonly PolicyDefinition[] = policiesAt(point);
  const ofPolicies = definitions.map((policy) => {
    const written = sections.find(({ title }) => title === policy.name)?.text ?? '';
    const prose = written.replace(GENERATED, '').trim();
    return `## ${policy.name}\n\n${generatedPart(policy, evidence[idOf(policy)])}${prose === '' ? '' : `\n\n${prose}`}`;
  });
  const others = sections.filter(({ title }) => definitions.every(({ name }) => name !== title));
  return `${[
    head === '' ? `# ${capital(point)}` : head,
    ...ofPolicies,
    ...others.map(({ title, text }) => `## ${title}\n\n${text}`),
  ].join('\n\n')}\n`;
}

function generatedPart(policy: PolicyDefinition, evidence: PolicyEvidence | undefined): string {
  const { summary, source, helps, hurts } = policy;
  const id = idOf(policy);
  return [
    `<!-- generated: ${id} -->\n${summary}`,
    `- Source: ${source}\n- Helps: ${helps}\n- Hurts: ${hurts}`,
    parameterTable(policy) || 'No parameters.',
    ...(existsSync(fileOf(id, 'helps')) ? [`\`\`\`yaml\n${snippet(policy)}\n\`\`\``] : []),
    ...(evidence === undefined ? [] : [figures(id, evidence)]),
    '<!-- end -->',
  ].join('\n\n');
}

/** The policy as the scenario in which it helps has it. */
export function snippet(policy: PolicyDefinition): string {
  const written = exampleFile(idOf(policy), 'helps').with;
  const document = new Document({ policies: {} });
  const list = Array.isArray(written) ? written : [written];
  const nodes = list.map((one) => document.createNode(one, { flow: true }));
  document.setIn(['policies', policy.point], nodes.length === 1 ? nodes[0] : document.createNode(nodes));
  return document.toString({ flowCollectionPadding: false, lineWidth: 110 }).trimEnd();
}

function figures(id: string, evidence: PolicyEvidence): string {
  const rows = EFFECTS.map((effect) => {
    const { says, against, replications, ...rest } = evidence[effect];
    const text = figureTexts(evidence[effect]);
    const without = against === '' ? text.without : `${text.without} (\`${against}\`)`;
    const link = `[${effect}](examples/${id}.${effect}.yaml)`;
    return `| ${link}: ${says} | \`${rest.metric}\` | ${without} | ${text.with} | ${text.difference} |`;
  });
  const [most, least] = [evidence.helps.replications, evidence.hurts.replications];
  const replications = most === least ? String(most) : `${most} and ${least}`;
  return [
    '| what is seen | metric | without | with | difference |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Means over ${replications} replications; the difference is paired on the same seeds, with its 95% interval.`,
  ].join('\n');
}
