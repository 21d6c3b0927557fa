import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { arrivalDefinitions } from '../../src/kernel/arrival/registry.js';
import { distributionDefinitions, distributionSchema } from '../../src/kernel/distribution/registry.js';
import { POLICY_POINTS } from '../../src/policies/definition.js';
import { compileScenario } from '../../src/scenario/compile.js';
import { disturbanceSchema } from '../../src/scenario/schema/disturbance.js';
import { dataSetSchema, networkSchema } from '../../src/scenario/schema/network.js';
import { poolSchema } from '../../src/scenario/schema/pool.js';
import { serviceSchema } from '../../src/scenario/schema/resources.js';
import { runSchema } from '../../src/scenario/schema/run.js';
import { sloSchema } from '../../src/scenario/schema/slo.js';
import { workloadSchema } from '../../src/scenario/schema/workload.js';
import { scenarioSchema } from '../../src/scenario/schema.js';
import { parseSource } from '../../src/scenario/source.js';

const page = readFileSync(new URL('../../docs/scenario.md', import.meta.url), 'utf8');

/** The text under a heading, up to the next one. */
function section(heading: string): string {
  const [, text] = page.split(`\n## ${heading}\n`);
  if (text === undefined) throw new Error(`docs/scenario.md has no section "${heading}"`);
  return text.split('\n## ')[0]!;
}

/** First cells of the rows of a section's tables that hold a key. */
const rows = (text: string): string[] => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!);

const keys = (schema: z.ZodType): string[] =>
  Object.keys((z.toJSONSchema(schema, { io: 'input' }) as { properties: object }).properties);

describe('the page has a row for every key, and none for others', () => {
  test.each([
    ['At the top', scenarioSchema],
    ['run', runSchema],
    ['pools', poolSchema],
    ['network', networkSchema],
    ['data sets', dataSetSchema],
    ['services', serviceSchema],
    ['workloads', workloadSchema],
    ['workflow', workloadSchema.shape.workflow.element],
    ['disturbances', disturbanceSchema],
    ['slos', sloSchema],
  ] as const)('%s', (heading, schema) => {
    expect(rows(section(heading))).toEqual(keys(schema));
  });

  test('stages', () => {
    expect(rows(section('stages'))).toEqual(['pool', 'service', 'queue.capacity', 'queue.whenFull']);
  });

  test('policies', () => {
    expect(rows(section('policies'))).toEqual([...POLICY_POINTS]);
  });

  test('arrival', () => {
    expect(rows(section('arrival'))).toEqual(arrivalDefinitions.map(({ name }) => name));
  });

  test('distributions', () => {
    const families = section('distributions').split('| family | parameters |')[1]!;
    expect(rows(families)).toEqual(distributionDefinitions.map(({ name }) => name));
  });
});

test('parameters of distributions on the page are those of the families', () => {
  const families = section('distributions').split('| family | parameters |')[1]!;
  for (const { name, keys: known } of distributionDefinitions) {
    const [, cell] = new RegExp(`^\\| \`${name}\` \\| (.*) \\|$`, 'm').exec(families)!;
    const named = [...cell!.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
    expect([name, named.filter((key) => !known.includes(key))]).toEqual([name, []]);
  }
});

test('defaults on the page are those of the schema', () => {
  const told = [...section('run').matchAll(/^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|/gm)].map(
    ([, key, value]) => [key, value],
  );
  expect(told).toEqual(
    ['load', 'warmup', 'replications', 'seed'].map((key) => [
      key,
      String(runSchema.parse({})[key as 'seed']),
    ]),
  );
});

describe('the page’s examples are right', () => {
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

  test.each(blocks)('%s', (text) => {
    expect(compileScenario(parseSource(text, 'docs/scenario.md')).warnings).toEqual([]);
  });

  const inline = [...page.matchAll(/^Example: `(\w+): (.*)`\.$/gm)].map(([, key, value]) => ({
    key: key!,
    value: value!,
  }));

  test('in one line', () => {
    expect(inline.map(({ key }) => key)).toEqual([
      'run',
      'pools',
      'network',
      'services',
      'stages',
      'arrival',
      'disturbances',
      'policies',
      'variants',
      'slos',
    ]);
    for (const { key, value } of inline) {
      const schema = key === 'arrival' ? workloadSchema.shape.arrival : scenarioSchema.shape[key as 'run'];
      const parsed = schema.safeParse(parse(value));
      expect([key, parsed.error?.issues ?? []]).toEqual([key, []]);
    }
  });

  test('of distributions', () => {
    for (const [, form] of section('distributions').matchAll(/^\| `(\{p50[^`]*|\{mean[^`]*|8s)` \|/gm))
      expect(distributionSchema.safeParse(parse(form!)).success).toBe(true);
  });

  test('a closed loop and a trace', () => {
    const closed = /`(\{process: closed[^`]*)`/.exec(section('arrival'))![1]!;
    const trace = /`(\{trace: [^`]*)`/.exec(section('arrival'))![1]!;
    for (const arrival of [closed, trace])
      expect(workloadSchema.shape.arrival.safeParse(parse(arrival)).success).toBe(true);
  });
});
