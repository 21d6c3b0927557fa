/** Lets every task in: the baseline that the other admission policies are compared with. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy } from '../points.js';

const ACCEPT_ALL: AdmissionPolicy = {
  decide: () => ADMIT,
  retryAfterS: 0,
};

export const acceptAll = definePolicy({
  point: 'admission',
  name: 'accept-all',
  summary: 'Lets every task in.',
  source: 'No control; the open queueing models of any textbook.',
  helps: 'As a baseline, and where the load is bounded elsewhere.',
  hurts: 'Under overload: the queue grows without end and every latency with it.',
  parameters: z.strictObject({}),
  create: (): AdmissionPolicy => ACCEPT_ALL,
});
