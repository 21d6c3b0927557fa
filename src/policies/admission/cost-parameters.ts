/** The budgets of cost-budget as a scenario writes them, and the accounts that are made of them. */
import { z } from 'zod';
import { count, durationS, positive, rateHz, sizeBytes } from '../../units/schema.js';
import { type Budget, HeldBudget, RefilledBudget } from './budgets.js';
import { estimatorParameters } from './estimators.js';

/** What is estimated and used. */
export const TOKENS = 0;
export const GPU_SECONDS = 1;
export const MEMORY = 2;
export const SLOTS = 3;
/** Quantities that are only known in the end; slots are what the scenario says. */
export const ESTIMATED = 3;

const declaredParameter = z
  .record(
    z.string(),
    z.strictObject({
      tokens: count(0).default(0).describe('Prompt and output tokens of an attempt.'),
      gpuSeconds: z
        .number({ error: 'expected a number of at least 0' })
        .min(0)
        .default(0)
        .describe('GPU-seconds of an attempt, over all its steps.'),
      memory: sizeBytes().default(0).describe('GPU memory of an attempt.'),
      slots: count(0).default(1).describe('Tool slots that an attempt holds.'),
      hold: durationS().default(0).describe('From admission to the end of an attempt, for the first ETAs.'),
    }),
  )
  .default({})
  .describe(
    'By workload: tokens, gpuSeconds, memory and hold of an attempt, used until there is a past to estimate from (by `declared`: always), and slots (1 where not named). What is not declared counts 0.',
  );

const refilled = (unit: string) =>
  z
    .strictObject({
      rate:
        unit === 'tokens'
          ? rateHz().describe('Tokens per second.')
          : positive().describe('GPU-seconds per second.'),
      burst: positive()
        .optional()
        .describe(`Size of the bucket, ${unit}; full at the start. Omitted: a minute of the rate.`),
    })
    .optional();

export const costBudgetParameters = z
  .strictObject({
    tokens: refilled('tokens').describe('Budget of model tokens, refilled at a rate. Omitted: none.'),
    gpuSeconds: refilled('GPU-seconds').describe('Budget of GPU-seconds, refilled at a rate. Omitted: none.'),
    gpuSecondsInFlight: positive()
      .optional()
      .describe(
        'GPU-seconds that all admitted attempts may be estimated to need together. Omitted: no limit.',
      ),
    slots: count()
      .optional()
      .describe('Tool slots that admitted attempts may hold at a time. Omitted: no limit.'),
    memory: sizeBytes()
      .optional()
      .describe('GPU memory that admitted attempts may hold at a time. Omitted: no limit.'),
    declared: declaredParameter,
    ...estimatorParameters('rolling-quantile'),
    whenFull: z
      .enum(['reject', 'queue', 'shed'])
      .default('reject')
      .describe(
        'Where a budget is short: refuse; wait, first come first served; or wait, and when the queue is full turn away what is worth the least for its cost.',
      ),
    maxQueue: count().optional().describe('Tasks that may wait. Omitted: no limit, which shed needs.'),
  })
  .superRefine((value, context) => {
    const refuse = (message: string, ...path: string[]) =>
      context.addIssue({ code: 'custom', message, path, input: value });
    const budgets = ['tokens', 'gpuSeconds', 'gpuSecondsInFlight', 'slots', 'memory'] as const;
    if (budgets.every((budget) => value[budget] === undefined))
      refuse(`expected at least one budget: ${budgets.join(', ')}`);
    if (value.whenFull === 'reject' && value.maxQueue !== undefined)
      refuse('`maxQueue` needs whenFull queue or shed: with reject nothing waits', 'maxQueue');
    if (value.whenFull === 'shed' && value.maxQueue === undefined)
      refuse('whenFull shed needs `maxQueue`: it turns away what is over it', 'whenFull');
    if (value.estimator !== 'declared') return;
    const declared = Object.values(value.declared);
    const unpriced = (['tokens', 'gpuSeconds', 'memory'] as const).find(
      (quantity) =>
        (value[quantity] ?? (quantity === 'gpuSeconds' ? value.gpuSecondsInFlight : undefined)) !==
          undefined && declared.every((workload) => workload[quantity] === 0),
    );
    if (unpriced !== undefined)
      refuse(
        `estimator declared needs ${unpriced} of some workload, or its budget limits nothing`,
        'declared',
      );
  });

export type CostBudgetParameters = z.output<typeof costBudgetParameters>;

/** A budget with what of an attempt it is charged with. */
export interface Account {
  readonly budget: Budget;
  readonly quantity: number;
  /** For `why`: what is said where it is short, and the stem of the numbers' names. */
  readonly reason: string;
  readonly label: string;
  /** The name of the budget's figure in the result. */
  readonly measure: string;
}

export function accountsOf(parameters: CostBudgetParameters): Account[] {
  const { tokens, gpuSeconds, gpuSecondsInFlight, slots, memory } = parameters;
  const accounts: Account[] = [];
  if (tokens !== undefined)
    accounts.push({
      budget: bucketOf(tokens),
      quantity: TOKENS,
      label: 'tokens',
      reason: 'no-tokens',
      measure: 'tokens_spent',
    });
  if (gpuSeconds !== undefined)
    accounts.push({
      budget: bucketOf(gpuSeconds),
      quantity: GPU_SECONDS,
      label: 'gpuSeconds',
      reason: 'no-gpu-seconds',
      measure: 'gpu_seconds_spent',
    });
  if (gpuSecondsInFlight !== undefined)
    accounts.push({
      budget: new HeldBudget(gpuSecondsInFlight),
      quantity: GPU_SECONDS,
      label: 'gpuSecondsInFlight',
      reason: 'no-gpu-seconds-in-flight',
      measure: 'gpu_seconds_in_flight_mean',
    });
  if (slots !== undefined)
    accounts.push({
      budget: new HeldBudget(slots),
      quantity: SLOTS,
      label: 'slots',
      reason: 'no-slots',
      measure: 'slots_held_mean',
    });
  if (memory !== undefined)
    accounts.push({
      budget: new HeldBudget(memory),
      quantity: MEMORY,
      label: 'memoryBytes',
      reason: 'no-memory',
      measure: 'memory_held_mean_bytes',
    });
  return accounts;
}

const bucketOf = ({ rate, burst }: { readonly rate: number; readonly burst?: number | undefined }) =>
  new RefilledBudget(rate, burst ?? rate * 60);
