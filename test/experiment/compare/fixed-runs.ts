/** A source whose runs have the values that a test gives them: everything else is that of one real run. */
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { RunOutcome } from '../../../src/experiment/run-outcome.js';
import {
  Interrupted,
  type RunAnswer,
  type RunRequest,
  type RunSource,
  type Setup,
} from '../../../src/experiment/run-source.js';
import { mm1 } from '../mm1.js';
import { setupOf } from '../setup-of.js';

/** By path into the measures, value by replication. */
export type Values = Readonly<Record<string, readonly number[]>>;

/** What a test may say of a run instead: it is stopped. */
export type Fate = (setup: Setup, replication: number) => 'runs' | 'is interrupted';

export class FixedRuns implements RunSource {
  readonly parallelism = 8;
  /** Setup and replication of every request, in order. */
  readonly asked: { readonly setup: Setup; readonly replication: number }[] = [];

  constructor(
    private readonly template: RunOutcome,
    private readonly values: ReadonlyMap<Setup, Values>,
    private readonly fate: Fate = () => 'runs',
  ) {}

  async ask({ setup, seed }: RunRequest): Promise<RunAnswer> {
    const replication = Number(seed.split('/').at(-1));
    this.asked.push({ setup, replication });
    if (this.fate(setup, replication) === 'is interrupted') throw new Interrupted();
    const measures = structuredClone(this.template.measures);
    for (const [path, values] of Object.entries(this.values.get(setup)!)) {
      const value = values[replication];
      if (value === undefined) throw new Error(`replication ${replication} was not expected`);
      put(measures, path.split('.'), value);
    }
    return { kind: 'replication', outcome: { ...this.template, measures } };
  }
}

function put(tree: object, [key, ...rest]: readonly string[], value: number): void {
  if (rest.length === 0) Object.assign(tree, { [key!]: value });
  else put((tree as Record<string, object>)[key!]!, rest, value);
}

let real: Promise<RunOutcome> | undefined;

/** Of an M/M/1 queue. */
export function template(): Promise<RunOutcome> {
  real ??= new ThisThread()
    .ask({
      setup: setupOf(mm1({ run: { duration: 100 } })),
      kind: 'replication',
      seed: 'template/0',
      warmupS: 0,
      keepsSeries: true,
    })
    .then((answer) => {
      if (answer.kind !== 'replication') throw new Error('a replication was asked for');
      return answer.outcome;
    });
  return real;
}

/** Setups that differ in what a run depends on. */
export const setups = (...names: string[]) =>
  names.map((name, i) => ({ name, setup: setupOf(mm1({ rateHz: 0.5 + i / 100 })) }));
