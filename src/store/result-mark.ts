/**
 * What tables that are written beside a result carry of it, so that those left over from an earlier result in the same
 * folder are not taken for this one's.
 */
import { createHash } from 'node:crypto';

/** Key in a Parquet file's metadata. */
export const RESULT_MARK = 'wipsim_result_sha256';

/** Of the text of result.json. */
export const digestOf = (documentText: string): string =>
  createHash('sha256').update(documentText).digest('hex');
