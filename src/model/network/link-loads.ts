/**
 * What every link has carried: integrals of its load over time, brought up to date only where the load changes. Data
 * plane. Averages over any window are differences of these integrals at its ends.
 */
import { doubledFloats } from './sharing-graph.js';

export class LinkLoads {
  private links = 0;
  private loadBytesPerS = new Float64Array(16);
  private capacityBytesPerS = new Float64Array(16);
  private settledAtS = new Float64Array(16);
  private carriedBytes = new Float64Array(16);
  private busySeconds = new Float64Array(16);
  /** The largest share of its capacity that was in use at any time since `forgetPeaks`. */
  private peakShares = new Float64Array(16);

  addLink(bytesPerS: number): void {
    const link = this.links++;
    if (link === this.loadBytesPerS.length) {
      this.loadBytesPerS = doubledFloats(this.loadBytesPerS);
      this.capacityBytesPerS = doubledFloats(this.capacityBytesPerS);
      this.settledAtS = doubledFloats(this.settledAtS);
      this.carriedBytes = doubledFloats(this.carriedBytes);
      this.busySeconds = doubledFloats(this.busySeconds);
      this.peakShares = doubledFloats(this.peakShares);
    }
    this.capacityBytesPerS[link] = bytesPerS;
  }

  load(link: number): number {
    return this.loadBytesPerS[link]!;
  }

  setLoad(link: number, bytesPerS: number, nowS: number): void {
    this.settle(link, nowS);
    this.loadBytesPerS[link] = bytesPerS;
    this.notePeak(link);
  }

  peakShare(link: number): number {
    return this.peakShares[link]!;
  }

  /** Peaks are those from now on. */
  forgetPeaks(): void {
    for (let link = 0; link < this.links; link++) this.peakShares[link] = this.busyShare(link);
  }

  setCapacity(link: number, bytesPerS: number, nowS: number): void {
    this.settle(link, nowS);
    this.capacityBytesPerS[link] = bytesPerS;
  }

  carriedBytesUntil(link: number, nowS: number): number {
    return this.carriedBytes[link]! + this.loadBytesPerS[link]! * (nowS - this.settledAtS[link]!);
  }

  busySecondsUntil(link: number, nowS: number): number {
    return this.busySeconds[link]! + this.busyShare(link) * (nowS - this.settledAtS[link]!);
  }

  /** The share of the capacity in use; a link that is down is not busy. */
  private busyShare(link: number): number {
    const capacity = this.capacityBytesPerS[link]!;
    return capacity > 0 ? this.loadBytesPerS[link]! / capacity : 0;
  }

  private notePeak(link: number): void {
    const share = this.busyShare(link);
    if (share > this.peakShares[link]!) this.peakShares[link] = share;
  }

  private settle(link: number, nowS: number): void {
    this.carriedBytes[link] = this.carriedBytesUntil(link, nowS);
    this.busySeconds[link] = this.busySecondsUntil(link, nowS);
    this.settledAtS[link] = nowS;
  }
}
