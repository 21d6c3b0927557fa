/** Edges along a line of fleets, of months, of loads: where what holds at one end stops holding. */

/** The least number from `low` to `high` for which it holds, by bisection; taken to hold at `high`. */
export async function leastTrue(
  low: number,
  high: number,
  holds: (at: number) => Promise<boolean>,
): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await holds(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}

/** The most, up to `limit`, for which it holds; taken to hold at 0. Steps double until it does not. */
export async function mostTrue(limit: number, holds: (at: number) => Promise<boolean>): Promise<number> {
  let held = 0;
  let failed = limit + 1;
  for (let step = 1; held + step < failed; step *= 2) {
    if (await holds(held + step)) held += step;
    else failed = held + step;
  }
  while (held + 1 < failed) {
    const middle = Math.floor((held + failed) / 2);
    if (await holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}
