/** The combinations of values that a plan may choose from besides the fleet. */
import { PlanError } from './plan-error.js';
import type { Assignments } from './simulated.js';

/** A value to search over besides the fleet. */
export interface PlanControl {
  /** For `--set`; `policy` means the variants, with `base` for the scenario's own policies. */
  readonly path: string;
  readonly values: readonly string[];
}

/** Combinations of values of the controls. */
const SETTINGS_MAX = 500;

export interface NamedSetting {
  readonly name: string;
  readonly values: { [control: string]: string };
  readonly assignments: Assignments;
}

/** Every combination, the last control changing fastest. */
export function settingsOf(controls: readonly PlanControl[]): NamedSetting[] {
  let combinations: [string, string][][] = [[]];
  for (const { path, values } of controls) {
    if (values.length === 0) throw new PlanError(`${path} has no values to choose from`);
    combinations = combinations.flatMap((before) =>
      [...new Set(values)].map((value): [string, string][] => [...before, [path, value]]),
    );
    if (combinations.length > SETTINGS_MAX)
      throw new PlanError(`more than ${SETTINGS_MAX} combinations of settings: name fewer values`);
  }
  return combinations.map((pairs) => {
    const policy = pairs.find(([path]) => path === 'policy')?.[1];
    return {
      name: pairs.length === 0 ? 'as written' : pairs.map(([path, value]) => `${path}=${value}`).join(', '),
      values: Object.fromEntries(pairs),
      assignments: {
        ...(policy === undefined ? {} : { variant: policy === 'base' ? null : policy }),
        set: pairs.filter(([path]) => path !== 'policy').map(([path, value]) => `${path}=${value}`),
      },
    };
  });
}
