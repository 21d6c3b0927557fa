/**
 * The nodes of one group of a pool over time, and how they are paid for.
 *
 * A node is billed from its order (clouds bill a machine from its start, not from the moment it is of use) until it
 * is gone: while it starts, while it serves and while it drains. Of the nodes billed at a moment the first are the
 * reserved ones, the next are at the spot price as far as there are any, and the rest is on demand. Reserved nodes are
 * paid for all the time, used or not.
 */
import type { PricedNodes } from '../model/system.js';

const HOUR_S = 3600;

/** Where nodes are on their way, and how they are paid for: rows of the integrals over time. */
const COMING = 0;
const SERVING = 1;
const LEAVING = 2;
const RESERVED = 3;
const SPOT = 4;
const ON_DEMAND = 5;
const ROWS = 6;

/** How the nodes of a group are priced, US dollars per GPU-hour. */
export interface NodePrices {
  readonly gpusPerNode: number;
  readonly priceUsdPerGpuHour: number;
  readonly reserved: PricedNodes | null;
  readonly spot: PricedNodes | null;
}

/** What the nodes of a group cost over the measured window. */
export interface NodeBill {
  /** GPU-hours of the nodes that were billed, unused reservations left out. */
  readonly billedGpuHours: number;
  readonly totalUsd: number;
  /** The parts of the total by price. */
  readonly reservedUsd: number;
  readonly spotUsd: number;
  readonly onDemandUsd: number;
  /** What was paid for reserved nodes that were not there. */
  readonly unusedUsd: number;
  /** What was paid for nodes on their way into service. */
  readonly startingUsd: number;
  /** Mean price of a GPU-hour that was billed; 0 where there was none. */
  readonly usdPerGpuHour: number;
}

export class NodeMeter {
  private readonly values = new Float64Array(ROWS);
  /** Integrals over the whole run, node-seconds, and what they were when the window began. */
  private readonly areas = new Float64Array(ROWS);
  private readonly base = new Float64Array(ROWS);
  private sinceS = 0;
  private servingMax: number;

  constructor(
    private readonly prices: NodePrices,
    serving: number,
  ) {
    this.servingMax = serving;
    this.set(0, serving, 0);
  }

  get coming(): number {
    return this.values[COMING]!;
  }

  get serving(): number {
    return this.values[SERVING]!;
  }

  get leaving(): number {
    return this.values[LEAVING]!;
  }

  change(coming: number, serving: number, leaving: number, nowS: number): void {
    this.integrate(nowS);
    this.set(this.coming + coming, this.serving + serving, this.leaving + leaving);
    this.servingMax = Math.max(this.servingMax, this.serving);
  }

  private set(coming: number, serving: number, leaving: number): void {
    if (coming < 0 || serving < 0 || leaving < 0)
      throw new Error(`nodes would be ${coming} coming, ${serving} serving, ${leaving} leaving`);
    const { values, prices } = this;
    const billed = coming + serving + leaving;
    values[COMING] = coming;
    values[SERVING] = serving;
    values[LEAVING] = leaving;
    values[RESERVED] = Math.min(billed, prices.reserved?.nodes ?? 0);
    values[SPOT] = Math.min(billed - values[RESERVED]!, prices.spot?.nodes ?? 0);
    values[ON_DEMAND] = billed - values[RESERVED]! - values[SPOT]!;
  }

  private integrate(nowS: number): void {
    for (let row = 0; row < ROWS; row++) this.areas[row]! += this.values[row]! * (nowS - this.sinceS);
    this.sinceS = nowS;
  }

  /** Sums and maxima count from now: the end of the warm-up. */
  measureFrom(nowS: number): void {
    this.integrate(nowS);
    this.base.set(this.areas);
    this.servingMax = this.serving;
  }

  /** Integrals over the whole run so far, node-seconds: coming, in service, leaving. */
  nodeS(nowS: number): readonly [coming: number, serving: number, leaving: number] {
    this.integrate(nowS);
    return [this.areas[COMING]!, this.areas[SERVING]!, this.areas[LEAVING]!];
  }

  /** In service over the measured window. */
  meanServing(nowS: number, windowS: number): number {
    if (windowS <= 0) return this.serving;
    this.integrate(nowS);
    return (this.areas[SERVING]! - this.base[SERVING]!) / windowS;
  }

  get maxServing(): number {
    return this.servingMax;
  }

  bill(nowS: number, windowS: number): NodeBill {
    this.integrate(nowS);
    const { prices } = this;
    // A run that ends within its warm-up has measured nothing.
    const gpuHours = (row: number): number =>
      windowS > 0 ? ((this.areas[row]! - this.base[row]!) * prices.gpusPerNode) / HOUR_S : 0;
    const reservedUsdPerHour = prices.reserved?.usdPerGpuHour ?? 0;
    const committed = ((prices.reserved?.nodes ?? 0) * prices.gpusPerNode * windowS) / HOUR_S;
    const reservedUsd = committed * reservedUsdPerHour;
    const usedUsd = gpuHours(RESERVED) * reservedUsdPerHour;
    const spotUsd = gpuHours(SPOT) * (prices.spot?.usdPerGpuHour ?? 0);
    const onDemandUsd = gpuHours(ON_DEMAND) * prices.priceUsdPerGpuHour;
    const billedGpuHours = gpuHours(COMING) + gpuHours(SERVING) + gpuHours(LEAVING);
    const usdPerGpuHour = billedGpuHours === 0 ? 0 : (usedUsd + spotUsd + onDemandUsd) / billedGpuHours;
    return {
      billedGpuHours,
      totalUsd: reservedUsd + spotUsd + onDemandUsd,
      reservedUsd,
      spotUsd,
      onDemandUsd,
      unusedUsd: Math.max(0, reservedUsd - usedUsd),
      startingUsd: gpuHours(COMING) * usdPerGpuHour,
      usdPerGpuHour,
    };
  }
}

/** Whether the nodes cost anything. */
export const isPriced = ({ priceUsdPerGpuHour, reserved, spot }: NodePrices): boolean =>
  priceUsdPerGpuHour > 0 || (reserved?.usdPerGpuHour ?? 0) > 0 || (spot?.usdPerGpuHour ?? 0) > 0;
