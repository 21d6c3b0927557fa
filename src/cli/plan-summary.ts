import type { PlanDocument } from '../experiment/plan/document.js';
export const renderPlan = (d: PlanDocument, _: unknown): string => JSON.stringify(d, null, 1);
