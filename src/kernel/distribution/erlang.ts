import { count, positiveDurationS, rateHz } from '../../units/schema.js';
import { ln } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import { byMeanAndCv, byParameters, defineDistribution } from './definition.js';
import { Gamma } from './gamma.js';
import { ImpossibleParameters } from './impossible-parameters.js';

/** Up to here the logarithm of a product of uniforms is faster than the gamma's rejection. */
const MULTIPLIED_MAX = 8;

/** The sum of k exponentials. */
export class Erlang extends Gamma {
  constructor(k: number, mean: number) {
    super(k, mean / k);
  }

  override sample(random: UniformSource): number {
    if (this.shape > MULTIPLIED_MAX) return super.sample(random);
    let product = random.next();
    for (let i = 1; i < this.shape; i += 1) product *= random.next();
    return -this.scale * ln(product);
  }
}

const WHOLE_TOLERANCE = 1e-6;

export const erlang = defineDistribution({
  name: 'erlang',
  summary: 'The sum of k exponentials: less variable than one, cv = 1 / sqrt(k)',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.3',
  ways: [
    byParameters({ k: count(), mean: positiveDurationS() }, ({ k, mean }) => new Erlang(k, mean)),
    byParameters({ k: count(), rate: rateHz() }, ({ k, rate }) => new Erlang(k, k / rate)),
    byMeanAndCv((mean, cv) => {
      const phases = 1 / (cv * cv);
      const k = Math.max(Math.round(phases), 1);
      if (Math.abs(phases - k) > WHOLE_TOLERANCE * k)
        throw new ImpossibleParameters(
          `the cv of an erlang is 1 / sqrt(k) with k whole; ${cv} gives k = ${phases}: use gamma`,
          'cv',
        );
      return new Erlang(k, mean);
    }),
  ],
});
