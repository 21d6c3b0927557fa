/** What experiments' reports end with: warnings, and commands that do it again. */
import { escapeHtml } from '../markup.js';

/** Items are HTML. */
export const bulletList = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

export function warningsSection(warnings: readonly string[]): string {
  const body =
    warnings.length === 0
      ? '<p>No warnings.</p>'
      : `<div class="notice">${bulletList(warnings.map((warning) => escapeHtml(warning)))}</div>`;
  return `<section id="warnings"><h2>Warnings</h2>\n${body}\n</section>`;
}

export const readingSection = (items: readonly string[]): string =>
  `<section id="reading"><h2>How to read this</h2>\n${bulletList(items)}\n</section>`;

/** A word of a shell's command line. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const commandHtml = (words: readonly string[]): string =>
  `<pre><code>${escapeHtml(words.join(' '))}</code></pre>`;
