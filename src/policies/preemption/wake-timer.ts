/** One pending timer at most: the queues are looked at again at the earliest of the moments asked for. */
import type { PolicyRuntime } from '../runtime.js';

export class WakeTimer {
  private atS = Number.POSITIVE_INFINITY;
  private timer = 0;

  constructor(private readonly runtime: PolicyRuntime) {}

  /** `atS` is in the future; the clock moves on by at least its last digit, so no two wakes share a moment. */
  by(atS: number): void {
    if (atS >= this.atS) return;
    if (this.atS < Number.POSITIVE_INFINITY) this.runtime.cancel(this.timer);
    this.atS = atS;
    const nowS = this.runtime.nowS();
    this.timer = this.runtime.after(Math.max(atS - nowS, nowS * Number.EPSILON), () => {
      this.atS = Number.POSITIVE_INFINITY;
      this.runtime.wake();
    });
  }
}
