/**
 * Links that carry less for a time. Transfers over them are slowed at once, and so are the gangs that communicate over
 * them: what such a gang has done so far is settled at its old speed, and its end moves.
 */
import { isNamed, linksNamed } from '../model/network/link-names.js';
import type { LinkDisturbance } from '../model/system.js';
import { N, NONE } from '../model/task-table.js';
import type { Interconnect } from './interconnect.js';
import { retime } from './interrupting.js';
import type { RunState } from './run-state.js';

export function disturbLinks(run: RunState, { links }: LinkDisturbance): void {
  const net = run.interconnect!;
  for (const link of linksNamed(net.topology, links)) setCapacity(run, net, link);
  for (const station of run.pools) {
    if (station.isUniform) continue;
    run.tasks.forEach((task) => {
      const stage = run.tasks.n[task + N.stage]!;
      if (stage === NONE || !station.stages.includes(run.stages[stage]!)) return;
      const { network } = run.steps[run.tasks.n[task + N.step]!]!;
      if (network !== null && network.communicationFraction > 0) retime(run, station, task);
    });
  }
}

/** What was built, times the factors of all that is in force. */
function setCapacity(run: RunState, net: Interconnect, link: number): void {
  const { name, bytesPerS } = net.topology.links[link]!;
  let factor = 1;
  for (const index of run.disturbed) {
    const disturbance = run.spec.disturbances[index]!;
    if (disturbance.kind === 'links' && isNamed(name, disturbance.links)) factor *= disturbance.factor;
  }
  net.network.setCapacity(link, bytesPerS * factor, run.nowS);
}
