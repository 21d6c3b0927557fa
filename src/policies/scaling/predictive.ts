/**
 * Orders what will be needed when an order that is given now can be there. The demand (GPUs or slots that were taken
 * on average since the last look, and those that are waited for now) is a series with a daily season; Holt and Winters
 * forecast it as many steps ahead as a node takes to come, and a step more, since nothing is ordered before the next
 * look. Never fewer nodes than the present demand asks for: a forecast may add, it takes nothing away from those here.
 * Clouds do it alike (AWS EC2 Auto Scaling, "Predictive scaling": forecast and scale, beside a reactive policy).
 */
import { z } from 'zod';
import { durationS, fraction, periodS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { PoolLoad, ScalingPolicy, Why } from '../points.js';
import { HoltWinters } from './forecast.js';
import { Steadied } from './steadied.js';

const DAY_S = 86_400;
/** A season of more values is a generated mistake. */
const SEASON_MAX = 100_000;

interface Parameters {
  readonly target: number;
  readonly interval: number;
  readonly season: number;
  readonly downWindow: number;
  readonly levelSmoothing: number;
  readonly trendSmoothing: number;
  readonly seasonSmoothing: number;
}

const ROUNDING = 1e-9;

class Predictive implements ScalingPolicy {
  readonly intervalS: number;
  private readonly series: HoltWinters;
  private readonly steadied: Steadied;
  private forecastUnits = 0;
  /** Absolute errors of forecasts one step ahead, and how many there were. */
  private errorSum = 0;
  private forecasts = 0;
  private expected: number | null = null;

  constructor(private readonly parameters: Parameters) {
    const { interval, season, downWindow } = parameters;
    this.intervalS = interval;
    this.series = new HoltWinters(
      {
        level: parameters.levelSmoothing,
        trend: parameters.trendSmoothing,
        season: parameters.seasonSmoothing,
      },
      Math.round(season / interval),
    );
    // A forecast is not held back: only shrinking waits.
    this.steadied = new Steadied({
      upWindow: 0,
      downWindow,
      upNodes: Number.POSITIVE_INFINITY,
      upFraction: 1,
      upPeriod: interval,
      downFraction: 1,
      downPeriod: interval,
    });
  }

  wanted(load: PoolLoad, nowS: number): number {
    const { target, interval } = this.parameters;
    const demand = load.meanUnitsTaken + load.waitingUnits;
    if (this.expected !== null) {
      this.errorSum += Math.abs(demand - this.expected);
      this.forecasts++;
    }
    this.series.add(demand);
    this.expected = this.series.forecast(1);
    const steps = Math.max(1, Math.ceil(load.provisionS / interval - ROUNDING) + 1);
    this.forecastUnits = Math.max(0, this.series.forecast(steps));
    const units = Math.max(demand, this.forecastUnits);
    const desired = Math.ceil(units / (target * load.unitsPerNode) - ROUNDING);
    const bounded = Math.min(load.maxNodes, Math.max(load.minNodes, desired));
    return this.steadied.next(load.nodes + load.coming, bounded, nowS);
  }

  measures(): Readonly<Record<string, number>> {
    return { forecast_error_units: this.forecasts === 0 ? 0 : this.errorSum / this.forecasts };
  }

  beginMeasuring(): void {
    this.errorSum = 0;
    this.forecasts = 0;
  }

  why(): Why {
    return { reason: 'forecast', numbers: { forecastUnits: this.forecastUnits } };
  }
}

export const predictive = definePolicy({
  point: 'scaling',
  name: 'predictive',
  summary: 'As many nodes as the load will need when an order given now can be there.',
  source:
    'Holt (1957) and Winters (1960), as in Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 8.3.',
  helps: 'With load that comes back every day and nodes that take minutes: they are there when it rises.',
  hurts: 'With load that does not come back: what was yesterday is ordered and paid for today.',
  parameters: z
    .strictObject({
      target: fraction()
        .refine((value) => value > 0, { error: 'expected a fraction above 0' })
        .default(0.7)
        .describe('Share of the GPUs (or slots) that should be taken.'),
      interval: periodS().default(300).describe('Time between two looks: a step of the series.'),
      season: durationS()
        .default(DAY_S)
        .describe('What the load comes back after: a day, a week; 0: it follows the trend alone.'),
      downWindow: durationS()
        .default(300)
        .describe('Cool-down before shrinking: the highest recommendation of this long counts.'),
      levelSmoothing: fraction().default(0.5).describe('Weight of the last value in the level.'),
      trendSmoothing: fraction().default(0.1).describe('Weight of the last change in the trend.'),
      seasonSmoothing: fraction().default(0.3).describe('Weight of the last time in the season.'),
    })
    .refine(
      ({ season, interval }) => season === 0 || (season >= 2 * interval && season <= SEASON_MAX * interval),
      {
        error: `expected a season of 2 to ${SEASON_MAX} intervals, or 0 for none`,
        path: ['season'],
      },
    ),
  create: (parameters): ScalingPolicy => new Predictive(parameters),
});
