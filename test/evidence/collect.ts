/** A policy's two cases, measured, and whether they show what they are for. */
import type { MeasuredCase } from '../../src/cli/evidence.js';
import type { PolicyDefinition } from '../../src/policies/definition.js';
import { type Effect, exampleFile, fileOf, idOf, indexOf, nameOf } from './cases.js';
import { type Measurement, measure, type Verdict, verdictOf } from './measure.js';

const WANTED: Readonly<Record<Effect, Verdict>> = { helps: 'improves', hurts: 'harms' };

export interface Collected {
  readonly effect: Effect;
  readonly measured: MeasuredCase;
  readonly measurement: Measurement;
  readonly verdict: Verdict;
  readonly holds: boolean;
}

export const hasCases = ({ point, name }: PolicyDefinition): boolean => indexOf(point)[name] !== undefined;

export async function collect(policy: PolicyDefinition, effect: Effect): Promise<Collected> {
  const id = idOf(policy);
  const text = indexOf(policy.point)[policy.name]?.[effect];
  if (text === undefined) throw new Error(`${id}: there is no entry in the index of ${policy.point}`);
  const against = exampleFile(id, effect).without.map(nameOf).join(' + ');
  const measurement = await measure(fileOf(id, effect), text.metric);
  const verdict = verdictOf(measurement.figures, text.better);
  return {
    effect,
    measured: { ...text, against, ...measurement.figures },
    measurement,
    verdict,
    holds: verdict === WANTED[effect],
  };
}
