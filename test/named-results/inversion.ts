/** Measures priority inversion: the time that tasks of a priority wait while a task of a lower one is served. */
import { State } from '../../src/model/life-cycle.js';
import type { CompiledScenario } from '../../src/scenario/compile.js';
import { startRun } from '../../src/simulation/simulate.js';

const WAITING: ReadonlySet<number> = new Set([State.ready, State.suspended]);
const SERVED: ReadonlySet<number> = new Set([State.inProgress, State.checkpointing, State.resuming]);

class Level {
  tasks = 0;
  waiting = 0;
  served = 0;
  inversionS = 0;
}

/** By priority: mean inversion of a task, seconds. All tasks use one pool. */
export function meanInversionsS({ system, policies }: CompiledScenario, seed: string): Map<number, number> {
  const levels = new Map<number, Level>();
  let sinceS = 0;
  const integrate = (nowS: number): void => {
    for (const [priority, level] of levels) {
      const isInverted = [...levels].some(([other, { served }]) => other < priority && served > 0);
      if (isInverted) level.inversionS += level.waiting * (nowS - sinceS);
    }
    sinceS = nowS;
  };
  const run = startRun(system, policies, seed, {
    warmupS: 0,
    listener: (task, from, to, nowS) => {
      integrate(nowS);
      const priority = run.state.tasks.priority(task);
      const level = levels.get(priority) ?? new Level();
      levels.set(priority, level);
      if (from === State.queued) level.tasks++;
      level.waiting += Number(WAITING.has(to)) - Number(WAITING.has(from));
      level.served += Number(SERVED.has(to)) - Number(SERVED.has(from));
    },
  });
  while (!run.advance(1_000_000));
  return new Map([...levels].map(([priority, { tasks, inversionS }]) => [priority, inversionS / tasks]));
}
