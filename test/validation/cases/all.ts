/** Everything the simulator is held against, in the order of the report. */
import type { ValidationCase } from '../case.js';
import { backOffCases } from './back-off.js';
import { breakdownCases } from './breakdowns.js';
import { burstCases } from './bursts.js';
import { ciwCases } from './ciw.js';
import { coverageCases } from './coverage.js';
import { delayCases } from './delay.js';
import { fragmentationCases } from './fragmentation.js';
import { generalServiceCases } from './general-service.js';
import { gpuScheduleCases } from './gpu-schedules.js';
import { impatienceCases } from './impatience.js';
import { lossCases } from './loss.js';
import { networkCases } from './networks.js';
import { casesNotYet } from './not-yet.js';
import { planCases } from './plan.js';
import { priorityCases } from './priorities.js';
import { processorSharingCases } from './processor-sharing.js';
import { sizeBasedCases } from './size-based.js';
import { traceCases } from './traces.js';
import { vectorCases } from './vectors.js';

export const theoryCases: readonly ValidationCase[] = [
  ...delayCases,
  ...lossCases,
  ...generalServiceCases,
  ...priorityCases,
  ...sizeBasedCases,
  ...processorSharingCases,
  ...networkCases,
  ...impatienceCases,
  ...burstCases,
  ...breakdownCases,
  ...casesNotYet,
];

/** @param tracesFolder where public traces are */
export const allCases = (tracesFolder: string): ValidationCase[] => [
  ...theoryCases,
  ...ciwCases,
  ...vectorCases(),
  ...backOffCases,
  ...traceCases(tracesFolder),
  ...gpuScheduleCases(tracesFolder),
  ...fragmentationCases(tracesFolder),
  ...coverageCases,
  ...planCases,
];
