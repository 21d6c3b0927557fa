/**
 * Arrivals whose rate is changed by a factor for a time, exactly, whatever the process: to triple the traffic, two
 * more sources like the one there is send as well, each on its own random numbers, and what they send outside of the
 * surge is not heard (superposition and thinning; Kingman 1993, Poisson Processes, 2.2 and 5.1). The part of a factor
 * that is not whole is a source of which each epoch is kept with that probability, and a factor below 1 keeps epochs
 * of the first source with it. At each moment the rate is the factor times what it would be, day and night included;
 * of a Poisson process it makes a Poisson process. The first source's epochs outside of surges are as they were.
 */
import type { RandomStream } from '../random/stream.js';
import type { ArrivalProcess } from './arrival-process.js';

/** When the rate is changed, and by how much. */
export interface Surge {
  readonly factor: number;
  /** How long it lasts, seconds; may be Infinity. */
  readonly forS: number;
  /** Whether the surge is on; asked for times that never fall. */
  isOn(timeS: number): boolean;
}

interface Source {
  readonly arrivals: ArrivalProcess;
  readonly verdicts: RandomStream;
  /** Its next epoch, not yet judged. */
  nextS: number;
}

export class SurgingArrivals implements ArrivalProcess {
  /** Without surges. */
  readonly meanRateHz: number;
  private readonly sources: Source[];
  /** Size of the batch at the epoch returned last. */
  private batch = 1;

  /**
   * @param source makes one of the like sources, 0 is the one there is without surges
   * @param verdictsOf its stream for what is kept of it
   */
  constructor(
    private readonly surges: readonly Surge[],
    source: (number: number) => ArrivalProcess,
    verdictsOf: (number: number) => RandomStream,
  ) {
    const most = surges.reduce((product, { factor }) => product * Math.max(1, factor), 1);
    this.sources = Array.from({ length: Math.max(1, Math.ceil(most)) }, (_, number) => {
      const arrivals = source(number);
      return { arrivals, verdicts: verdictsOf(number), nextS: arrivals.nextS() };
    });
    this.meanRateHz = this.sources[0]!.arrivals.meanRateHz;
  }

  nextS(): number {
    for (;;) {
      const number = this.earliest();
      const source = this.sources[number]!;
      const timeS = source.nextS;
      if (timeS === Number.POSITIVE_INFINITY) return timeS;
      const factor = this.factorAt(timeS);
      if (factor === 0 && this.isOverAt(timeS)) return Number.POSITIVE_INFINITY;
      const kept = factor - number;
      const isKept = kept >= 1 || (kept > 0 && source.verdicts.next() < kept);
      // Asked once an epoch, kept or not, so that the source's own numbers stay its own.
      const size = source.arrivals.batchSize();
      source.nextS = source.arrivals.nextS();
      if (!isKept) continue;
      this.batch = size;
      return timeS;
    }
  }

  batchSize(): number {
    return this.batch;
  }

  /** Of two at the same time the one with the lower number. */
  private earliest(): number {
    let best = 0;
    for (let i = 1; i < this.sources.length; i++)
      if (this.sources[i]!.nextS < this.sources[best]!.nextS) best = i;
    return best;
  }

  /** Whether nobody comes any more. */
  private isOverAt(timeS: number): boolean {
    return this.surges.some(
      (surge) => surge.factor === 0 && surge.forS === Number.POSITIVE_INFINITY && surge.isOn(timeS),
    );
  }

  private factorAt(timeS: number): number {
    let factor = 1;
    for (const surge of this.surges) if (surge.isOn(timeS)) factor *= surge.factor;
    return factor;
  }
}

/** A surge at one time. */
export class SurgeOnce implements Surge {
  constructor(
    readonly factor: number,
    private readonly atS: number,
    readonly forS: number,
  ) {}

  isOn(timeS: number): boolean {
    return timeS >= this.atS && timeS < this.atS + this.forS;
  }
}

/** A surge that comes again and again, so long after its last end as is drawn each time. */
export class SurgeAgain implements Surge {
  private fromS: number;

  constructor(
    readonly factor: number,
    private readonly intervalS: () => number,
    readonly forS: number,
  ) {
    this.fromS = intervalS();
  }

  isOn(timeS: number): boolean {
    while (timeS >= this.fromS + this.forS) this.fromS += this.forS + this.intervalS();
    return timeS >= this.fromS;
  }
}
