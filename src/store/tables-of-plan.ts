/** The result of `wipsim plan` as tables: what a plan's document must have for them, and how they come of it. */
import { z } from 'zod';
import { estimateColumns } from './measure-columns.js';
import { estimateSchema, named, scenarioSchema } from './part-schemas.js';
import { type ColumnOf, type Table, tableOf } from './table.js';

const slosSchema = z.array(
  z.object({
    name: z.string(),
    metric: z.string(),
    comparison: z.enum(['at_most', 'at_least']),
    threshold: z.number(),
    estimate: estimateSchema,
    slack_fraction: z.number(),
  }),
);

export const planTablesSchema = z.object({
  scenario: scenarioSchema,
  space: z.object({
    pools: z.array(z.object({ name: z.string() })),
    settings: z.array(z.object({ name: z.string(), values: named(z.string()) })),
  }),
  answer: z.object({ nodes: named(z.int()), setting: z.int() }).nullable(),
  candidates: z.array(
    z.object({
      nodes: named(z.int()),
      setting: z.int(),
      cost_usd_per_hour: z.number(),
      status: z.string(),
      replications: z.int(),
      slos: slosSchema,
      p99_s: estimateSchema.nullable(),
      on_frontier: z.boolean(),
    }),
  ),
  head_room: z
    .object({ loads: z.array(z.object({ load: z.number(), status: z.string(), slos: slosSchema })) })
    .nullable(),
  extra_nodes: z.array(
    z.object({
      pool: z.string(),
      cost_usd_per_hour: z.number(),
      slos: z.array(z.object({ name: z.string(), metric: z.string(), change: estimateSchema })),
    }),
  ),
});

type Plan = z.infer<typeof planTablesSchema>;
type Candidate = Plan['candidates'][number];
type Slo = Candidate['slos'][number];

interface Numbered {
  readonly index: number;
  readonly candidate: Candidate;
}

export function tablesOfPlan(plan: Plan): Table[] {
  const numbered = plan.candidates.map((candidate, index) => ({ index, candidate }));
  return [candidates(plan, numbered), slos(plan, numbered), headRoom(plan), extraNodes(plan)];
}

/** A row's fleet and setting: `nodes.POOL` by pool, and each control by its name. */
function candidateColumns<Row>({ space }: Plan, of: (row: Row) => Numbered): ColumnOf<Row>[] {
  const controls = [...new Set(space.settings.flatMap(({ values }) => Object.keys(values)))];
  return [
    { name: 'candidate', type: 'integer', of: (row) => of(row).index },
    ...space.pools.map(
      ({ name }): ColumnOf<Row> => ({
        name: `nodes.${name}`,
        type: 'integer',
        of: (row) => of(row).candidate.nodes[name] ?? null,
      }),
    ),
    ...controls.map(
      (control): ColumnOf<Row> => ({
        name: control,
        type: 'text',
        of: (row) => space.settings[of(row).candidate.setting]?.values[control] ?? null,
      }),
    ),
  ];
}

/** A row per fleet and setting that was looked at, cheapest first. */
function candidates(plan: Plan, rows: readonly Numbered[]): Table {
  const { answer, scenario } = plan;
  const isAnswer = ({ nodes, setting }: Candidate): boolean =>
    answer !== null &&
    setting === answer.setting &&
    Object.entries(answer.nodes).every(([pool, count]) => nodes[pool] === count);
  return tableOf<Numbered>(
    'candidates',
    [
      ...candidateColumns(plan, (row: Numbered) => row),
      { name: 'scenario', type: 'text', of: () => scenario.name },
      { name: 'cost_usd_per_hour', type: 'number', of: ({ candidate }) => candidate.cost_usd_per_hour },
      { name: 'status', type: 'text', of: ({ candidate }) => candidate.status },
      { name: 'is_answer', type: 'boolean', of: ({ candidate }) => isAnswer(candidate) },
      { name: 'on_frontier', type: 'boolean', of: ({ candidate }) => candidate.on_frontier },
      { name: 'replications', type: 'integer', of: ({ candidate }) => candidate.replications },
      { name: 'p99_s', type: 'number', of: ({ candidate }) => candidate.p99_s?.mean ?? null },
      { name: 'p99_s_ci_low', type: 'number', of: ({ candidate }) => candidate.p99_s?.ci_low ?? null },
      { name: 'p99_s_ci_high', type: 'number', of: ({ candidate }) => candidate.p99_s?.ci_high ?? null },
    ],
    rows,
  );
}

const sloColumns = <Row>(sloOf: (row: Row) => Slo): ColumnOf<Row>[] => [
  { name: 'slo', type: 'text', of: (row) => sloOf(row).name },
  { name: 'metric', type: 'text', of: (row) => sloOf(row).metric },
  { name: 'comparison', type: 'text', of: (row) => sloOf(row).comparison },
  { name: 'threshold', type: 'number', of: (row) => sloOf(row).threshold },
  ...estimateColumns((row: Row) => sloOf(row).estimate),
  { name: 'slack_fraction', type: 'number', of: (row) => sloOf(row).slack_fraction },
];

/** A row per candidate and SLO. */
function slos(plan: Plan, numbered: readonly Numbered[]): Table {
  const rows = numbered.flatMap((one) => one.candidate.slos.map((slo) => ({ one, slo })));
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'slos',
    [...candidateColumns(plan, ({ one }: Row) => one), ...sloColumns(({ slo }: Row) => slo)],
    rows,
  );
}

/** A row per load and SLO, of the answer. */
function headRoom({ head_room: headRoom }: Plan): Table {
  const rows = (headRoom?.loads ?? []).flatMap((held) => held.slos.map((slo) => ({ held, slo })));
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'head_room',
    [
      { name: 'load', type: 'number', of: ({ held }) => held.load },
      { name: 'status', type: 'text', of: ({ held }) => held.status },
      ...sloColumns(({ slo }: Row) => slo),
    ],
    rows,
  );
}

/** A row per pool and SLO: what one node more changes. */
function extraNodes({ extra_nodes: extraNodes }: Plan): Table {
  const rows = extraNodes.flatMap((extra) => extra.slos.map((slo) => ({ extra, slo })));
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    'extra_nodes',
    [
      { name: 'pool', type: 'text', of: ({ extra }) => extra.pool },
      { name: 'cost_usd_per_hour', type: 'number', of: ({ extra }) => extra.cost_usd_per_hour },
      { name: 'slo', type: 'text', of: ({ slo }) => slo.name },
      { name: 'metric', type: 'text', of: ({ slo }) => slo.metric },
      { name: 'change', type: 'number', of: ({ slo }) => slo.change.mean },
      { name: 'change_ci_low', type: 'number', of: ({ slo }) => slo.change.ci_low },
      { name: 'change_ci_high', type: 'number', of: ({ slo }) => slo.change.ci_high },
    ],
    rows,
  );
}
