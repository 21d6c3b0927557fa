/** "Did you mean": the option a mistyped word most likely stands for. */
import { distance } from 'fastest-levenshtein';

/** Longer words are not names that somebody mistyped. */
const WORD_LENGTH_MAX = 100;
/** Shorter words are part of too many others to say anything. */
const PART_LENGTH_MIN = 3;

/** Case and separators aside: `Token_Bucket`, `tokenbucket` and `token-bucket` are one word. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_\s.]/g, '');

/**
 * The option nearest to `word`, or `undefined` where none is near enough to be worth saying. In this order: the same
 * but for case and separators; one edit away; beginning with `word`; a few edits away (2, or a third of the
 * word's letters); containing `word` or contained in it.
 */
export function nearest(word: string, options: Iterable<string>): string | undefined {
  const wanted = plain(word);
  if (wanted === '' || word.length > WORD_LENGTH_MAX) return undefined;
  const editsMax = Math.max(2, wanted.length / 3);
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const option of options) {
    const rank = rankOf(wanted, plain(option), editsMax);
    if (rank < bestRank) {
      best = option;
      bestRank = rank;
    }
  }
  return best;
}

/** Lower is nearer; infinity is not near. Ranks of one kind are 1000 apart from the next kind's. */
function rankOf(wanted: string, option: string, editsMax: number): number {
  if (option === '' || option.length > WORD_LENGTH_MAX) return Number.POSITIVE_INFINITY;
  if (wanted === option) return 0;
  const edits = distance(wanted, option);
  // As many edits as letters means that the two share nothing.
  const near = edits <= editsMax && edits < Math.max(wanted.length, option.length);
  if (near && edits <= 1) return 1000;
  if (wanted.length >= PART_LENGTH_MIN && option.startsWith(wanted)) return 2000 + edits;
  if (near) return 3000 + edits;
  const [part, whole] = wanted.length < option.length ? [wanted, option] : [option, wanted];
  return part.length >= PART_LENGTH_MIN && whole.includes(part) ? 4000 + edits : Number.POSITIVE_INFINITY;
}
