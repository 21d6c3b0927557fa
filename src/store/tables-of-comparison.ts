/** The result of `wipsim compare` as tables: what its document must have for them, and how they come of it. */
import { z } from 'zod';
import { estimateColumns, sloColumns } from './measure-columns.js';
import { estimateSchema, named, scenarioSchema, sloSchema } from './part-schemas.js';
import { type ColumnOf, type Table, tableOf } from './table.js';

export const comparisonTablesSchema = z.object({
  seed: z.string(),
  setups: z.array(z.object({ name: z.string(), scenario: scenarioSchema, slos: z.array(sloSchema) })),
  replications: z.object({ used: z.int() }),
  metrics: z.array(
    z.object({
      metric: z.string(),
      estimates: named(estimateSchema),
      runs: named(z.array(z.number())),
      differences: z.array(
        z.object({
          setup: z.string(),
          against: z.string(),
          difference: estimateSchema,
          relative: estimateSchema.nullable(),
          confidence: z.number(),
          adjusted_p: z.number(),
          decision: z.string(),
          variance_reduction: z.number().nullable(),
          verdict: z.string(),
        }),
      ),
    }),
  ),
});

type Comparison = z.infer<typeof comparisonTablesSchema>;

export const tablesOfComparison = (comparison: Comparison): Table[] => [
  runs(comparison),
  estimates(comparison),
  differences(comparison),
  slos(comparison),
];

/** A row per setup and replication, the metrics that were compared in columns; those of one replication are a pair. */
function runs({ setups, metrics, seed, replications }: Comparison): Table {
  const rows = setups.flatMap((setup) =>
    Array.from({ length: replications.used }, (_, replication) => ({ setup, replication })),
  );
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'runs',
    [
      { name: 'setup', type: 'text', of: ({ setup }) => setup.name },
      { name: 'scenario', type: 'text', of: ({ setup }) => setup.scenario.name },
      { name: 'hash', type: 'text', of: ({ setup }) => setup.scenario.hash },
      { name: 'variant', type: 'text', of: ({ setup }) => setup.scenario.variant },
      { name: 'seed', type: 'text', of: () => seed },
      { name: 'replication', type: 'integer', of: ({ replication }) => replication },
      ...metrics.map(
        ({ metric, runs: measured }): ColumnOf<Row> => ({
          name: metric,
          type: 'number',
          of: ({ setup, replication }) => measured[setup.name]?.[replication] ?? null,
        }),
      ),
    ],
    rows,
  );
}

/** A row per metric and setup. */
function estimates({ metrics, replications }: Comparison): Table {
  const rows = metrics.flatMap(({ metric, estimates: own }) =>
    Object.entries(own).map(([setup, estimate]) => ({ metric, setup, estimate })),
  );
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'estimates',
    [
      { name: 'metric', type: 'text', of: (row) => row.metric },
      { name: 'setup', type: 'text', of: (row) => row.setup },
      ...estimateColumns((row: Row) => row.estimate),
      { name: 'replications', type: 'integer', of: () => replications.used },
    ],
    rows,
  );
}

/** A row per metric and pair of setups: `setup` − `against`, with what was found. */
function differences({ metrics }: Comparison): Table {
  const rows = metrics.flatMap(({ metric, differences: own }) => own.map((one) => ({ metric, ...one })));
  return tableOf(
    'differences',
    [
      { name: 'metric', type: 'text', of: (row) => row.metric },
      { name: 'setup', type: 'text', of: (row) => row.setup },
      { name: 'against', type: 'text', of: (row) => row.against },
      { name: 'difference', type: 'number', of: (row) => row.difference.mean },
      { name: 'ci_low', type: 'number', of: (row) => row.difference.ci_low },
      { name: 'ci_high', type: 'number', of: (row) => row.difference.ci_high },
      { name: 'relative', type: 'number', of: (row) => row.relative?.mean ?? null },
      { name: 'relative_ci_low', type: 'number', of: (row) => row.relative?.ci_low ?? null },
      { name: 'relative_ci_high', type: 'number', of: (row) => row.relative?.ci_high ?? null },
      { name: 'confidence', type: 'number', of: (row) => row.confidence },
      { name: 'adjusted_p', type: 'number', of: (row) => row.adjusted_p },
      { name: 'decision', type: 'text', of: (row) => row.decision },
      { name: 'variance_reduction', type: 'number', of: (row) => row.variance_reduction },
      { name: 'verdict', type: 'text', of: (row) => row.verdict },
    ],
    rows,
  );
}

function slos({ setups }: Comparison): Table {
  const rows = setups.flatMap((setup) => setup.slos.map((slo) => ({ setup, slo })));
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'slos',
    [{ name: 'setup', type: 'text', of: ({ setup }) => setup.name }, ...sloColumns(({ slo }: Row) => slo)],
    rows,
  );
}
