/** `npm run validation`: the simulator against answers from outside. See docs/validation.md. */
import { parseArgs } from 'node:util';
import type { Row } from '../test/validation/case.js';
import { allCases } from '../test/validation/cases/all.js';
import { caseText, headText, jsonOf, summaryText } from '../test/validation/report.js';
import { runCase } from '../test/validation/run-case.js';

const USAGE = `Compares the simulator with answers from outside.

  --only TEXT    only cases whose name or source contains the text
  --json         one JSON array on standard output
  --traces DIR   where public traces are (default: ../shared/traces)
  --help         this text
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      traces: { type: 'string', default: '../shared/traces' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wanted = values.only.toLowerCase();
  const cases = allCases(values.traces).filter(({ name, source }) =>
    `${name} ${source}`.toLowerCase().includes(wanted),
  );
  if (cases.length === 0) {
    process.stderr.write(`no case has "${values.only}" in its name or source\n`);
    return 2;
  }
  if (!values.json) process.stdout.write(headText());
  const rows: Row[] = [];
  for (const one of cases) {
    if (values.json) process.stderr.write(`${one.name}\n`);
    const own = await runCase(one);
    rows.push(...own);
    if (!values.json) process.stdout.write(caseText(own));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(jsonOf(rows), null, 2)}\n`);
  else process.stdout.write(`${summaryText(rows)}\n`);
  return rows.some(({ ok }) => ok === false) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE');
  process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}` : `${(error as Error).stack}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
