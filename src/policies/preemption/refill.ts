/**
 * The pool is filled anew at every arrival and every end: all tasks are ranked by work left, service attained or
 * priority, and those that come first run. With gangs this is SRTF and SRSF as GPU-cluster schedulers have it; with
 * attained service in a few levels, Tiresias' discretised least attained service.
 */
import { z } from 'zod';
import { positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { measureParameter, widthOf } from '../ordering/service-measure.js';
import { errorCvParameter, SizeEstimate } from '../ordering/size-estimate.js';
import type { PreemptionPolicy } from '../points.js';
import { Costs, checkCosts, costParameters, needsOf } from './costs.js';

const RANKS = ['remaining', 'attained', 'priority'] as const;

export const refillPreemption = definePolicy({
  point: 'preemption',
  name: 'refill',
  summary:
    'Ranks running and waiting tasks together at every arrival and end, fills the pool from empty in that order, and stops who is left over.',
  source:
    'SRTF, SRSF and Tiresias-L as the simulator of Muri (Zhao et al., SIGCOMM 2022) and Tiresias (Gu et al., NSDI 2019) have them.',
  helps:
    'With gangs of mixed sizes and cheap checkpoints: the best set of tasks runs, not only the best victim stops.',
  hurts: 'When stopping is dear: one short arrival may move many, and large or long tasks starve.',
  parameters: z
    .strictObject({
      by: z
        .enum(RANKS)
        .default('remaining')
        .describe(
          'Who comes first: least work left; least service attained, by levels; or highest priority. Equals in order of arrival.',
        ),
      measure: measureParameter('time', 'Work left and service attained'),
      levels: z
        .array(positiveDurationS())
        .max(100)
        .default([])
        .describe(
          'With attained: limits between levels, in seconds (of GPU-time with measure gpu-time); all of a level are equal. None: by the exact service.',
        ),
      errorCv: errorCvParameter(),
      ...costParameters(),
    })
    .superRefine((parameters, context) => {
      checkCosts(parameters, context);
      if (parameters.levels.some((limitS, i, all) => i > 0 && limitS <= all[i - 1]!))
        context.addIssue({ code: 'custom', path: ['levels'], message: 'expected levels in ascending order' });
    }),
  needs: needsOf,
  create: ({ by, measure, levels, errorCv, ...shared }, view, runtime): PreemptionPolicy => {
    const { tasks } = view;
    const estimate = new SizeEstimate(view, runtime, errorCv);
    const costs = new Costs(shared, view);
    const attained = (task: number): number => {
      const service = (tasks.stepWorkS(task) - view.remainingNowS(task)) * widthOf(tasks, task, measure);
      if (levels.length === 0) return service;
      const level = levels.findIndex((limit) => service < limit);
      return level < 0 ? levels.length : level;
    };
    const rank = {
      remaining: (task: number) => estimate.remainingNowS(task) * widthOf(tasks, task, measure),
      attained,
      priority: (task: number) => -tasks.priority(task),
    }[by];
    return {
      rank,
      mayPreempt: (candidate, victim) => rank(candidate) < rank(victim),
      compareVictims: (a, b) => rank(b) - rank(a),
      mode: costs.mode,
      checkpointIntervalS: costs.checkpointIntervalS,
      checkpointCostS: costs.checkpointCostS,
      saveS: (task) => costs.saveS(task),
      resumeS: (task) => costs.resumeS(task),
      why: (task) => ({
        reason:
          by === 'priority' ? 'lower-priority' : by === 'attained' ? 'more-attained' : 'longer-remaining',
        numbers: { rank: rank(task) },
      }),
    };
  },
});
