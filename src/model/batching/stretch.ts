/**
 * Iterations between two changes of membership. The first takes `firstS`, each later one `growthS` more than the one
 * before, and what had to be swapped holds up the first by `leadS`; so boundary m is at
 *
 *   start + lead + m first + growth m (m - 1) / 2
 *
 * and which iteration is under way at a time is the root of a quadratic. Data plane.
 */
export class Stretch {
  startS = 0;
  leadS = 0;
  firstS = 0;
  growthS = 0;
  iterations = 0;

  begin(startS: number, leadS: number, firstS: number, growthS: number, iterations: number): void {
    this.startS = startS;
    this.leadS = leadS;
    this.firstS = firstS;
    this.growthS = growthS;
    this.iterations = iterations;
  }

  /** When iteration m has ended (0: when the stretch begins). */
  boundaryS(m: number): number {
    if (m === 0) return this.startS;
    return this.startS + (this.leadS + m * this.firstS + this.growthS * ((m * (m - 1)) / 2));
  }

  /** Iterations that have ended by a time before the end of the stretch. */
  endedBy(nowS: number): number {
    const { firstS, growthS, iterations } = this;
    const sinceS = nowS - this.startS - this.leadS;
    if (iterations === 0 || sinceS < 0) return 0;
    // growth/2 m^2 + linear m = since; each form of the root where it loses no digits.
    const linearS = firstS - growthS / 2;
    const rootS = Math.sqrt(linearS * linearS + 2 * growthS * sinceS);
    const guess =
      sinceS === 0 ? 0 : linearS >= 0 ? (2 * sinceS) / (linearS + rootS) : (rootS - linearS) / growthS;
    let m = Math.min(iterations - 1, Math.max(0, Math.floor(guess)));
    // Rounding may shift the root over a boundary: the boundaries themselves decide.
    while (m > 0 && this.boundaryS(m) > nowS) m--;
    while (m < iterations - 1 && this.boundaryS(m + 1) <= nowS) m++;
    return m;
  }

  /** Forgets m iterations that ended; the last of them at a given time. */
  drop(m: number, atS: number): void {
    if (m === 0) return;
    this.startS = atS;
    this.leadS = 0;
    this.firstS += m * this.growthS;
    this.iterations -= m;
  }
}
