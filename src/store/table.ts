/**
 * A plain table: what documents become on their way to Parquet, CSV and SQL, and what a query gives back. Values stand by
 * column, as columnar formats want them; a missing value is null, and a number is always finite.
 */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean';
export type Cell = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** One per row. */
  readonly values: readonly Cell[];
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
}

/** A column by how its values come from a row. */
export interface ColumnOf<Row> {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (row: Row) => Cell;
}

export function tableOf<Row>(name: string, columns: readonly ColumnOf<Row>[], rows: readonly Row[]): Table {
  return tableOfColumns(
    name,
    columns.map((column) => ({ name: column.name, type: column.type, values: rows.map(column.of) })),
    rows.length,
  );
}

/** Checks every value against its column's type, and gives columns of one name different ones. */
export function tableOfColumns(name: string, columns: readonly Column[], rowCount: number): Table {
  const names = distinct(columns.map((column) => column.name));
  for (const column of columns) {
    if (column.values.length !== rowCount)
      throw new RangeError(`${name}.${column.name}: ${column.values.length} values for ${rowCount} rows`);
    for (const value of column.values)
      if (value !== null && !isOfType(value, column.type))
        throw new TypeError(`${name}.${column.name}: ${String(value)} is no ${column.type}`);
  }
  return { name, columns: columns.map((column, index) => ({ ...column, name: names[index]! })), rowCount };
}

function isOfType(value: Exclude<Cell, null>, type: ColumnType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return Number.isFinite(value);
  }
}

/** SQL does not tell upper from lower case in names: whoever comes later gets `_2`, `_3`, ... */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}_${count}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
