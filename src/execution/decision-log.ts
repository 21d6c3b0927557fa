/**
 * Writes the decision record of a run, one JSON object a line, as it goes. What is written is never far behind: at
 * most a chunk is held in memory, however long the run, and the disk's pace is the run's, because each chunk is
 * written before the run goes on.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Decision, DecisionSink } from '../simulation/decisions.js';

/** Characters. Large enough that writing is a small part of a run's time. */
const CHUNK = 1 << 18;

export const DECISION_LOG_VERSION = 1;

/** The first line; it says which run the decisions are of. */
export interface DecisionLogHeader {
  readonly format: 'wipsim-decisions';
  readonly version: typeof DECISION_LOG_VERSION;
  readonly scenario: string;
  readonly hash: string;
  readonly seed: string;
  readonly variant: string | null;
}

export class DecisionLog {
  private readonly file: number;
  private text: string;

  /** @param explained makes of an error of the file system what is thrown */
  constructor(
    path: string,
    header: DecisionLogHeader,
    private readonly explained: (error: unknown) => unknown = (error) => error,
  ) {
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw explained(error);
    }
    this.text = `${JSON.stringify(header)}\n`;
    this.flush();
  }

  readonly record: DecisionSink = (decision: Decision): void => {
    this.text += `${JSON.stringify(decision)}\n`;
    if (this.text.length >= CHUNK) this.flush();
  };

  /** Of a run that was interrupted too: what was decided until then is kept. */
  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.file);
    }
  }

  private flush(): void {
    let bytes = Buffer.from(this.text, 'utf8');
    this.text = '';
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.file, bytes));
    } catch (error) {
      throw this.explained(error);
    }
  }
}
