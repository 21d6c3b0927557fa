import { durationS } from '../../units/schema.js';
import { byParameters, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';

/** Always the same value. */
export class Deterministic implements Distribution {
  readonly mean: number;
  readonly variance = 0;

  constructor(value: number) {
    this.mean = value;
  }

  sample(): number {
    return this.mean;
  }

  cdf(x: number): number {
    return x >= this.mean ? 1 : 0;
  }

  quantile(): number {
    return this.mean;
  }
}

export const deterministic = defineDistribution({
  name: 'deterministic',
  summary: 'Always the same value; a bare number or duration means the same',
  source: 'elementary',
  ways: [byParameters({ value: durationS() }, ({ value }) => new Deterministic(value))],
});
