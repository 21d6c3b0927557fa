/** M/G/c/c: a customer who finds every server busy is lost. */

/**
 * Erlang's loss formula B(c, a) at an offered load of `loadErlang`, by the recursion B(c) = a B(c-1) / (c + a B(c-1)).
 * It holds for any service time of that mean (insensitivity, Sevastyanov 1957).
 * Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing Theory, 4th ed., 2.6.
 */
export function erlangB(servers: number, loadErlang: number): number {
  let blocked = 1;
  for (let c = 1; c <= servers; c++) blocked = (loadErlang * blocked) / (c + loadErlang * blocked);
  return blocked;
}
