/** Numbers that multiply: speeds, weights. */
import { z } from 'zod';
import { QUANTITY_MAX } from '../../units/schema.js';

/** A number above 0. */
export const factor = () =>
  z
    .number({ error: 'expected a number above 0' })
    .positive()
    .max(QUANTITY_MAX, { error: `expected a number of at most ${QUANTITY_MAX}` });
