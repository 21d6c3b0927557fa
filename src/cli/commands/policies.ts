/** `wipsim policies [NAME]`: the catalogue, and each policy's page. */
import { POLICY_POINTS, type PolicyDefinition } from '../../policies/definition.js';
import { describeParameters, type ParameterDescription } from '../../policies/describe.js';
import { POLICIES } from '../../policies/registry.js';
import { nearest } from '../../scenario/suggest.js';
import { beside, MEANING_MIN, terminalWidth } from '../beside.js';
import { CommandError } from '../command-error.js';
import { evidenceOf, figureTexts, type MeasuredCase } from '../evidence.js';
import { ExitCode } from '../exit-code.js';
import { jsonText, print } from '../output.js';

export interface PoliciesOptions {
  readonly json?: boolean;
}

export function policies(name: string | undefined, { json }: PoliciesOptions): ExitCode {
  const found = name === undefined ? POLICIES : matching(name);
  if (json === true) print(jsonText(found.map(jsonOf)));
  else if (name === undefined || isPoint(name)) print(listing(found));
  else print(found.map(page).join('\n\n'));
  return ExitCode.fine;
}

const idOf = ({ point, name }: PolicyDefinition): string => `${point}/${name}`;
const isPoint = (name: string): boolean => POLICY_POINTS.some((point) => point === name);

/** A name without its point may be that of several policies. */
function matching(name: string): readonly PolicyDefinition[] {
  const found = POLICIES.filter((policy) => [policy.point, policy.name, idOf(policy)].includes(name));
  if (found.length > 0) return found;
  const near = name.includes('/')
    ? nearest(name, POLICIES.map(idOf))
    : nearest(name, [...POLICIES.map((policy) => policy.name), ...POLICY_POINTS]);
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw new CommandError(`there is no policy "${name}"${hint}; \`wipsim policies\` lists them`);
}

function listing(found: readonly PolicyDefinition[]): string {
  const width = Math.max(...found.map(({ name }) => name.length));
  return POLICY_POINTS.flatMap((point) => {
    const here = found.filter((policy) => policy.point === point);
    if (here.length === 0) return [];
    return [
      [point, ...here.flatMap(({ name, summary }) => beside(`  ${name.padEnd(width)}  `, summary))].join(
        '\n',
      ),
    ];
  }).join('\n\n');
}

function page(policy: PolicyDefinition): string {
  const parameters = describeParameters(policy);
  const evidence = evidenceOf(idOf(policy));
  return [
    ...beside('', `${idOf(policy)}: ${policy.summary}`),
    '',
    ...beside('Source  ', policy.source),
    ...beside('Helps   ', policy.helps),
    ...seen(evidence?.helps),
    ...beside('Hurts   ', policy.hurts),
    ...seen(evidence?.hurts),
    '',
    ...(parameters.length === 0 ? ['No parameters.'] : parameterLines(parameters)),
    '',
    'In a scenario:',
    ...exampleOf(policy)
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}

/** What was measured, under what is claimed. */
function seen(one: MeasuredCase | undefined): string[] {
  if (one === undefined) return [];
  const { metric, without, with: withIt, difference } = figureTexts(one);
  const instead = one.against === '' ? '' : ` (${one.against})`;
  return [
    ...beside('        ', `Seen: ${one.says}`),
    ...beside(
      '        ',
      `${metric}: ${without} without${instead}, ${withIt} with; difference ${difference}`,
    ),
  ];
}

function parameterLines(parameters: readonly ParameterDescription[]): string[] {
  const width = (key: 'name' | 'type' | 'default', title: string) =>
    Math.max(title.length, ...parameters.map((one) => one[key].length));
  const [names, types, defaults] = [
    width('name', 'Parameter'),
    width('type', 'value'),
    width('default', 'default'),
  ];
  const rest = names + types + defaults + 6;
  // Where the columns leave no room for the meaning, one parameter after the other.
  if (rest + MEANING_MIN > (terminalWidth() ?? Number.POSITIVE_INFINITY))
    return [
      'Parameters',
      ...parameters.flatMap((one) => [
        ...beside(
          '  ',
          `${one.name}: ${one.type}, ${one.default === 'required' ? 'required' : `default ${one.default}`}`,
        ),
        ...beside('      ', one.description),
      ]),
    ];
  return [
    `${'Parameter'.padEnd(names)}  ${'value'.padEnd(types)}  ${'default'.padEnd(defaults)}  meaning`,
    ...parameters.flatMap((one) =>
      beside(
        `${one.name.padEnd(names)}  ${one.type.padEnd(types)}  ${one.default.padEnd(defaults)}  `,
        one.description,
      ),
    ),
  ];
}

/** Lines for a scenario, from the one in which the policy helps. */
const exampleOf = (policy: PolicyDefinition): string =>
  evidenceOf(idOf(policy))?.example ?? `policies:\n  ${policy.point}: ${policy.name}`;

function jsonOf(policy: PolicyDefinition) {
  const { point, name, summary, source, helps, hurts } = policy;
  const parameters = describeParameters(policy);
  return {
    point,
    name,
    summary,
    source,
    helps,
    hurts,
    parameters,
    example: exampleOf(policy),
    evidence: evidenceOf(idOf(policy)) ?? null,
  };
}
