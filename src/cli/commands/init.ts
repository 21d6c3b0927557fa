/** `wipsim init [TEMPLATE]`: the shipped scenarios, and a policy file, as something to start from. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reasonOf } from '../../execution/file-system.js';
import { packageRoot } from '../../execution/package-root.js';
import { findPolicy } from '../../policies/registry.js';
import { nearest } from '../../scenario/suggest.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { print, printMessage } from '../output.js';
import { type PolicyTemplate, policyTestText, policyText } from '../policy-template.js';

export interface InitOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export interface Template {
  readonly name: string;
  readonly text: string;
}

/** The argument that asks for a policy file instead of a scenario. */
const POLICY = 'policy';
const POLICY_FILE_DEFAULT = './my-policy.ts';
const TYPED: Readonly<Record<string, boolean>> = { '.ts': true, '.mts': true, '.js': false, '.mjs': false };

export async function init(
  name: string | undefined,
  file: string | undefined,
  options: InitOptions,
): Promise<ExitCode> {
  const { output, force } = options;
  if (name === POLICY) return initPolicy(file ?? output ?? POLICY_FILE_DEFAULT, options);
  if (file !== undefined)
    throw new CommandError(`unexpected argument ${file}; a scenario is written to a file with --output`);
  const templates = await readTemplates(join(packageRoot(), 'scenarios'));
  if (name === undefined) {
    if (output !== undefined) throw new CommandError(`--output needs a template: one of ${names(templates)}`);
    print(templateList(templates));
    return ExitCode.fine;
  }
  const { text } = findTemplate(templates, name);
  if (output === undefined) print(text);
  else {
    await writeNew(output, text, force === true);
    printMessage(`wrote ${output}; next: wipsim run ${output}`);
  }
  return ExitCode.fine;
}

/** The policy and its test; neither is written where one of them is there. */
async function initPolicy(file: string, { force }: InitOptions): Promise<ExitCode> {
  const extension = extname(file);
  const typed = TYPED[extension];
  if (typed === undefined)
    throw new CommandError(
      `${file}: a policy file ends in one of ${Object.keys(TYPED).join(', ')}, so that a scenario can tell it from a name`,
    );
  if (force === true) throw new CommandError('init policy overwrites nothing; remove the file first');
  const stem = basename(file, extension);
  const test = join(dirname(file), `${stem}.test.mjs`);
  for (const path of [file, test])
    if (existsSync(path)) throw new CommandError(`${path} is there already; remove it or give another name`);
  const template: PolicyTemplate = {
    name: policyName(stem),
    file: basename(file),
    typed,
    libraryUrl: pathToFileURL(join(packageRoot(), 'dist', 'index.js')).href,
  };
  await writeNew(file, policyText(template), false);
  await writeNew(test, policyTestText(template), false);
  printMessage(
    `wrote ${file} and ${test}; next: node --test ${test}, and in a scenario beside it: policies: {admission: ./${template.file}}`,
  );
  return ExitCode.fine;
}

/** In kebab case, and none of the catalogue's. */
function policyName(stem: string): string {
  const name = stem
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-$/g, '');
  return name === '' || findPolicy('admission', name) !== undefined ? 'my-policy' : name;
}

/** Every `*.yaml` of the folder, by name. */
export async function readTemplates(folder: string): Promise<Template[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.yaml'.length),
      text: await readFile(join(folder, file), 'utf8'),
    })),
  );
}

const names = (templates: readonly Template[]): string =>
  templates.map((template) => template.name).join(', ');

/** What the template's first comment says. */
const headline = ({ text }: Template): string => /^#\s*(.*\S)/m.exec(text)?.[1] ?? '';

export function templateList(templates: readonly Template[]): string {
  const width = Math.max(0, ...templates.map(({ name }) => name.length));
  return templates
    .map((template) => `${template.name.padEnd(width)}  ${headline(template)}`.trimEnd())
    .join('\n');
}

export function findTemplate(templates: readonly Template[], name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    templates.map((template) => template.name),
  );
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw new CommandError(`there is no template "${name}"${hint}; expected one of ${names(templates)}`);
}

/** `wx` refuses to open a file that is there, in one step with opening it. */
export async function writeNew(file: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: overwrite ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EEXIST'
        ? `${file} is there already; --force overwrites it`
        : `cannot write ${file}: ${reasonOf(error)}`,
    );
  }
}
