/** The parameters of a policy as its schema states them, for the command line and the documentation pages. */
import { z } from 'zod';

export interface ParameterDescription {
  /** Dotted for a parameter inside another: `window.min`. */
  readonly name: string;
  /** The unit where it has one, else the kind of value or the list of choices. */
  readonly type: string;
  /** As one would write it in a scenario; `required` or `none` where there is none. */
  readonly default: string;
  readonly description: string;
  /** Text with a unit that the schema accepts. */
  readonly example?: string;
}

const UNIT_TEXT: Readonly<Record<string, string>> = {
  s: 'duration, s',
  Hz: 'rate, Hz',
  B: 'size, B',
  'B/s': 'bandwidth, B/s',
  'USD/h': 'price, USD/h',
  fraction: 'fraction',
};

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly unit?: string;
  readonly example?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

function typeText(schema: JsonSchema): string {
  if (schema.unit !== undefined) return UNIT_TEXT[schema.unit] ?? schema.unit;
  if (schema.enum !== undefined) return schema.enum.join(' or ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `${typeText(schema.additionalProperties)} by name`;
  if (schema.type === 'object') return 'group';
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'boolean') return 'true or false';
  return String(schema.type);
}

function defaultText(field: z.ZodType, unit: string | undefined): string {
  // A missing field parses to the default. JSON Schema leaves out the defaults of fields that turn text to numbers.
  const parsed = field.safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return 'none';
  if (Array.isArray(parsed.data)) return `[${parsed.data.join(', ')}]`;
  if (typeof parsed.data === 'object') return JSON.stringify(parsed.data);
  return unit === 's' && parsed.data !== 0 ? durationText(Number(parsed.data)) : String(parsed.data);
}

function durationText(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return 'inf';
  if (seconds >= 1) return `${seconds}s`;
  return seconds >= 1e-3 ? `${seconds * 1e3}ms` : `${seconds * 1e6}us`;
}

/** The object schema inside an optional parameter that groups others. */
function groupOf(field: z.ZodType): z.ZodObject | undefined {
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  return inner instanceof z.ZodObject ? inner : undefined;
}

function describeFields(schema: z.ZodObject, prefix: string): ParameterDescription[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, field]) => {
    const property = json.properties?.[key] ?? {};
    const group = groupOf(field);
    return [
      {
        name: prefix + key,
        type: typeText(property),
        default: defaultText(field, property.unit),
        description: property.description ?? '',
        ...(property.example === undefined ? {} : { example: property.example }),
      },
      ...(group === undefined ? [] : describeFields(group, `${prefix}${key}.`)),
    ];
  });
}

/** The parameters of a policy in the order of its schema. */
export function describeParameters(definition: { readonly parameters: z.ZodObject }): ParameterDescription[] {
  return describeFields(definition.parameters, '');
}

/** The same as a Markdown table; empty text for a policy without parameters. */
export function parameterTable(definition: { readonly parameters: z.ZodObject }): string {
  const rows = describeParameters(definition).map(
    ({ name, type, default: byDefault, description }) =>
      `| \`${name}\` | ${type} | \`${byDefault}\` | ${description} |`,
  );
  return rows.length === 0
    ? ''
    : ['| parameter | value | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
