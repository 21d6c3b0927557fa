/** Runs one validation case through the public path: a scenario as users write it, compiled, simulated, measured. */
import type { RunMeasures } from '../../src/metrics/measures.js';
import { type CompiledScenario, compileObject } from '../../src/scenario/compile.js';
import { simulate } from '../../src/simulation/simulate.js';
import type { Agreement, ExactCase, ExpectedMeasure, Row, SimulatedCase, ValidationCase } from './case.js';
import { judge, type Verdict } from './verdict.js';

/**
 * Of a hundred right 99% intervals one misses. A figure that is missed is therefore measured a second time with this
 * many times as many fresh replications, and that narrower interval decides: chance passes, an error does not.
 */
const CONFIRMATION_FACTOR = 4;

/** Skipped cases have one row without figures, and so has a case that could not be run, which fails. */
export async function runCase(one: ValidationCase): Promise<Row[]> {
  try {
    switch (one.kind) {
      case 'skipped':
        return [rowWithoutFigures(one, null, one.reason)];
      case 'exact':
        return (await one.compare()).map((agreement) => exactRow(one, agreement));
      case 'simulated':
        return runSimulated(one);
    }
  } catch (error) {
    // One broken case must not hide the others.
    return [rowWithoutFigures(one, false, String(error))];
  }
}

function rowWithoutFigures({ name, source }: ValidationCase, ok: false | null, note: string): Row {
  return { name, label: '', source, expected: null, measured: null, ciLow: null, ciHigh: null, ok, note };
}

function exactRow(
  { name, source }: ExactCase,
  { label, expected, measured, tolerance = 0, difference }: Agreement,
): Row {
  const isNear = expected === measured || Math.abs(expected - measured) <= tolerance;
  const ok = isNear && difference === undefined;
  return {
    name,
    label,
    source,
    expected,
    measured,
    ciLow: measured,
    ciHigh: measured,
    ok,
    note: difference ?? '',
  };
}

function runSimulated(one: SimulatedCase): Row[] {
  const scenario = compileObject(one.scenario);
  const { replications } = scenario;
  const precision = one.precision?.relative;
  const first = simulateReplications(scenario, 0, replications);
  const verdicts = one.measures.map((expected) => verdictOf(expected, first, precision));
  const second = verdicts.every(({ ok }) => ok)
    ? []
    : simulateReplications(scenario, replications, CONFIRMATION_FACTOR * replications);
  return one.measures.map((expected, index) => {
    const once = verdicts[index]!;
    const verdict = once.ok ? once : verdictOf(expected, second, precision);
    const notes = [
      verdict.reason,
      once.ok ? '' : `measured again with ${second.length} replications`,
      precision === undefined ? '' : one.precision!.because,
    ];
    return {
      name: one.name,
      label: expected.label,
      source: one.source,
      expected: expected.expected,
      measured: verdict.measured,
      ciLow: verdict.ciLow,
      ciHigh: verdict.ciHigh,
      ok: verdict.ok,
      note: notes.filter((note) => note !== '').join('; '),
    };
  });
}

function simulateReplications(
  { system, policies, seed }: CompiledScenario,
  from: number,
  count: number,
): RunMeasures[] {
  const { warmup } = system.horizon;
  if (warmup.method !== 'fixed') throw new Error('validation cases say how long their warm-up is');
  const options = { warmupS: warmup.lengthS };
  return Array.from(
    { length: count },
    (_, i) => simulate(system, policies, `${seed}/${from + i}`, options).measures,
  );
}

function verdictOf(
  expected: ExpectedMeasure,
  replications: readonly RunMeasures[],
  precision: number | undefined,
): Verdict {
  const { measure } = expected;
  const read = typeof measure === 'string' ? (one: RunMeasures) => valueAt(one, measure) : measure;
  return judge(expected, replications.map(read), precision);
}

/** The number at a path such as `stages.gpu.wait_s.mean`. */
export function valueAt(measures: RunMeasures, path: string): number {
  let value: unknown = measures;
  for (const key of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (typeof value !== 'number') throw new Error(`no number at ${path} in the measures`);
  return value;
}
