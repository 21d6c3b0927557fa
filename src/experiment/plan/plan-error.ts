/** What was asked of a plan cannot be: the message says why, and what could be. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}
