/** Replications to estimates: the trees of measures of all runs, leaf by leaf. */
import type { RunMeasures } from '../metrics/measures.js';
import type { Estimate, Mapped } from './document.js';
import { estimate } from './estimate.js';

type Tree = number | { readonly [key: string]: Tree };
type EstimateTree = Estimate | { readonly [key: string]: EstimateTree };

/** The keys keep the order of the first run, so that equal runs give equal bytes. */
export function combine(runs: readonly RunMeasures[]): Mapped<RunMeasures, Estimate> {
  if (runs.length === 0) throw new RangeError('nothing to combine: no replication is finished');
  return combined(runs as unknown as readonly Tree[], []) as unknown as Mapped<RunMeasures, Estimate>;
}

function combined(trees: readonly Tree[], path: readonly string[]): EstimateTree {
  const [first] = trees;
  if (typeof first === 'number') return estimate(trees.map((tree) => finite(tree, path)));
  const maps = trees.map((tree) => {
    if (typeof tree !== 'object')
      throw new Error(`${path.join('.')} is a group in one run, a number in another`);
    return tree;
  });
  if (path.length === 2 && path[0] === 'policies') return ofPolicy(maps, path);
  const keys = Object.keys(maps[0]!);
  for (const map of maps)
    if (Object.keys(map).length !== keys.length)
      throw new Error(`${path.join('.') || 'the measures'}: the runs do not have the same keys`);
  return Object.fromEntries(
    keys.map((key) => {
      const below = [...path, key];
      return [
        key,
        combined(
          maps.map((map) => present(map[key], below)),
          below,
        ),
      ];
    }),
  );
}

/** What a policy says of itself may differ from run to run: each figure is that of the runs that have it. */
function ofPolicy(
  maps: readonly { readonly [key: string]: Tree }[],
  path: readonly string[],
): { readonly [key: string]: EstimateTree } {
  const keys = new Set(maps.flatMap((map) => Object.keys(map)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const below = [...path, key];
      return [key, estimate(maps.flatMap((map) => (key in map ? [finite(map[key]!, below)] : [])))];
    }),
  );
}

function present(tree: Tree | undefined, path: readonly string[]): Tree {
  if (tree === undefined) throw new Error(`${path.join('.')} is missing in one of the runs`);
  return tree;
}

/** JSON has neither infinity nor NaN: a measure that is one is a mistake where it was made. */
function finite(value: Tree, path: readonly string[]): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error(`measure ${path.join('.')} is ${String(value)}; expected a finite number`);
  return value;
}
