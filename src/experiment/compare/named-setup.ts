import type { Setup } from '../run-source.js';

export interface NamedSetup {
  /** Unique in the comparison: a variant, or a file. */
  readonly name: string;
  readonly setup: Setup;
}
