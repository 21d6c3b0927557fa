/** A typed array that grows by doubling: ten million numbers cost no objects and about 24 copies. */
type NumberArray = Float64Array | Int32Array;

export class GrowingColumn<Numbers extends NumberArray> {
  private values: Numbers;
  private length = 0;

  constructor(private readonly allocate: (length: number) => Numbers) {
    this.values = allocate(1024);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.allocate(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  /** The values at the given places, in that order, in an array of exactly that length. */
  pick(order: Uint32Array): Numbers {
    const picked = this.allocate(order.length);
    for (let i = 0; i < order.length; i++) picked[i] = this.values[order[i]!]!;
    return picked;
  }
}

export const growingFloats = () => new GrowingColumn((length) => new Float64Array(length));
export const growingIntegers = () => new GrowingColumn((length) => new Int32Array(length));
