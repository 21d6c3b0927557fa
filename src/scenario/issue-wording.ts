/**
 * Zod's issues in the words of someone who writes YAML: "expected a list, got text "abc"". These functions run as
 * zod's error map, so a message that a schema carries itself takes precedence over them.
 */
import { z } from 'zod';
import { keyText, quoted } from './problem.js';

/** More options than this are cut off with an ellipsis. */
const OPTIONS_SHOWN = 12;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
  undefined: 'nothing',
  never: 'nothing',
};

/** What a schema wanted, as in "expected ...". */
export const typeWords = (zodType: string): string => TYPE_WORDS[zodType] ?? `a value of type ${zodType}`;

/** What the document holds, as in "got ...". */
export function valueWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return `text ${quoted(value)}`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  return String(value);
}

/** `one of a, b, c`, or the one there is. */
export function optionWords(options: readonly unknown[]): string {
  const shown = options.slice(0, OPTIONS_SHOWN).map((option) => String(option));
  if (options.length > OPTIONS_SHOWN) shown.push('...');
  return shown.length === 1 ? shown[0]! : `one of ${shown.join(', ')}`;
}

/**
 * The error map for `safeParse`. Two kinds of issue get no words here, because they are told as several problems
 * (`check-schema.ts`): a union's branches, for which the message is left empty, and unknown keys, for which the
 * message carries the known ones. Only here does zod hand over the very schema that rejected the keys.
 */
export function wordIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeWords(issue.expected)}, got ${valueWords(issue.input)}`;
    case 'invalid_value':
      return `expected ${optionWords(issue.values)}, got ${valueWords(issue.input)}`;
    case 'too_small':
      return `expected ${sizeWords(issue.origin, 'at least', issue.minimum, issue.inclusive)}, got ${sizeOf(issue.input)}`;
    case 'too_big':
      return `expected ${sizeWords(issue.origin, 'at most', issue.maximum, issue.inclusive)}, got ${sizeOf(issue.input)}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}, got ${valueWords(issue.input)}`;
    case 'invalid_format': {
      const form =
        issue.pattern === undefined
          ? `text in the form "${issue.format}"`
          : `text that matches ${issue.pattern}`;
      return `expected ${form}, got ${valueWords(issue.input)}`;
    }
    case 'unrecognized_keys':
      return knownKeys(issue.inst).join('\n');
    case 'invalid_union':
    case 'invalid_key':
      return '';
    default:
      return `${valueWords(issue.input)} is not valid here`;
  }
}

/** The known keys that `wordIssue` put into the message of an `unrecognized_keys` issue. */
export const knownKeysOf = (issue: z.core.$ZodIssueUnrecognizedKeys): string[] =>
  issue.message === '' ? [] : issue.message.split('\n');

/** "unknown key `x`" */
export const unknownKeyWords = (key: string): string => `unknown key ${keyText(key)}`;

function knownKeys(schema: unknown): string[] {
  if (schema instanceof z.core.$ZodObject) return Object.keys(schema._zod.def.shape);
  if (schema instanceof z.core.$ZodRecord)
    return [...(schema._zod.def.keyType._zod.values ?? [])].map((key) => String(key));
  return [];
}

function sizeWords(origin: string, bound: string, limit: number | bigint, inclusive = true): string {
  const comparison = inclusive ? bound : bound === 'at least' ? 'more than' : 'less than';
  if (origin === 'string') return `text of ${comparison} ${limit} character${limit === 1 ? '' : 's'}`;
  if (origin === 'array' || origin === 'set') return `${comparison} ${limit} item${limit === 1 ? '' : 's'}`;
  if (origin === 'object' || origin === 'record' || origin === 'map')
    return `${comparison} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `a number of ${comparison} ${limit}`;
}

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  return valueWords(value);
}
