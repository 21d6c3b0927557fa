/** When those who hold budgets are expected to give them back. */

export interface Holder {
  /** By account. */
  readonly needs: readonly number[];
  admittedS: number;
  /** Expected. */
  releaseS: number;
}

export class ExpectedReleases {
  /** By expected release. */
  private readonly holders: Holder[] = [];

  add(holder: Holder): void {
    let at = this.holders.length;
    while (at > 0 && this.holders[at - 1]!.releaseS > holder.releaseS) at--;
    this.holders.splice(at, 0, holder);
  }

  remove(holder: Holder): void {
    this.holders.splice(this.holders.indexOf(holder), 1);
  }

  /**
   * Seconds until `shortfall` of an account's budget is given back. Where that is more than the whole budget, the
   * rest of it takes whole rounds, each as long as the holders hold it on average (`otherwiseS` without holders).
   */
  waitS(account: number, shortfall: number, capacity: number, otherwiseS: number, nowS: number): number {
    const rounds = Math.max(0, Math.ceil(shortfall / capacity - 1e-9) - 1);
    const first = (shortfall - rounds * capacity) * (1 - 1e-9);
    let released = 0;
    let heldTime = 0;
    let releaseS = nowS;
    for (const { needs, admittedS, releaseS: expectedS } of this.holders) {
      const need = needs[account]!;
      if (need === 0) continue;
      // One that should be over already is expected at any moment.
      if (released < first) releaseS = Math.max(nowS, expectedS);
      released += need;
      heldTime += need * (expectedS - admittedS);
    }
    const roundS = released > 0 ? heldTime / released : otherwiseS;
    return releaseS - nowS + rounds * roundS;
  }
}
