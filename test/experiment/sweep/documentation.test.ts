import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThisThread } from '../../../src/execution/this-thread.js';
import { readFactor } from '../../../src/experiment/sweep/factor.js';
import { readValues } from '../../../src/experiment/sweep/levels.js';
import { planSweep } from '../../../src/experiment/sweep/points.js';
import { parseSweepFile } from '../../../src/experiment/sweep/spec.js';
import { sweep } from '../../../src/experiment/sweep/sweep.js';
import { readScenarioText } from '../../../src/traces/load-scenario.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const FOLDER = 'scenarios/sweeps';
const page = readFileSync('docs/commands/sweep.md', 'utf8');
const load = createSetupLoader();

async function read(text: string, set: readonly string[] = []) {
  const { scenario, spec } = parseSweepFile(text, 'sweep.yaml');
  const path = join(dirname(`${FOLDER}/sweep.yaml`), scenario);
  return { spec, base: await load({ scenario: await readScenarioText(path), variant: null, set: [...set] }) };
}

describe('docs/commands/sweep.md', () => {
  it('has a sweep in a file whose points are valid scenarios', async () => {
    const { spec, base } = await read(/```yaml\n(.*?)```/s.exec(page)![1]!);
    const planned = await planSweep(base, spec, {
      load,
      seed: '7',
      isStopped: () => false,
      onChecked: () => undefined,
    });
    // Of the 12 asked for, those that are different.
    expect(planned!.points).toHaveLength(10);
    expect(planned!.metrics.map(({ name }) => name)).toEqual(spec.metrics);
  });

  it('tells forms of values that are read as it says', () => {
    const rows = [
      ...page.matchAll(/^\| (`.*`) \| (?:these|names|the whole|2, 4|5 numbers|with units|any)/gm),
    ];
    const forms = rows.flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, form]) => form!));
    const counts = Object.fromEntries(
      forms.map((form) => [form, readValues(form).levels?.length ?? 'any between']),
    );
    expect(counts).toEqual({
      '1,2,4,8': 4,
      'spread,pack': 2,
      '{policy: fixed, limit: 4},{policy: vegas}': 2,
      '2..16': 15,
      '2..16 step 2': 8,
      '0.1..0.9 points 5': 5,
      '1..100 log points 5': 5,
      '10/min..60/min points 6': 6,
      '0.5..2': 'any between',
      '1..100 log': 'any between',
    });
  });

  it('varies what can be read', () => {
    const varied = [...page.matchAll(/--vary (?:"([^"]+)"|([a-z][^\s`"]*))/g)].map(
      ([, quoted, plain]) => quoted ?? plain!,
    );
    expect(varied.length).toBeGreaterThan(6);
    for (const text of varied) expect(() => readFactor(text), text).not.toThrow();
  });
});

describe('the shipped sweeps', () => {
  it.each(readdirSync(FOLDER))('%s runs', async (file) => {
    const { spec, base } = await read(readFileSync(join(FOLDER, file), 'utf8'), [
      'run.duration=15min',
      'run.warmup=1min',
    ]);
    const short = { ...spec, replications: 1 };
    const document = await sweep(base, short, { load, source: new ThisThread() });
    expect(document).toMatchObject({ interrupted: false, metrics: spec.metrics });
    expect(document!.points.length).toBeGreaterThan(4);
  });
});
