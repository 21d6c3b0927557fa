/** Problems whose truth is a formula: what the planner finds can be held against trying everything. */

import type { Evaluator, Question, Sample, SloTarget } from '../../../src/experiment/plan/evaluator.js';
import { normalQuantile } from '../../../src/kernel/math.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

export interface Truth {
  readonly slos: readonly SloTarget[];
  /** The true mean of each SLO metric. */
  readonly means: (question: Question) => readonly number[];
  /** Standard deviation of one replication, as a part of the mean. */
  readonly cv: number;
  readonly seed: string;
  /** How much of the noise is common to all questions: 0 to 1. */
  readonly common?: number;
  readonly events?: (question: Question) => number;
}

/** Values are the true mean times (1 + cv·Z), Z normal, partly common to all questions of one replication. */
export class NoisyEvaluator implements Evaluator {
  readonly slos: readonly SloTarget[];
  events = 0;
  readonly asked = new Map<string, number>();
  private readonly normals = new Map<string, number[]>();
  private readonly streams: StreamFactory;

  constructor(private readonly truth: Truth) {
    this.slos = truth.slos;
    this.streams = new StreamFactory(truth.seed);
  }

  look(question: Question, count: number, series: string): Promise<Sample> {
    const { means, cv, common = 0.5, events = () => 1 } = this.truth;
    const key = `${series};${question.nodes.join(',')};${question.setting};${question.load}`;
    const used = this.asked.get(key) ?? 0;
    const each = events(question);
    this.events += Math.max(0, count - used) * each;
    this.asked.set(key, Math.max(used, count));
    const slos = means(question).map((mean, slo) => {
      const own = this.noise(`${key};${slo}`, count);
      const shared = this.noise(`${series};${slo}`, count);
      return own.map(
        (z, i) => mean * (1 + cv * (Math.sqrt(common) * shared[i]! + Math.sqrt(1 - common) * z)),
      );
    });
    const nothing = Array.from({ length: count }, () => 0);
    return Promise.resolve({
      slos,
      objective: slos[0]!,
      p99S: slos[0]!,
      billedUsdPerHour: nothing,
      utilisation: question.nodes.map(() => nothing),
      events: nothing.map(() => each),
    });
  }

  private noise(name: string, count: number): number[] {
    let values = this.normals.get(name);
    if (values === undefined || values.length < count) {
      const stream = this.streams.stream(name);
      values = Array.from({ length: count }, () => normalQuantile(stream.next()));
      this.normals.set(name, values);
    }
    return values.slice(0, count);
  }
}
