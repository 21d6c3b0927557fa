/** First fit: the lowest-numbered node with room. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { PlacementPolicy } from '../points.js';
import { type ChooseOther, isAmong, type Layout, layOut } from './gang.js';

/** The lowest-numbered node with room outside those chosen. */
const firstOther: ChooseOther = (pool, request, units, into, pairs) => {
  let node = pool.firstWithRoom(request, units);
  while (node >= 0 && isAmong(node, into, pairs)) node = pool.firstWithRoom(request, units, node + 1);
  return node;
};

const LAYOUT: Layout = {
  one: (pool, request, units, from, to) => pool.firstWithRoom(request, units, from, to),
  rest: firstOther,
};

export const firstFit = definePolicy({
  point: 'placement',
  name: 'first-fit',
  summary:
    'The lowest-numbered node with room for all; gangs larger than a node get whole free nodes, then room for the rest.',
  source: 'First fit of bin packing (Johnson, 1973).',
  helps: 'As a fast default: low numbers fill up, and high numbers stay free for large gangs.',
  hurts: 'With mixed sizes: small tasks break up nodes that a tighter fit would have left whole.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
