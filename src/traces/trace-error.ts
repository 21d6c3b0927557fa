/** Why a trace cannot be replayed, in words for its user, with the key of the trace's description at fault. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /** Path of the key inside `trace:`, for example `['columns', 'gpus']`. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[], options?: { readonly cause: unknown }) {
    super(message, options);
    this.path = path;
  }
}
