/**
 * What keeps a scaler from following every wiggle, as the HorizontalPodAutoscaler of Kubernetes does it
 * (autoscaling/v2, `behavior`): of the recommendations of a window the safest counts, and a change may not be larger
 * than so many nodes, or such a part of them, in a period.
 */
import { z } from 'zod';
import { count, durationS, fraction, periodS } from '../../units/schema.js';

export const steadyingParameters = {
  upWindow: durationS()
    .default(0)
    .describe('Cool-down before growing: the lowest recommendation of this long counts.'),
  downWindow: durationS()
    .default(300)
    .describe('Cool-down before shrinking: the highest recommendation of this long counts.'),
  upNodes: count(0)
    .default(4)
    .describe('Nodes that may be added in an `upPeriod`, or `upFraction`, if more.'),
  upFraction: z
    .number({ error: 'expected a number of at least 0, 1 is as many again' })
    .min(0)
    .default(1)
    .describe('Nodes that may be added in an `upPeriod`, as a part of those there.'),
  upPeriod: periodS().default(15).describe('Period of `upNodes` and `upFraction`.'),
  downFraction: fraction()
    .default(1)
    .describe('Nodes that may be taken away in a `downPeriod`, as a part of those there.'),
  downPeriod: periodS().default(15).describe('Period of `downFraction`.'),
} as const;

const parametersSchema = z.strictObject(steadyingParameters);

export type SteadyingParameters = z.output<typeof parametersSchema>;

interface At {
  readonly atS: number;
  readonly nodes: number;
}

/** Events older than this are forgotten. */
const within = (events: At[], fromS: number): At[] => events.filter(({ atS }) => atS > fromS);

/** Sums like 0.1 × 10 are a little more than what they stand for. */
const ROUNDING = 1e-9;

export class Steadied {
  /** Recommendations of the longer of the two windows. */
  private recommended: At[] = [];
  /** Nodes added, or taken away (negative), in the longer of the two periods. */
  private changes: At[] = [];

  constructor(private readonly parameters: SteadyingParameters) {}

  /**
   * @param present nodes in service and ordered
   * @param recommendation whole nodes, for this moment
   */
  next(present: number, recommendation: number, nowS: number): number {
    const { upWindow, downWindow, upPeriod, downPeriod } = this.parameters;
    this.recommended = within(this.recommended, nowS - Math.max(upWindow, downWindow));
    this.changes = within(this.changes, nowS - Math.max(upPeriod, downPeriod));
    this.recommended.push({ atS: nowS, nodes: recommendation });
    const wanted = this.limited(present, this.safest(present, recommendation, nowS), nowS);
    if (wanted !== present) this.changes.push({ atS: nowS, nodes: wanted - present });
    return wanted;
  }

  private safest(present: number, recommendation: number, nowS: number): number {
    const { upWindow, downWindow } = this.parameters;
    let lowest = recommendation;
    let highest = recommendation;
    for (const { atS, nodes } of this.recommended) {
      if (atS > nowS - upWindow) lowest = Math.min(lowest, nodes);
      if (atS > nowS - downWindow) highest = Math.max(highest, nodes);
    }
    return present < lowest ? lowest : Math.min(present, highest);
  }

  /** What the rates allow, from what there was when the period began. */
  private limited(present: number, wanted: number, nowS: number): number {
    const { upNodes, upFraction, upPeriod, downFraction, downPeriod } = this.parameters;
    if (wanted > present) {
      const before = this.before(present, nowS - upPeriod);
      const most = Math.max(before + upNodes, Math.ceil(before * (1 + upFraction) - ROUNDING));
      return Math.max(present, Math.min(wanted, most));
    }
    const before = this.before(present, nowS - downPeriod);
    const least = Math.floor(before * (1 - downFraction) + ROUNDING);
    return Math.min(present, Math.max(wanted, least));
  }

  private before(present: number, atS: number): number {
    return within(this.changes, atS).reduce((nodes, change) => nodes - change.nodes, present);
  }
}
