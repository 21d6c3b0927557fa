/** What the results are held to. */
import { z } from 'zod';

const threshold = () =>
  z.union([z.number(), z.string()], { error: 'expected a number, or text with a unit such as 30s or 5%' });

export const sloSchema = z
  .strictObject({
    name: z.string().min(1).max(200).optional().describe('As reports show it. Default: the metric.'),
    metric: z.string().min(1).describe('Path into the measures, for example `workloads.chat.latency_s.p99`.'),
    atMost: threshold().optional().describe('The mean over replications must not be above this.'),
    atLeast: threshold().optional().describe('The mean over replications must not be below this.'),
  })
  .superRefine((slo, context) => {
    if ((slo.atMost === undefined) !== (slo.atLeast === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: slo.atMost === undefined ? [] : ['atLeast'],
      message:
        slo.atMost === undefined
          ? 'an SLO needs `atMost` or `atLeast`'
          : 'an SLO has either `atMost` or `atLeast`, not both; write two',
    });
  });
