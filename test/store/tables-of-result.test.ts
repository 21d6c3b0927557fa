import { beforeAll, describe, expect, it } from 'vitest';
import type { Estimate, ResultDocument } from '../../src/experiment/document.js';
import type { Cell, Table } from '../../src/store/table.js';
import { tablesOf } from '../../src/store/tables.js';
import { smallResult } from './results-on-disk.js';

let document: ResultDocument;
let tables: Table[];

beforeAll(async () => {
  document = await smallResult('7', 'lifo');
  tables = tablesOf(JSON.parse(JSON.stringify(document)), 'result.json');
});

const table = (name: string): Table => tables.find((one) => one.name === name)!;
const rowsOf = ({ columns, rowCount }: Table): Record<string, Cell>[] =>
  Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row]!])),
  );

/** What a path leads to, looked up step by step. */
const at = (tree: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], tree);

/** Every number below a tree, counted without regard to where it stands. */
const numbersIn = (tree: unknown): number =>
  typeof tree === 'number'
    ? 1
    : Object.values(tree as object).reduce<number>((sum, child) => sum + numbersIn(child), 0);

describe('the result of a run as tables', () => {
  it('has five of them', () => {
    expect(tables.map(({ name }) => name)).toEqual(['runs', 'estimates', 'slos', 'series', 'latency_curves']);
  });

  it('has a row per replication, and every measure under the path that SLOs use', () => {
    const rows = rowsOf(table('runs'));
    expect(rows).toHaveLength(3);
    expect(table('runs').columns).toHaveLength(5 + numbersIn(document.runs[0]));
    for (const [replication, row] of rows.entries()) {
      const { scenario, hash, variant, seed, replication: own, ...measures } = row;
      expect({ scenario, hash, variant, seed, own }).toEqual({
        scenario: 'Small queue',
        hash: document.scenario.hash,
        variant: 'lifo',
        seed: '7',
        own: replication,
      });
      for (const [path, value] of Object.entries(measures))
        expect(value, path).toBe(at(document.runs[replication], path));
      expect(measures['workloads.chat.latency_s.p99']).toBeGreaterThan(0);
    }
  });

  it('has a row per estimate, mean and interval as the document has them', () => {
    const rows = rowsOf(table('estimates'));
    expect(rows).toHaveLength(numbersIn(document.runs[0]));
    for (const { metric, mean, ci_low, ci_high, replications } of rows) {
      expect({ mean, ci_low, ci_high }, String(metric)).toEqual(
        at(document.estimates, String(metric)) as Estimate,
      );
      expect(replications).toBe(3);
    }
  });

  it('has the SLOs with their verdict', () => {
    expect(rowsOf(table('slos'))).toEqual(
      document.slos.map(({ name, metric, comparison, threshold, estimate, met, certain }) => ({
        slo: name,
        metric,
        comparison,
        threshold,
        ...estimate,
        met,
        certain,
      })),
    );
    expect(rowsOf(table('slos')).map(({ met }) => met)).toEqual([true, false]);
  });

  it('has every bin of every series, at the time of its beginning', () => {
    const { bin_s, bins, ...series } = document.series;
    const rows = rowsOf(table('series'));
    expect(rows).toHaveLength(numbersIn(series));
    const waiting = rows.filter(({ series: of, name }) => of === 'queue_length' && name === 'work');
    expect(waiting.map(({ value }) => value)).toEqual(series.queue_length.work);
    expect(waiting.map(({ time_s }) => time_s)).toEqual(
      Array.from({ length: bins }, (_, bin) => bin * bin_s),
    );
    const whole = rows.filter(({ series: of }) => of === 'in_system');
    expect(whole.map(({ value }) => value)).toEqual(series.in_system);
    expect(new Set(whole.map(({ name }) => name))).toEqual(new Set([null]));
  });

  it('has the latency curve of each workload', () => {
    const rows = rowsOf(table('latency_curves'));
    expect(rows.map(({ latency_s }) => latency_s)).toEqual(document.latency_curves.chat!.latency_s);
    expect(rows.map(({ fraction }) => fraction)).toEqual(document.latency_curves.chat!.fraction);
  });
});

describe('what is no result', () => {
  it.each([
    [{ anything: 1 }, 'x.json is no result: expected a JSON document of wipsim (format wipsim-result,'],
    [null, 'x.json is no result'],
    [{ format: 'toString', version: 1 }, 'not "toString"'],
    [
      { format: 'wipsim-result', version: 99 },
      'x.json is a wipsim-result of version 99; this wipsim reads version 1',
    ],
  ])('%j is refused in words', (value, message) => {
    expect(() => tablesOf(value, 'x.json')).toThrow(message);
  });

  it('is told where a document is not as it should be', () => {
    const broken = { ...document, estimates: { ...document.estimates, events: { mean: 'many' } } };
    expect(() => tablesOf(broken, 'x.json')).toThrow(
      /^x\.json is not as a wipsim-result should be: estimates\.events\.mean: /,
    );
  });
});
