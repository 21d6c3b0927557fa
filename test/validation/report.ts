/** How the rows are shown. */
import type { Row } from './case.js';

const DIGITS = 5;
const LABEL_WIDTH = 30;
const NUMBER_WIDTH = 11;
const INTERVAL_WIDTH = 24;

const number = (value: number | null): string =>
  value === null ? '' : Number.isInteger(value) ? String(value) : value.toPrecision(DIGITS);

const VERDICT = { true: 'ok', false: 'FAILED', null: 'skipped' } as const;

/** The rows of one case under its name and source. */
export function caseText(rows: readonly Row[]): string {
  const [{ name, source }] = rows as readonly [Row];
  return [`${name}  (${source})`, ...rows.map(line), ''].join('\n');
}

function line({ label, expected, measured, ciLow, ciHigh, ok, note }: Row): string {
  const isInterval = ciLow !== null && ciLow !== ciHigh;
  const cells = [
    label.padEnd(LABEL_WIDTH),
    number(expected).padStart(NUMBER_WIDTH),
    number(measured).padStart(NUMBER_WIDTH),
    (isInterval ? `[${number(ciLow)}, ${number(ciHigh)}]` : '').padStart(INTERVAL_WIDTH),
    VERDICT[`${ok}`],
    note,
  ];
  return `  ${cells.join('  ').trimEnd()}`;
}

export const headText = (): string =>
  `  ${[
    'measure'.padEnd(LABEL_WIDTH),
    'expected'.padStart(NUMBER_WIDTH),
    'measured'.padStart(NUMBER_WIDTH),
    '99% interval'.padStart(INTERVAL_WIDTH),
    'verdict',
  ].join('  ')}\n`;

export function summaryText(rows: readonly Row[]): string {
  const count = (ok: boolean | null) => rows.filter((row) => row.ok === ok).length;
  const cases = new Set(rows.map(({ name }) => name)).size;
  return `${cases} cases: ${count(true)} figures agree, ${count(false)} do not, ${count(null)} cases skipped`;
}

/** For machines: one object per row. */
export const jsonOf = (rows: readonly Row[]): object[] =>
  rows.map(({ name, label, source, expected, measured, ciLow, ciHigh, ok, note }) => ({
    case: label === '' ? name : `${name}: ${label}`,
    source,
    expected,
    measured,
    ciLow,
    ciHigh,
    ok,
    ...(ok === null ? { skipped: note } : note === '' ? {} : { note }),
  }));
