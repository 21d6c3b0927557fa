/** Numbers that multiply: speeds, weights. */
import { z } from 'zod';

/** A finite number above 0. */
export const factor = () => z.number({ error: 'expected a number above 0' }).positive();
