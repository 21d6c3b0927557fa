/** The setups that a comparison is of, by their names. */
import type { NamedSetup } from '../experiment/compare/named-setup.js';
import type { Setup, SetupLoader } from '../experiment/run-source.js';
import { nearest } from '../scenario/suggest.js';
import { OptionError } from './option-error.js';

/** The scenario's own policies among its variants. */
export const BASE = 'base';

/**
 * A scenario under several of its variants, or under its own policies and all variants. Throws `OptionError` of
 * `variants` where these are fewer than two, unknown or named twice.
 */
export async function variantSetups(
  base: Setup,
  load: SetupLoader,
  wanted: readonly string[] | undefined,
): Promise<NamedSetup[]> {
  const known = [BASE, ...base.compiled.variants];
  const names = wanted ?? known;
  for (const name of names)
    if (!known.includes(name)) throw new OptionError('variants', unknownName(name, known));
  if (names.length < 2)
    throw new OptionError(
      'variants',
      wanted === undefined
        ? `${base.ref.scenario.name} has no variants: there is nothing to compare; add \`variants:\`, or give a second scenario`
        : `${names[0] ?? 'none'}: a comparison needs two of ${known.join(', ')}; name another, or none to compare all`,
    );
  refuseTwice(names, 'variants');
  const setups: NamedSetup[] = [];
  for (const name of names)
    setups.push({ name, setup: await load({ ...base.ref, variant: name === BASE ? null : name }) });
  return setups;
}

/** The baseline first. Throws `OptionError` of `baseline` where it is none of them. */
export function baselineFirst(setups: readonly NamedSetup[], baseline: string | undefined): NamedSetup[] {
  if (baseline === undefined) return [...setups];
  const first = setups.find(({ name }) => name === baseline);
  if (first === undefined)
    throw new OptionError(
      'baseline',
      unknownName(
        baseline,
        setups.map(({ name }) => name),
      ),
    );
  return [first, ...setups.filter((setup) => setup !== first)];
}

export function refuseTwice(names: readonly string[], option: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new OptionError(option, `${twice} stands twice`);
}

function unknownName(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `there is no ${name}${near === undefined ? '' : ` (did you mean "${near}"?)`}; expected one of ${known.join(', ')}`;
}
