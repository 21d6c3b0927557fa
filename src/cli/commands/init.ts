/** `wipsim init [TEMPLATE]`: the shipped scenarios, as something to start from. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearest } from '../../scenario/suggest.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { print, printMessage } from '../output.js';
import { packageRoot } from '../package-root.js';

export interface InitOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export interface Template {
  readonly name: string;
  readonly text: string;
}

export async function init(name: string | undefined, { output, force }: InitOptions): Promise<ExitCode> {
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
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EEXIST'
        ? `${file} is there already; --force overwrites it`
        : `cannot write ${file}: ${message}`,
    );
  }
}
