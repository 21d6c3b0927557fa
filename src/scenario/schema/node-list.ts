/** A file with a row for every node of a pool; docs/traces.md is the user's page. Reading it is `traces/read-node-list.ts`. */
import { z } from 'zod';
import { sizeBytes, usdPerHour } from '../../units/schema.js';
import { bytesColumn, columnName, formatOf, partColumn, plainColumn, wantedValues } from '../trace-schema.js';
import { factor } from './factor.js';

const columns = z.strictObject({
  gpus: plainColumn.describe('GPUs of the node, a whole number; nodes without any are left out.'),
  cpus: partColumn.optional().describe('CPUs of the node.'),
  hostMemory: bytesColumn.optional().describe('Memory of the node.'),
  hardware: plainColumn.optional().describe('Its kind of hardware, any text.'),
});

export const nodeListSchema = z
  .strictObject({
    file: z
      .string()
      .min(1, { error: 'expected the path of a file' })
      .describe('Path relative to the scenario file; as for traces.'),
    format: z.enum(['csv', 'jsonl']).optional().describe("The file's format; by default from its extension."),
    columns: columns.describe('Our name for a column: its name in the file, or {column, unit}.'),
    where: z
      .record(columnName, wantedValues)
      .default({})
      .describe('Keep rows whose column equals the value or one of the list.'),
    kinds: z
      .record(
        z.string(),
        z.strictObject({
          speed: factor().optional(),
          price: usdPerHour().optional(),
          memory: sizeBytes().optional(),
        }),
      )
      .default({})
      .describe('What the file does not say of a kind of hardware: {speed, price, memory}.'),
  })
  .superRefine((list, context) => {
    if (list.format === undefined && formatOf(list.file) === undefined)
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: `cannot tell the format of '${list.file}' from its extension (.csv, .jsonl or .ndjson, each also with .gz): add 'format: csv' or 'format: jsonl'`,
      });
    if (list.columns.hardware === undefined && Object.keys(list.kinds).length > 0)
      context.addIssue({
        code: 'custom',
        path: ['kinds'],
        message: '`kinds` needs a column `hardware`',
      });
  })
  .transform((list) => ({ ...list, format: list.format ?? formatOf(list.file) ?? 'csv' }));

export type NodeListSpec = z.output<typeof nodeListSchema>;
