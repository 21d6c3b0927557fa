/** The result of `wipsim sweep` as tables: what a sweep's document must have for them, and how they come of it. */
import { z } from 'zod';
import { estimateColumns, sloColumns } from './measure-columns.js';
import { estimateSchema, named, scenarioSchema, sloSchema } from './part-schemas.js';
import { type ColumnOf, type Table, tableOf } from './table.js';

const factorValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const sweepTablesSchema = z.object({
  scenario: scenarioSchema,
  factors: z.array(z.object({ name: z.string(), kind: z.enum(['number', 'category']) })),
  metrics: z.array(z.string()),
  points: z.array(
    z.object({
      index: z.int(),
      values: named(factorValue),
      variant: z.string().nullable(),
      seed: z.string(),
      hash: z.string(),
      replications: z.int(),
      estimates: named(estimateSchema),
      runs: named(z.array(z.number())),
      slos: z.array(sloSchema),
      interrupted: z.boolean(),
    }),
  ),
  sensitivity: z.array(
    z.object({
      metric: z.string(),
      effects: z.array(
        z.object({
          factor: z.string(),
          share: estimateSchema,
          p_value: z.number().nullable(),
          found: z.boolean().nullable(),
          change: z.object({ estimate: estimateSchema }),
          direction: z.string().nullable(),
        }),
      ),
    }),
  ),
});

type Sweep = z.infer<typeof sweepTablesSchema>;
type Point = Sweep['points'][number];

export const tablesOfSweep = (sweep: Sweep): Table[] => [
  points(sweep),
  estimates(sweep),
  runs(sweep),
  slos(sweep),
  sensitivity(sweep),
];

/** Which point a row is of: its number and the values of the factors there. */
function pointColumns<Row>({ factors }: Sweep, pointOf: (row: Row) => Point): ColumnOf<Row>[] {
  return [
    { name: 'point', type: 'integer', of: (row) => pointOf(row).index },
    ...factors.map(({ name, kind }): ColumnOf<Row> => {
      if (kind === 'number')
        return {
          name,
          type: 'number',
          of: (row) => {
            const value = pointOf(row).values[name];
            return typeof value === 'number' ? value : null;
          },
        };
      return {
        name,
        type: 'text',
        of: (row) => {
          const value = pointOf(row).values[name] ?? null;
          return value === null ? null : String(value);
        },
      };
    }),
  ];
}

/** A row per point: its setup, whether it keeps the SLOs, and the mean of each metric. */
const points = (sweep: Sweep): Table =>
  tableOf(
    'points',
    [
      ...pointColumns(sweep, (point: Point) => point),
      { name: 'scenario', type: 'text', of: () => sweep.scenario.name },
      { name: 'hash', type: 'text', of: (point) => point.hash },
      { name: 'variant', type: 'text', of: (point) => point.variant },
      { name: 'seed', type: 'text', of: (point) => point.seed },
      { name: 'replications', type: 'integer', of: (point) => point.replications },
      { name: 'interrupted', type: 'boolean', of: (point) => point.interrupted },
      { name: 'slos_met', type: 'boolean', of: (point) => point.slos.every(({ met }) => met) },
      { name: 'slos_certain', type: 'boolean', of: (point) => point.slos.every(({ certain }) => certain) },
      ...sweep.metrics.map(
        (metric): ColumnOf<Point> => ({
          name: metric,
          type: 'number',
          of: (point) => point.estimates[metric]?.mean ?? null,
        }),
      ),
    ],
    sweep.points,
  );

/** A row per point and metric. */
function estimates(sweep: Sweep): Table {
  const rows = sweep.points.flatMap((point) =>
    Object.entries(point.estimates).map(([metric, estimate]) => ({ point, metric, estimate })),
  );
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'estimates',
    [
      ...pointColumns(sweep, ({ point }: Row) => point),
      { name: 'metric', type: 'text', of: ({ metric }) => metric },
      ...estimateColumns(({ estimate }: Row) => estimate),
      { name: 'replications', type: 'integer', of: ({ point }) => point.replications },
    ],
    rows,
  );
}

/** A row per point and replication: the chosen metrics, run by run. */
function runs(sweep: Sweep): Table {
  const rows = sweep.points.flatMap((point) =>
    Array.from({ length: point.replications }, (_, replication) => ({ point, replication })),
  );
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'runs',
    [
      ...pointColumns(sweep, ({ point }: Row) => point),
      { name: 'scenario', type: 'text', of: () => sweep.scenario.name },
      { name: 'hash', type: 'text', of: ({ point }) => point.hash },
      { name: 'variant', type: 'text', of: ({ point }) => point.variant },
      { name: 'seed', type: 'text', of: ({ point }) => point.seed },
      { name: 'replication', type: 'integer', of: ({ replication }) => replication },
      ...sweep.metrics.map(
        (metric): ColumnOf<Row> => ({
          name: metric,
          type: 'number',
          of: ({ point, replication }) => point.runs[metric]?.[replication] ?? null,
        }),
      ),
    ],
    rows,
  );
}

function slos(sweep: Sweep): Table {
  const rows = sweep.points.flatMap((point) => point.slos.map((slo) => ({ point, slo })));
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'slos',
    [...pointColumns(sweep, ({ point }: Row) => point), ...sloColumns(({ slo }: Row) => slo)],
    rows,
  );
}

/** A row per metric and factor, of a metric the factor that explains most of it first. */
function sensitivity(sweep: Sweep): Table {
  const rows = sweep.sensitivity.flatMap(({ metric, effects }) =>
    effects.map((effect) => ({ metric, ...effect })),
  );
  return tableOf(
    'sensitivity',
    [
      { name: 'metric', type: 'text', of: (row) => row.metric },
      { name: 'factor', type: 'text', of: (row) => row.factor },
      { name: 'share', type: 'number', of: (row) => row.share.mean },
      { name: 'share_ci_low', type: 'number', of: (row) => row.share.ci_low },
      { name: 'share_ci_high', type: 'number', of: (row) => row.share.ci_high },
      { name: 'p_value', type: 'number', of: (row) => row.p_value },
      { name: 'found', type: 'boolean', of: (row) => row.found },
      { name: 'direction', type: 'text', of: (row) => row.direction },
      { name: 'change', type: 'number', of: (row) => row.change.estimate.mean },
      { name: 'change_ci_low', type: 'number', of: (row) => row.change.estimate.ci_low },
      { name: 'change_ci_high', type: 'number', of: (row) => row.change.estimate.ci_high },
    ],
    rows,
  );
}
