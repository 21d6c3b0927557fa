/** `wipsim schema [scenario|result]`: the JSON Schema (draft 2020-12) for editors and programs. */
import { z } from 'zod';
import { RESULT_VERSION } from '../../experiment/document.js';
import { resultSchema } from '../../experiment/result-schema.js';
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
      `there is no schema "${of}"${hint}; expected ${Object.keys(SCHEMAS).join(' or ')}`,
    );
  }
  print(JSON.stringify(make(), null, 2));
  return ExitCode.fine;
}
