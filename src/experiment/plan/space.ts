/** The fleets that are searched: every combination of node counts between the bounds, in mixed radix. */

export interface PoolBounds {
  readonly min: number;
  readonly max: number;
}

/** More would take longer to list than to think about. */
export const FLEETS_MAX = 250_000;

export class Space {
  readonly fleetCount: number;
  private readonly strides: readonly number[];

  constructor(
    readonly pools: readonly PoolBounds[],
    readonly settingCount: number,
  ) {
    const strides: number[] = [];
    let stride = 1;
    for (const { min, max } of pools) {
      if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= min))
        throw new RangeError(`expected node counts from a least to a most, got ${min}..${max}`);
      strides.push(stride);
      stride *= max - min + 1;
    }
    if (stride > FLEETS_MAX)
      throw new RangeError(`${stride} fleets are more than the ${FLEETS_MAX} that can be searched`);
    if (!(Number.isInteger(settingCount) && settingCount >= 1))
      throw new RangeError('a space has at least one setting');
    this.strides = strides;
    this.fleetCount = stride;
  }

  get most(): number[] {
    return this.pools.map(({ max }) => max);
  }

  get least(): number[] {
    return this.pools.map(({ min }) => min);
  }

  nodesAt(fleet: number): number[] {
    return this.pools.map(
      ({ min, max }, pool) => min + (Math.floor(fleet / this.strides[pool]!) % (max - min + 1)),
    );
  }

  fleetOf(nodes: readonly number[]): number {
    return nodes.reduce((sum, count, pool) => sum + (count - this.pools[pool]!.min) * this.strides[pool]!, 0);
  }

  holds(nodes: readonly number[]): boolean {
    return nodes.every((count, pool) => count >= this.pools[pool]!.min && count <= this.pools[pool]!.max);
  }
}

/** Whether no pool of `a` has more nodes than that of `b`. */
export const isWithin = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((count, pool) => count <= b[pool]!);

export const withPool = (nodes: readonly number[], pool: number, count: number): number[] =>
  nodes.map((other, index) => (index === pool ? count : other));

export const nodeCount = (nodes: readonly number[]): number => nodes.reduce((sum, count) => sum + count, 0);
