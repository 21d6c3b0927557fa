/**
 * A process of its own that puts entries into a journal: `FOLDER NAME COUNT`. It says the index of each on standard
 * output once its put is acknowledged, and what was refused on standard error. Four puts are under way at once.
 */
import { writeSync } from 'node:fs';
import { Journal } from '../../../src/execution/journal/journal.js';
import { entryKey, entryOf } from './written-entries.js';

const [, , folder, name, count] = process.argv as [string, string, string, string, string];
const AT_ONCE = 4;

const journal = await Journal.open(folder);
let next = 0;
const worker = async (): Promise<void> => {
  while (next < Number(count)) {
    const index = next++;
    await journal.put(entryKey(name, index), entryOf(name, index));
    writeSync(1, `${index}\n`);
  }
};
const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
for (const result of results) if (result.status === 'rejected') writeSync(2, `${String(result.reason)}\n`);
await journal.close();
