/**
 * How a scenario names a recorded trace to replay: the file, which of its columns mean what, which rows to keep
 * and how fast to play them. What comes out is normal: every column is spelled out with its unit, the format is
 * known and `where` holds lists. Reading the file is `traces/read-trace.ts`; docs/traces.md is the user's page.
 */
import { z } from 'zod';
import { BYTES } from '../units/quantity.js';
import { count, positive, positiveDurationS } from '../units/schema.js';

const durationUnits = ['s', 'ms', 'us', 'ns', 'min', 'h'] as const;
const instantUnits = [...durationUnits, 'datetime'] as const;

/** Unit of a column of durations. */
export type DurationUnit = (typeof durationUnits)[number];
/** Unit of a column of points in time: a number counted from any zero, or a date with a time of day. */
export type InstantUnit = (typeof instantUnits)[number];

export const columnName = z.string().min(1, { error: 'expected the name of a column in the file' });

export const plainColumn = z
  .union([columnName, z.strictObject({ column: columnName })], {
    error: 'expected the name of a column in the file',
  })
  .transform((written) => (typeof written === 'string' ? written : written.column));

const instantColumn = z
  .union([columnName, z.strictObject({ column: columnName, unit: z.enum(instantUnits).default('s') })], {
    error: `expected a column name or {column: NAME, unit: UNIT} with a unit of ${instantUnits.join(', ')}`,
  })
  .transform((written): { readonly column: string; readonly unit: InstantUnit } =>
    typeof written === 'string' ? { column: written, unit: 's' } : written,
  );

const durationUnit = z.enum(durationUnits).default('s');
const durationColumn = z
  .union(
    [
      columnName,
      z.strictObject({ column: columnName, unit: durationUnit }),
      z.strictObject({ product: z.array(columnName).min(2), unit: durationUnit }),
    ],
    {
      error: `expected a column name, {column: NAME, unit: UNIT} or {product: [NAME, NAME], unit: UNIT} with a unit of ${durationUnits.join(', ')}`,
    },
  )
  .transform((written): { readonly factors: readonly string[]; readonly unit: DurationUnit } => {
    if (typeof written === 'string') return { factors: [written], unit: 's' };
    return { factors: 'product' in written ? written.product : [written.column], unit: written.unit };
  });

const partUnit = z.enum(['one', 'percent', 'milli']).default('one');
/** Unit of a column of CPUs, or of parts of a GPU. */
export type PartUnit = z.output<typeof partUnit>;
/** In one of which there are so many of a unit. */
export const PARTS: Readonly<Record<PartUnit, number>> = { one: 1, percent: 100, milli: 1000 };

/** A number of CPUs, or a part of a GPU. */
export const partColumn = z
  .union([columnName, z.strictObject({ column: columnName, unit: partUnit })], {
    error: 'expected a column name or {column: NAME, unit: UNIT} with a unit of one, percent, milli',
  })
  .transform((written): { readonly column: string; readonly unit: PartUnit } =>
    typeof written === 'string' ? { column: written, unit: 'one' } : written,
  );

const byteUnits = Object.keys(BYTES) as [string, ...string[]];
/** A size of memory. */
export const bytesColumn = z
  .union([columnName, z.strictObject({ column: columnName, unit: z.enum(byteUnits).default('B') })], {
    error: `expected a column name or {column: NAME, unit: UNIT} with a unit of ${byteUnits.join(', ')}`,
  })
  .transform((written): { readonly column: string; readonly bytes: number } =>
    typeof written === 'string'
      ? { column: written, bytes: 1 }
      : { column: written.column, bytes: BYTES[written.unit]! },
  );

const columns = z.strictObject({
  arrival: instantColumn.describe('When the task arrives.'),
  work: durationColumn.optional().describe('Service demand on a resource of speed 1.'),
  gpus: plainColumn
    .optional()
    .describe('GPUs needed at once, a whole number of at least 1; 0 where the trace gives `cpus`.'),
  gpuShare: partColumn
    .optional()
    .describe('Of a task of one GPU, the part of it that it needs: above 0, at most the whole.'),
  cpus: partColumn.optional().describe('CPUs needed.'),
  hostMemory: bytesColumn.optional().describe('Memory of the node needed.'),
  hardware: plainColumn
    .optional()
    .describe('Kinds of hardware that will do, with `|` between them; empty: any.'),
  promptTokens: plainColumn.optional().describe('Tokens of the prompt.'),
  outputTokens: plainColumn.optional().describe('Tokens of the answer.'),
  tenant: plainColumn.optional().describe('Who the task belongs to, any text.'),
  priority: plainColumn.optional().describe('A number; larger is more important.'),
});

const cellValue = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected a text, a number or true/false',
});
export const wantedValues = z
  .union([cellValue, z.array(cellValue).min(1)], { error: 'expected a value or a list of values' })
  .transform((written) => (Array.isArray(written) ? written : [written]));

const instant = z.union([z.string().min(1), z.number()], {
  error: 'expected a time written as in the arrival column',
});

const drawing = {
  every: positiveDurationS().optional().describe("Time between two arrivals. Default: the trace's mean."),
  draw: z
    .enum(['independent', 'shuffled'])
    .default('independent')
    .describe('`shuffled`: every row comes once before any comes again.'),
};

const sample = z
  .union([
    count(1).transform((rows) => ({ rows })),
    z.strictObject({ rows: count(1).describe('Tasks drawn.'), ...drawing }),
    z.strictObject({ gpus: positive().describe('GPUs that the tasks drawn need together.'), ...drawing }),
  ])
  .transform(
    (written): SampleSpec => ({
      rows: 'rows' in written ? written.rows : Number.POSITIVE_INFINITY,
      gpus: 'gpus' in written ? written.gpus : Number.POSITIVE_INFINITY,
      everyS: 'every' in written ? (written.every ?? null) : null,
      isShuffled: 'draw' in written && written.draw === 'shuffled',
    }),
  );

/** Rows drawn at random, with replacement, in place of a replay. */
export interface SampleSpec {
  /** Drawing ends after so many rows, or when they need so many GPUs together; Infinity: not by this. */
  readonly rows: number;
  readonly gpus: number;
  /** Between two arrivals, seconds; null: the trace's mean. */
  readonly everyS: number | null;
  /** Every row comes once before any comes again. */
  readonly isShuffled: boolean;
}

const extensions: readonly (readonly [RegExp, 'csv' | 'jsonl'])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'jsonl'],
];
export const formatOf = (file: string) => extensions.find(([extension]) => extension.test(file))?.[1];

/** The value of `trace:` in a scenario's `arrival:`. */
export const traceSchema = z
  .strictObject({
    file: z
      .string()
      .min(1, { error: 'expected the path of a trace file' })
      .describe(
        'Path relative to the scenario file: .csv, .jsonl or .ndjson, each also compressed with gzip (.gz).',
      ),
    format: z.enum(['csv', 'jsonl']).optional().describe("The file's format; by default from its extension."),
    columns: columns.describe('Our name for a column: its name in the file, or {column, unit}.'),
    where: z
      .record(columnName, wantedValues)
      .default({})
      .describe('Keep rows whose column equals the value or one of the list.'),
    from: instant.optional().describe('Keep rows at or after this time, written as in the arrival column.'),
    to: instant.optional().describe('Keep rows at or before this time, written as in the arrival column.'),
    timeScale: positive()
      .default(1)
      .describe('Multiplies the times between arrivals: 0.5 is twice the load.'),
    origin: z
      .enum(['first', 'from'])
      .default('first')
      .describe("Where time 0 is: at the first row kept, or at 'from'."),
    limit: count(1).optional().describe('Keep this many rows, the earliest ones.'),
    sample: sample
      .optional()
      .describe(
        'Instead of a replay, rows kept are drawn at random by the seed, so many, or {rows, every, draw}, or {gpus, every, draw}.',
      ),
  })
  .superRefine((trace, context) => {
    if (trace.format === undefined && formatOf(trace.file) === undefined)
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: `cannot tell the format of '${trace.file}' from its extension (.csv, .jsonl or .ndjson, each also with .gz): add 'format: csv' or 'format: jsonl'`,
      });
    if (trace.origin === 'from' && trace.from === undefined)
      context.addIssue({
        code: 'custom',
        path: ['origin'],
        message: "'origin: from' starts the clock at 'from', so it needs 'from'",
      });
  })
  .transform((trace) => ({ ...trace, format: trace.format ?? formatOf(trace.file) ?? 'csv' }));

/** A trace to replay, as checked by `traceSchema`. */
export type TraceSpec = z.output<typeof traceSchema>;
