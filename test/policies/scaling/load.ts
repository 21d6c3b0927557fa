/** What a scaling policy is shown: a pool of ten nodes of one GPU, seven of them busy, and what else is given. */
import type { PoolLoad } from '../../../src/policies/points.js';

export const load = (given: Partial<PoolLoad> = {}): PoolLoad => {
  const { nodes = 10, unitsPerNode = 1, utilisation = 0.7 } = given;
  return {
    pool: 0,
    nodes,
    coming: 0,
    leaving: 0,
    minNodes: 1,
    maxNodes: 1000,
    unitsPerNode,
    utilisation,
    meanUnitsTaken: utilisation * nodes * unitsPerNode,
    unitsTaken: Math.round(utilisation * nodes * unitsPerNode),
    waitingTasks: 0,
    waitingUnits: 0,
    arrivedTasks: 0,
    provisionS: 0,
    ...given,
  };
};
