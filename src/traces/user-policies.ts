/**
 * Reads policies of the user's own: files of TypeScript or JavaScript, whose default export makes a policy's
 * definition from the kit. Such a file is code and runs with the rights of whoever runs the simulator.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { PolicyDefinition } from '../policies/definition.js';
import { POLICY_KIT } from '../policies/kit.js';
import {
  definitionMistake,
  lineOf,
  type UserPolicyDefinition,
  UserPolicyError,
  userPolicy,
} from '../policies/user-policy.js';
import { ContentHash } from '../scenario/content-hash.js';
import { policyFilesOf, type UserPolicies } from '../scenario/policy-files.js';
import { type Problem, ScenarioError } from '../scenario/problem.js';
import type { SourceDocument } from '../scenario/source.js';

/** The policies of all files that the document names, by the names it gives them; throws `ScenarioError`. */
export async function loadUserPolicies(document: SourceDocument, folder: string): Promise<UserPolicies> {
  const problems: Problem[] = [];
  const uses = policyFilesOf(document);
  const byName = new Map<string, UserPolicyDefinition>();
  // A file that is used twice is one policy, however its name is written.
  const byPath = new Map<string, UserPolicyDefinition | string>();
  for (const { file, point, path } of uses) {
    const where = resolve(folder, file);
    if (!byPath.has(where)) byPath.set(where, await loadOrMistake(where, file));
    const loaded = byPath.get(where)!;
    if (typeof loaded === 'string') problems.push(document.problem(path, loaded));
    else if (loaded.point !== point)
      problems.push(
        document.problem(
          path,
          `${file} is a policy of the point ${loaded.point}; it cannot stand under ${point}`,
        ),
      );
    else byName.set(file, loaded);
  }
  const namesakes = [...byPath.values()].filter((loaded) => typeof loaded !== 'string');
  for (const [index, { point, name, origin }] of namesakes.entries()) {
    const first = namesakes.slice(0, index).find((one) => one.point === point && one.name === name);
    const use = uses.find(({ file }) => file === origin.file)!;
    if (first !== undefined)
      problems.push(
        document.problem(
          use.path,
          `${first.origin.file} and ${origin.file} are both called ${point}/${name}; rename one`,
        ),
      );
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return byName;
}

/** One file's policy; throws `UserPolicyError` for what is wrong with it. */
export async function loadPolicy(path: string): Promise<UserPolicyDefinition> {
  const loaded = await loadOrMistake(resolve(path), path);
  if (typeof loaded === 'string') throw new UserPolicyError(loaded);
  return loaded;
}

/** What a schema of the user's own parameters throws, told with its file; any other error as it is. */
export function explainedByPolicy(error: unknown, policies: UserPolicies): unknown {
  for (const { origin } of policies.values()) {
    const line = lineOf(error, origin.paths);
    if (line !== undefined)
      return new UserPolicyError(`${origin.file}: its parameters threw ${String(error)} (${line})`, {
        cause: error,
      });
  }
  if (error instanceof z.core.$ZodAsyncError)
    return new UserPolicyError(
      `${[...policies.keys()].join(', ')}: a check of the parameters is asynchronous; it must answer at once`,
      { cause: error },
    );
  return error;
}

/** The policy, or what is wrong with the file in words. */
async function loadOrMistake(path: string, file: string): Promise<UserPolicyDefinition | string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => unreadable(error, file, path));
  if (text instanceof Unreadable) return text.message;
  const sources = new Map([[path, text]]);
  try {
    const made = await evaluate(path, sources);
    const definition: unknown = typeof made === 'function' ? made(POLICY_KIT) : made;
    if (made === undefined)
      return `${file} has no default export; expected \`export default (kit) => kit.definePolicy({...})\``;
    const mistake = definitionMistake(definition);
    if (mistake !== undefined) return `${file}: ${mistake}`;
    const hash = new ContentHash();
    for (const source of sources.values()) hash.addText(`${source.length}\n${source}`);
    const origin = { file, codeHash: hash.hex(), paths: [...sources.keys()] };
    return userPolicy(definition as PolicyDefinition, origin);
  } catch (error) {
    return `cannot load ${file}: ${reasonOf(error, [...sources.keys()])}`;
  }
}

/**
 * What the file exports by default. TypeScript is stripped and modules are linked by jiti, which works the same on
 * every Node version that is supported. What is imported from beside the file is added to `sources`.
 */
async function evaluate(path: string, sources: Map<string, string>): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const compiler = createJiti(path);
  const loader = createJiti(path, {
    fsCache: false,
    interopDefault: false,
    transform: (options) => {
      if (options.filename !== undefined) sources.set(options.filename, options.source);
      return { code: compiler.transform(options) };
    },
  });
  try {
    const exported: unknown = await loader.import(path);
    return isNamespace(exported) ? exported.default : exported;
  } finally {
    // Modules are shared while the file is loaded only: a changed file is read anew the next time.
    for (const source of sources.keys()) delete loader.cache[source];
  }
}

const isNamespace = (exported: unknown): exported is { readonly default?: unknown } =>
  typeof exported === 'object' && exported !== null;

/** Without the stack, and with the line of the user's file. */
function reasonOf(error: unknown, paths: readonly string[]): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}`;
  // The transpiler puts the place on a line of its own: `ParseError: Unexpected token \n /folder/file.ts:2:12`.
  const parse = /^ParseError: (.*?)\s*\n\s*(.*):(\d+):(\d+)/s.exec(error.message);
  if (parse !== null) return `${parse[2]}:${parse[3]}:${parse[4]}: ${parse[1]}`;
  const [message = ''] = error.message.split('\n');
  const line = lineOf(error, paths);
  return `${error.name === 'Error' ? '' : `${error.name}: `}${message}${line === undefined ? '' : ` (${line})`}`;
}

class Unreadable {
  constructor(readonly message: string) {}
}

function unreadable(error: unknown, file: string, path: string): Unreadable {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Unreadable(`there is no policy file ${file}: tried ${path}`);
    case 'EISDIR':
      return new Unreadable(`${file} is a folder, not a policy file`);
    case 'EACCES':
    case 'EPERM':
      return new Unreadable(`no permission to read ${file}`);
    default:
      return new Unreadable(`cannot read ${file}: ${message}`);
  }
}
