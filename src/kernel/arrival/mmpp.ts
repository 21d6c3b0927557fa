import { z } from 'zod';
import { fraction, positiveDurationS, rateOrZeroHz } from '../../units/schema.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import { ln } from '../math.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';
import { stationaryShares } from './stationary.js';

interface MmppState {
  readonly rate: number;
  readonly sojourn: number;
}

/**
 * Markov-modulated Poisson process: arrivals are Poisson at the rate of a state that changes after exponential
 * sojourns. The path of states has its own stream, so that changing a rate leaves the path as it was.
 */
export class Mmpp implements EpochSource {
  readonly meanRateHz: number;
  private readonly ratesHz: Float64Array;
  private readonly sojournsS: Float64Array;
  /** Row by row, summed up to each next state. */
  private readonly cumulative: Float64Array;
  private readonly arrivals: RandomStream;
  private readonly path: RandomStream;
  private timeS: number;
  private state: number;
  private stateEndS: number;

  constructor(
    states: readonly MmppState[],
    transitions: readonly (readonly number[])[],
    arrivals: RandomStream,
    path: RandomStream,
    startS: number,
  ) {
    this.ratesHz = Float64Array.from(states, (state) => state.rate);
    this.sojournsS = Float64Array.from(states, (state) => state.sojourn);
    this.cumulative = new Float64Array(states.length * states.length);
    transitions.forEach((row, from) => {
      let below = 0;
      row.forEach((probability, to) => {
        below += probability;
        this.cumulative[from * states.length + to] = below;
      });
    });
    this.arrivals = arrivals;
    this.path = path;

    const shares = stationaryShares(transitions, this.sojournsS);
    this.meanRateHz = shares.reduce((sum, share, i) => sum + share * states[i].rate, 0);
    this.timeS = startS;
    let rest = path.next();
    this.state = 0;
    while (this.state < states.length - 1 && rest >= shares[this.state]) {
      rest -= shares[this.state];
      this.state += 1;
    }
    // The rest of an exponential sojourn is exponential again.
    this.stateEndS = startS - this.sojournsS[this.state] * ln(1 - path.next());
  }

  nextS(): number {
    for (;;) {
      const rateHz = this.ratesHz[this.state];
      if (rateHz > 0) {
        const candidateS = this.timeS - ln(1 - this.arrivals.next()) / rateHz;
        if (candidateS < this.stateEndS) {
          this.timeS = candidateS;
          return candidateS;
        }
      }
      // No arrival in the rest of this state; the Poisson process of the next one starts afresh.
      this.timeS = this.stateEndS;
      this.changeState();
    }
  }

  private changeState(): void {
    const count = this.ratesHz.length;
    const row = this.state * count;
    const u = this.path.next();
    let next = 0;
    while (next < count - 1 && u >= this.cumulative[row + next]) next += 1;
    this.state = next;
    this.stateEndS -= this.sojournsS[next] * ln(1 - this.path.next());
  }
}

const ROW_SUM_TOLERANCE = 1e-9;

/** Each state is followed by the one after it, the last by the first. */
const cyclic = (count: number): number[][] =>
  Array.from({ length: count }, (_, from) =>
    Array.from({ length: count }, (_, to) => (to === (from + 1) % count ? 1 : 0)),
  );

function checkTransitions(transitions: readonly (readonly number[])[], count: number): void {
  if (transitions.length !== count)
    throw new ImpossibleParameters(`${count} states need ${count} rows of transitions`, 'transitions');
  transitions.forEach((row, from) => {
    if (row.length !== count)
      throw new ImpossibleParameters(`${count} states need ${count} probabilities`, 'transitions', from);
    if (row[from] !== 0)
      throw new ImpossibleParameters('a state does not follow itself: use 0', 'transitions', from, from);
    const sum = row.reduce((total, probability) => total + probability, 0);
    if (Math.abs(sum - 1) > ROW_SUM_TOLERANCE)
      throw new ImpossibleParameters(`the probabilities add up to ${sum}, not to 1`, 'transitions', from);
  });
}

export const mmpp = defineArrival({
  name: 'mmpp',
  summary: 'Bursts: Poisson at the rate of a state that changes after exponential sojourns',
  source: 'Fischer & Meier-Hellstern (1993), The MMPP cookbook, Performance Evaluation 18',
  parameters: {
    states: z.array(z.strictObject({ rate: rateOrZeroHz(), sojourn: positiveDurationS() })).min(2),
    transitions: z
      .array(z.array(fraction()))
      .optional()
      .describe(
        'Probabilities of the next state, one row per state; without them the states follow in order',
      ),
  },
  check: ({ states, transitions = cyclic(states.length) }) => {
    checkTransitions(transitions, states.length);
    const shares = stationaryShares(
      transitions,
      states.map((state) => state.sojourn),
    );
    if (shares.some((share) => Number.isNaN(share)))
      throw new ImpossibleParameters(
        'the states fall into groups that never reach each other',
        'transitions',
      );
    if (!states.some((state, i) => state.rate > 0 && shares[i] > 0))
      throw new ImpossibleParameters('a state that the process returns to needs a rate above 0', 'states');
  },
  create: ({ states, transitions }, streamOf, startS, load) =>
    new Mmpp(
      states.map(({ rate, sojourn }) => ({ rate: rate * load, sojourn })),
      transitions ?? cyclic(states.length),
      streamOf('interval'),
      streamOf('state'),
      startS,
    ),
});
