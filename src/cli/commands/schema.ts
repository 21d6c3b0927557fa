/** `wipsim schema [scenario|result|comparison|sweep|plan]`: the JSON Schema (draft 2020-12) for editors and programs. */
import { z } from 'zod';
import { comparisonSchema } from '../../experiment/compare/comparison-schema.js';
import { COMPARISON_VERSION } from '../../experiment/compare/document.js';
import { RESULT_VERSION } from '../../experiment/document.js';
import { PLAN_VERSION } from '../../experiment/plan/document.js';
import { planSchema } from '../../experiment/plan/plan-schema.js';
import { resultSchema } from '../../experiment/result-schema.js';
import { SWEEP_VERSION } from '../../experiment/sweep/document.js';
import { sweepSchema } from '../../experiment/sweep/sweep-schema.js';
import { publishedScenarioSchema } from '../../scenario/schema.js';
import { nearest } from '../../scenario/suggest.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { print } from '../output.js';

const SCENARIO_VERSION = 1;

const SCHEMAS: Readonly<Record<string, () => object>> = {
  scenario: () =>
    published(
      'scenario',
      SCENARIO_VERSION,
      z.toJSONSchema(publishedScenarioSchema(), { io: 'input', unrepresentable: 'any' }),
    ),
  result: () => published('result', RESULT_VERSION, z.toJSONSchema(resultSchema)),
  comparison: () => published('comparison', COMPARISON_VERSION, z.toJSONSchema(comparisonSchema)),
  sweep: () => published('sweep', SWEEP_VERSION, z.toJSONSchema(sweepSchema)),
  plan: () => published('plan', PLAN_VERSION, z.toJSONSchema(planSchema)),
};

/** A name for the schema that is the same wherever it is stored. */
function published(of: string, version: number, { $schema, ...schema }: { $schema?: string }): object {
  return { $schema, $id: `urn:wipsim:schema:${of}:${version}`, title: `wipsim ${of}`, version, ...schema };
}

export function schema(of: string): ExitCode {
  const make = Object.hasOwn(SCHEMAS, of) ? SCHEMAS[of] : undefined;
  if (make === undefined) {
    const near = nearest(of, Object.keys(SCHEMAS));
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw new CommandError(
      `there is no schema "${of}"${hint}; expected one of ${Object.keys(SCHEMAS).join(', ')}`,
    );
  }
  print(JSON.stringify(make(), null, 2));
  return ExitCode.fine;
}
