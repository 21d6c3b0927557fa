/** The file system's refusal to read or write a journal: a full disk, no permission, a folder that is gone. */
import { reasonOf } from '../file-system.js';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** The system's, such as `ENOSPC`; undefined where it said nothing of the kind. */
  readonly code: string | undefined;

  constructor(
    readonly folder: string,
    doing: 'read' | 'write',
    cause: unknown,
  ) {
    super(`cannot ${doing} the journal of finished runs in ${folder}: ${reasonOf(cause)}`, { cause });
    this.code = (cause as NodeJS.ErrnoException).code;
  }
}
