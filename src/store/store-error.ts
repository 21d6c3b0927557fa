/** What the user can mend about stored results or a query on them, told in its message alone. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** DuckDB is not there: nothing is wrong with what was asked. */
export class DuckDbMissingError extends StoreError {
  override readonly name = 'DuckDbMissingError';
}
