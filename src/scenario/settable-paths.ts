/**
 * Every place of a scenario that `--set` can give a value: what the document writes, and beside it what the schema
 * allows there. The schema is walked along the document, so that of a union only the forms that the written value can
 * be are looked into: of a policy entry those of its policy, of an arrival those of its process.
 */
import type { z } from 'zod';
import type { PathSegment } from './problem.js';
import { publishedScenarioSchema } from './schema.js';
import type { SourceDocument } from './source.js';
import { plainValue, type SourceNode } from './source-tree.js';

export interface SettablePath {
  readonly path: readonly PathSegment[];
  readonly written: boolean;
  /** The path with `*` for the names that users give: `pools.*.nodes` is the same key of another pool. */
  readonly kind: string;
  /**
   * `policies.ordering: drr` has parameters that nothing can be set at before the entry is written as a map; this is
   * the entry then.
   */
  readonly shortForm: readonly PathSegment[] | null;
}

type Schema = z.core.$ZodType;

const schemaOf = (node: Schema) => node as z.core.$ZodTypes;

let published: Schema | undefined;

/** Made when it is first needed: all policies' parameters take a while. */
function scenarioSchema(): Schema {
  published ??= publishedScenarioSchema();
  return published;
}

/** The schemas that a value may be of, without their wrappings. */
function formsOf(schema: Schema): Schema[] {
  const { def } = schemaOf(schema)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
      return formsOf(def.innerType);
    case 'pipe':
      // What is preprocessed is described by what comes out.
      return formsOf(schemaOf(def.in)._zod.def.type === 'transform' ? def.out : def.in);
    case 'lazy':
      return formsOf(def.getter());
    case 'union':
      return def.options.flatMap(formsOf);
    default:
      return [schema];
  }
}

/** Whether an absent map is there all the same, with its defaults. */
function isFilledIn(schema: Schema): boolean {
  const { def } = schemaOf(schema)._zod;
  if (def.type === 'prefault') return true;
  return (
    (def.type === 'optional' || def.type === 'pipe') &&
    isFilledIn(def.type === 'pipe' ? def.in : def.innerType)
  );
}

type ObjectForm = z.core.$ZodObject;

const isObject = (form: Schema): form is ObjectForm => schemaOf(form)._zod.def.type === 'object';

/** Keys that say which form of a union a map is. */
const isTelling = (key: string, schema: Schema): boolean =>
  key === 'policy' || formsOf(schema).every((form) => schemaOf(form)._zod.def.type === 'literal');

/** Whether a written map can be of the form. */
function canBe(form: ObjectForm, node: SourceNode): boolean {
  if (node.kind !== 'map') return false;
  const { shape, catchall } = form._zod.def;
  return [...node.entries].every(([key, written]) => {
    const own = shape[key];
    if (own !== undefined) return !isTelling(key, own) || accepts(own, plainValue(written.node));
    // A key that nothing knows is a mistake, and says nothing.
    return catchall === undefined || isNever(catchall) || accepts(catchall, plainValue(written.node));
  });
}

const isNever = (schema: Schema): boolean => schemaOf(schema)._zod.def.type === 'never';

const accepts = (schema: Schema, value: unknown): boolean => (schema as z.ZodType).safeParse(value).success;

/** What may stand at a key of a map that has any of the forms; empty where none allows it. */
function below(forms: readonly Schema[], key: string): Schema[] {
  return forms.flatMap((form): Schema[] => {
    const { def } = schemaOf(form)._zod;
    if (def.type === 'record') return [def.valueType];
    if (def.type !== 'object') return [];
    const own = def.shape[key];
    if (own !== undefined) return [own];
    return def.catchall === undefined || isNever(def.catchall) ? [] : [def.catchall];
  });
}

/** Forms of the schemas that the node can be; all of them where nothing is written. */
function formsAt(schemas: readonly Schema[], node: SourceNode | undefined): Schema[] {
  const forms = schemas.flatMap(formsOf);
  if (node === undefined || isEmpty(node)) return forms;
  return forms.filter((form) => !isObject(form) || canBe(form, node));
}

/** `wip:` with nothing after it is a map that is still empty. */
const isEmpty = (node: SourceNode): boolean => node.kind === 'scalar' && node.value === null;

/** In the order of the document, and after what a map writes what else it may have. */
export function settablePaths(document: SourceDocument): SettablePath[] {
  const found: SettablePath[] = [];
  collect(document.root, [scenarioSchema()], [], '', found);
  return found;
}

function collect(
  node: SourceNode | undefined,
  schemas: readonly Schema[],
  path: readonly PathSegment[],
  kind: string,
  found: SettablePath[],
): void {
  const forms = formsAt(schemas, node);
  if (node?.kind === 'list') {
    const items = forms.flatMap((form) => {
      const { def } = schemaOf(form)._zod;
      return def.type === 'array' ? [def.element] : [];
    });
    for (const [index, item] of node.items.entries()) {
      found.push({ path: [...path, index], written: true, kind: `${kind}.*`, shortForm: null });
      collect(item, items, [...path, index], `${kind}.*`, found);
    }
    return;
  }
  if (node?.kind === 'scalar' && node.value !== null) {
    shortForms(node.value, schemas, path, kind, found);
    return;
  }
  const hasNames = forms.some((form) => schemaOf(form)._zod.def.type === 'record');
  const kindOf = (key: string): string => `${kind}.${hasNames ? '*' : key}`;
  const written = node?.kind === 'map' ? node.entries : new Map<string, { readonly node: SourceNode }>();
  for (const [key, entry] of written) {
    found.push({ path: [...path, key], written: true, kind: kindOf(key), shortForm: null });
    collect(entry.node, below(forms, key), [...path, key], kindOf(key), found);
  }
  // A variant has the points that it changes; any other point is that of `policies`.
  if (kind === '.variants.*') return;
  const allowed = new Set(forms.filter(isObject).flatMap((form) => Object.keys(form._zod.def.shape)));
  for (const key of allowed) {
    if (written.has(key)) continue;
    found.push({ path: [...path, key], written: false, kind: kindOf(key), shortForm: null });
    const inside = below(forms, key);
    if (inside.some(isFilledIn)) collect(undefined, inside, [...path, key], kindOf(key), found);
  }
}

/** The parameters of a policy that is written by its name alone. */
function shortForms(
  name: string | number | boolean,
  schemas: readonly Schema[],
  path: readonly PathSegment[],
  kind: string,
  found: SettablePath[],
): void {
  for (const form of schemas.flatMap(formsOf)) {
    if (!isObject(form)) continue;
    const { policy, ...parameters } = form._zod.def.shape;
    if (policy === undefined || !accepts(policy, name)) continue;
    for (const key of Object.keys(parameters))
      found.push({ path: [...path, key], written: false, kind: `${kind}.${key}`, shortForm: path });
  }
}

/** Whether `--set` can give what stands (or could stand) at the path a value, and the schema knows it. */
export function isSettable(document: SourceDocument, path: readonly PathSegment[]): boolean {
  let node: SourceNode | undefined = document.root;
  let schemas: Schema[] = [scenarioSchema()];
  for (const segment of path) {
    const forms = formsAt(schemas, node);
    if (node?.kind === 'list') {
      const item: SourceNode | undefined = node.items[Number(segment)];
      if (item === undefined) return false;
      schemas = forms.flatMap((form) => {
        const { def } = schemaOf(form)._zod;
        return def.type === 'array' ? [def.element] : [];
      });
      node = item;
      continue;
    }
    if (typeof segment === 'number' || (node?.kind === 'scalar' && node.value !== null)) return false;
    const entry: { readonly node: SourceNode } | undefined =
      node?.kind === 'map' ? node.entries.get(segment) : undefined;
    schemas = below(forms, segment);
    if (schemas.length === 0) return false;
    node = entry?.node;
  }
  return path.length > 0;
}
