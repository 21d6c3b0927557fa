/** A document of any kind as tables; what is no document of ours is refused in words. */
import { z } from 'zod';
import { COMPARISON_VERSION } from '../experiment/compare/document.js';
import { RESULT_VERSION } from '../experiment/document.js';
import { PLAN_VERSION } from '../experiment/plan/document.js';
import { resultSchema } from '../experiment/result-schema.js';
import { SWEEP_VERSION } from '../experiment/sweep/document.js';
import { StoreError } from './store-error.js';
import type { Table } from './table.js';
import { comparisonTablesSchema, tablesOfComparison } from './tables-of-comparison.js';
import { planTablesSchema, tablesOfPlan } from './tables-of-plan.js';
import { tablesOfResult } from './tables-of-result.js';
import { sweepTablesSchema, tablesOfSweep } from './tables-of-sweep.js';

interface Kind {
  readonly version: number;
  readonly tables: (document: unknown) => Table[];
}

const kind = <Document>(
  version: number,
  schema: z.ZodType<Document>,
  tables: (document: Document) => Table[],
): Kind => ({ version, tables: (document) => tables(schema.parse(document)) });

const KINDS: Readonly<Record<string, Kind>> = {
  'wipsim-result': kind(RESULT_VERSION, resultSchema, tablesOfResult),
  'wipsim-comparison': kind(COMPARISON_VERSION, comparisonTablesSchema, tablesOfComparison),
  'wipsim-sweep': kind(SWEEP_VERSION, sweepTablesSchema, tablesOfSweep),
  'wipsim-plan': kind(PLAN_VERSION, planTablesSchema, tablesOfPlan),
};

const header = z.object({ format: z.string(), version: z.number() });

/** `from` is what the document is called in errors, its path for example. */
export function tablesOf(document: unknown, from: string): Table[] {
  const { success, data } = header.safeParse(document);
  const found = success && Object.hasOwn(KINDS, data.format) ? KINDS[data.format] : undefined;
  if (!success || found === undefined)
    throw new StoreError(
      `${from} is no result: expected a JSON document of wipsim (format ${Object.keys(KINDS).join(', ')})${success ? `, not ${JSON.stringify(data.format)}` : ''}`,
    );
  if (data.version !== found.version)
    throw new StoreError(
      `${from} is a ${data.format} of version ${data.version}; this wipsim reads version ${found.version}`,
    );
  try {
    return found.tables(document);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [first] = error.issues;
    throw new StoreError(
      `${from} is not as a ${data.format} should be: ${first!.path.join('.')}: ${first!.message}`,
    );
  }
}
