/**
 * Turns the cells of one row after another into numbers, keeps the rows that the description asks for, and makes
 * the table of them. Rows need not be in order of time.
 */
import type { TraceTable } from '../model/trace-table.js';
import { type DurationUnit, PARTS, type TraceSpec } from '../scenario/trace-schema.js';
import { QUANTITY_MAX } from '../units/schema.js';
import { equals, toNumber } from './cells.js';
import { type GrowingColumn, growingFloats, growingIntegers } from './growing-column.js';
import { describeInstant, type Instant, isBefore, parseInstant, secondsBetween } from './instant.js';
import { type Cell, cellText, type RowSink, type WantedColumn } from './raw-row.js';
import { TraceError } from './trace-error.js';

const MAX_EXAMPLES = 5;
const MAX_QUOTED_CHARACTERS = 40;
const MAX_INT32 = 2 ** 31 - 1;
/** Division by a power of ten rounds once; multiplication by 0.001 would round twice. */
const TO_SECONDS: Readonly<Record<DurationUnit, (value: number) => number>> = {
  ns: (value) => value / 1e9,
  us: (value) => value / 1e6,
  ms: (value) => value / 1e3,
  s: asIs,
  min: (value) => value * 60,
  h: (value) => value * 3600,
};

type Values = readonly (string | number | boolean)[];
type NumberColumn = 'gpus' | 'gpuShare' | 'cpus' | 'hostBytes' | 'promptTokens' | 'outputTokens' | 'priority';

/** A column of numbers: where its cells are, what they must be and where they go. */
interface NumericTarget {
  readonly key: 'work' | NumberColumn;
  /** Cells to multiply; one, save for a product. */
  readonly positions: readonly number[];
  readonly toBaseUnit: (value: number) => number;
  readonly expectation: string;
  readonly accepts: (value: number) => boolean;
  readonly into: GrowingColumn<Float64Array> | GrowingColumn<Int32Array>;
}

const atLeast0 = {
  expectation: 'a number of at least 0',
  accepts: (value: number) => value >= 0 && value <= QUANTITY_MAX,
};
const RULES: Readonly<Record<NumberColumn, Pick<NumericTarget, 'expectation' | 'accepts'>>> = {
  gpus: {
    expectation: 'a whole number of at least 1',
    accepts: (value) => Number.isInteger(value) && value >= 1 && value <= MAX_INT32,
  },
  gpuShare: { expectation: 'a part of a GPU', accepts: (value) => value >= 0 },
  cpus: atLeast0,
  hostBytes: atLeast0,
  promptTokens: atLeast0,
  outputTokens: atLeast0,
  priority: { expectation: 'a number', accepts: () => true },
};

const GPUS_OR_NONE: typeof RULES.gpus = {
  expectation: 'a whole number of at least 0',
  accepts: (value) => Number.isInteger(value) && value >= 0 && value <= MAX_INT32,
};

export class TraceRows implements RowSink {
  /** The columns of the file that the description names, in the order in which `row` expects their cells. */
  readonly wanted: readonly WantedColumn[];
  /** The first bad rows, each with its line and the reason. */
  readonly examples: string[] = [];
  badRows = 0;
  /** Rows left out by `where`, `from` or `to`. */
  filtered = 0;
  /** Rows read for the table, before `limit`. */
  kept = 0;

  private inOrder = true;
  private readonly arrivalPosition: number;
  private readonly filters: readonly { readonly position: number; readonly values: Values }[];
  private readonly numeric: readonly NumericTarget[];
  /** Numbers of the row at hand, pushed only when all of them are good. */
  private readonly scratch: number[];
  private readonly tenantPosition: number | undefined;
  private readonly hardwarePosition: number | undefined;
  /** Positions in `scratch` of the GPUs and of the part of one. */
  private readonly gpusAt: number;
  private readonly shareAt: number;
  private readonly from: Instant | undefined;
  private readonly to: Instant | undefined;

  private readonly arrivalWholeS = growingFloats();
  private readonly arrivalNanos = growingIntegers();
  private readonly tenant = growingIntegers();
  private readonly tenantIndex = new Map<string, number>();
  private readonly hardware = growingIntegers();
  private readonly hardwareIndex = new Map<string, number>();

  constructor(private readonly spec: TraceSpec) {
    const wanted: WantedColumn[] = [];
    const position = (name: string, path: readonly (string | number)[]): number => {
      const known = wanted.findIndex((column) => column.name === name);
      return known >= 0 ? known : wanted.push({ name, path }) - 1;
    };
    const { columns } = spec;
    this.arrivalPosition = position(columns.arrival.column, ['columns', 'arrival']);
    this.filters = Object.entries(spec.where).map(([name, values]) => ({
      position: position(name, ['where', name]),
      values,
    }));
    this.numeric = numericTargets(spec, position);
    this.scratch = this.numeric.map(() => 0);
    this.tenantPosition =
      columns.tenant === undefined ? undefined : position(columns.tenant, ['columns', 'tenant']);
    this.hardwarePosition =
      columns.hardware === undefined ? undefined : position(columns.hardware, ['columns', 'hardware']);
    this.gpusAt = this.numeric.findIndex(({ key }) => key === 'gpus');
    this.shareAt = this.numeric.findIndex(({ key }) => key === 'gpuShare');
    this.wanted = wanted;
    this.from = this.bound('from');
    this.to = this.bound('to');
    if (this.from !== undefined && this.to !== undefined && isBefore(this.to, this.from))
      throw new TraceError(`'to' (${spec.to}) is before 'from' (${spec.from})`, ['to']);
  }

  row(cells: readonly Cell[], line: number): void {
    for (const { position, values } of this.filters) {
      if (!values.some((value) => equals(cells[position], value))) {
        this.filtered++;
        return;
      }
    }
    const arrivalText = cellText(cells[this.arrivalPosition]);
    const arrival = parseInstant(arrivalText, this.spec.columns.arrival.unit);
    if (arrival === undefined) {
      this.badCell(line, this.arrivalPosition, arrivalText, describeInstant(this.spec.columns.arrival.unit));
      return;
    }
    if ((this.from && isBefore(arrival, this.from)) || (this.to && isBefore(this.to, arrival))) {
      this.filtered++;
      return;
    }
    if (this.readNumbers(cells, line) && this.checkShare(cells, line) && this.readTenant(cells, line)) {
      this.readHardware(cells);
      this.keep(arrival);
    }
  }

  bad(line: number, reason: string): void {
    this.badRows++;
    if (this.examples.length < MAX_EXAMPLES) this.examples.push(`line ${line}: ${reason}`);
  }

  /** The rows kept, in order of time. At least one row must have been kept. */
  table(): TraceTable {
    const order = this.orderByTime();
    const arrivalS = this.arrivalsFromOrigin(order);
    const gathered: { -readonly [Key in keyof TraceTable]?: TraceTable[Key] } = {};
    for (const { key, into } of this.numeric) {
      const values = into.pick(order);
      if (key === 'gpus') gathered.gpus = values as Int32Array;
      else gathered[key === 'work' ? 'workS' : key] = values as Float64Array;
    }
    if (this.hardwarePosition !== undefined) {
      gathered.hardware = this.hardware.pick(order);
      gathered.hardwareNames = [...this.hardwareIndex.keys()];
    }
    if (this.tenantPosition === undefined)
      return { rows: order.length, arrivalS, ...gathered, tenantNames: [] };
    const names = [...this.tenantIndex.keys()];
    return { rows: order.length, arrivalS, ...gathered, ...byFirstArrival(this.tenant.pick(order), names) };
  }

  private readNumbers(cells: readonly Cell[], line: number): boolean {
    for (let i = 0; i < this.numeric.length; i++) {
      const { positions, toBaseUnit, accepts, expectation } = this.numeric[i]!;
      let product = 1;
      for (const position of positions) {
        const value = toNumber(cells[position]);
        if (!(Number.isFinite(value) && accepts(value))) {
          this.badCell(line, position, cellText(cells[position]), expectation);
          return false;
        }
        product *= value;
      }
      this.scratch[i] = toBaseUnit(product);
    }
    return true;
  }

  /** A part of a GPU makes sense for one GPU; a task without any has no part. */
  private checkShare(cells: readonly Cell[], line: number): boolean {
    if (this.shareAt < 0) return true;
    const gpus = this.gpusAt < 0 ? 1 : this.scratch[this.gpusAt]!;
    const share = this.scratch[this.shareAt]!;
    if (gpus === 0 || (gpus === 1 && share > 0 && share <= 1) || share === 1) return true;
    const [position] = this.numeric[this.shareAt]!.positions;
    this.badCell(
      line,
      position!,
      cellText(cells[position!]),
      gpus === 1 ? 'a part of one GPU' : `the whole, as ${gpus} GPUs need`,
    );
    return false;
  }

  private readHardware(cells: readonly Cell[]): void {
    if (this.hardwarePosition === undefined) return;
    const kinds = cellText(cells[this.hardwarePosition]);
    let index = this.hardwareIndex.get(kinds);
    if (index === undefined) {
      index = this.hardwareIndex.size;
      this.hardwareIndex.set(kinds, index);
    }
    this.hardware.push(index);
  }

  private readTenant(cells: readonly Cell[], line: number): boolean {
    if (this.tenantPosition === undefined) return true;
    const name = cellText(cells[this.tenantPosition]);
    if (name === '') {
      this.badCell(line, this.tenantPosition, name, 'a name');
      return false;
    }
    let index = this.tenantIndex.get(name);
    if (index === undefined) {
      index = this.tenantIndex.size;
      this.tenantIndex.set(name, index);
    }
    this.tenant.push(index);
    return true;
  }

  private keep(arrival: Instant): void {
    for (let i = 0; i < this.numeric.length; i++) this.numeric[i]!.into.push(this.scratch[i]!);
    if (this.kept > 0 && this.inOrder)
      this.inOrder = !isBefore(arrival, {
        wholeS: this.arrivalWholeS.at(this.kept - 1),
        nanos: this.arrivalNanos.at(this.kept - 1),
      });
    this.arrivalWholeS.push(arrival.wholeS);
    this.arrivalNanos.push(arrival.nanos);
    this.kept++;
  }

  private badCell(line: number, position: number, text: string, expectation: string): void {
    const column = this.wanted[position]!.name;
    const shown = text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text;
    this.bad(line, text === '' ? `${column} is missing` : `${column} '${shown}' is not ${expectation}`);
  }

  private bound(key: 'from' | 'to'): Instant | undefined {
    const written = this.spec[key];
    if (written === undefined) return undefined;
    const { unit } = this.spec.columns.arrival;
    const parsed = parseInstant(String(written).trim(), unit);
    if (parsed === undefined)
      throw new TraceError(
        `'${key}' is ${written}, but the arrival column asks for ${describeInstant(unit)}`,
        [key],
      );
    return parsed;
  }

  /** Row numbers by time, rows of equal time as in the file; the first `limit` of them. */
  private orderByTime(): Uint32Array {
    const order = new Uint32Array(this.kept).map((_, row) => row);
    if (!this.inOrder) {
      const { arrivalWholeS, arrivalNanos } = this;
      order.sort(
        (a, b) =>
          arrivalWholeS.at(a) - arrivalWholeS.at(b) || arrivalNanos.at(a) - arrivalNanos.at(b) || a - b,
      );
    }
    const length = Math.min(this.kept, this.spec.limit ?? this.kept);
    return order.subarray(0, length);
  }

  private arrivalsFromOrigin(order: Uint32Array): Float64Array {
    const first = { wholeS: this.arrivalWholeS.at(order[0]!), nanos: this.arrivalNanos.at(order[0]!) };
    const origin = this.spec.origin === 'from' && this.from !== undefined ? this.from : first;
    const arrivalS = new Float64Array(order.length);
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      arrivalS[i] =
        secondsBetween(origin.wholeS, origin.nanos, this.arrivalWholeS.at(row), this.arrivalNanos.at(row)) *
        this.spec.timeScale;
    }
    return arrivalS;
  }
}

function numericTargets(
  spec: TraceSpec,
  position: (name: string, path: readonly (string | number)[]) => number,
): readonly NumericTarget[] {
  const targets: NumericTarget[] = [];
  const { work } = spec.columns;
  if (work !== undefined)
    targets.push({
      key: 'work',
      positions: work.factors.map((name) => position(name, ['columns', 'work'])),
      toBaseUnit: TO_SECONDS[work.unit],
      ...atLeast0,
      into: growingFloats(),
    });
  for (const key of ['gpus', 'promptTokens', 'outputTokens', 'priority'] as const) {
    const name = spec.columns[key];
    if (name === undefined) continue;
    targets.push({
      key,
      positions: [position(name, ['columns', key])],
      toBaseUnit: asIs,
      // What needs no GPU has to need something else.
      ...(key === 'gpus' && spec.columns.cpus !== undefined ? GPUS_OR_NONE : RULES[key]),
      into: key === 'gpus' ? growingIntegers() : growingFloats(),
    });
  }
  for (const key of ['gpuShare', 'cpus'] as const) {
    const given = spec.columns[key];
    if (given === undefined) continue;
    targets.push({
      key,
      positions: [position(given.column, ['columns', key])],
      toBaseUnit: (value) => value / PARTS[given.unit],
      ...RULES[key],
      into: growingFloats(),
    });
  }
  const { hostMemory } = spec.columns;
  if (hostMemory !== undefined)
    targets.push({
      key: 'hostBytes',
      positions: [position(hostMemory.column, ['columns', 'hostMemory'])],
      toBaseUnit: (value) => value * hostMemory.bytes,
      ...RULES.hostBytes,
      into: growingFloats(),
    });
  return targets;
}

function asIs(value: number): number {
  return value;
}

/** Numbers the tenants in the order in which they first arrive; those without a row left are dropped. */
function byFirstArrival(
  tenant: Int32Array,
  names: readonly string[],
): { readonly tenant: Int32Array; readonly tenantNames: readonly string[] } {
  const renumbered = new Int32Array(names.length).fill(-1);
  const tenantNames: string[] = [];
  for (let i = 0; i < tenant.length; i++) {
    const old = tenant[i]!;
    if (renumbered[old]! < 0) renumbered[old] = tenantNames.push(names[old]!) - 1;
    tenant[i] = renumbered[old]!;
  }
  return { tenant, tenantNames };
}
