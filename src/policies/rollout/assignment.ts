/**
 * Who belongs to the canary. Users and tenants are assigned by a hash of their name, so that all their tasks have the
 * same policies, in every run alike; the variant's name salts it, so that two rollouts do not try out on the same.
 */
import type { TaskRandom } from '../runtime.js';
import type { SystemView } from '../view.js';

export type Unit = 'task' | 'user' | 'tenant';

/** FNV-1a, 32 bits, over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3 (Appleby): every bit of the input changes half of those of the output. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const fractionOf = (hash: number): number => (mixed(hash) >>> 0) / 2 ** 32;

/** A task's place between 0 and 1; those below the share are in the canary. */
export class Assignment {
  private readonly workloadHashes: readonly number[];
  private readonly tenantPlaces: readonly number[];

  constructor(
    private readonly unit: Unit,
    salt: string,
    private readonly view: SystemView,
    private readonly random: TaskRandom,
  ) {
    this.workloadHashes = view.workloadNames.map((name) => mixed(hashOf(`${salt}/${name}`)));
    this.tenantPlaces = view.tenantNames.map((name) => fractionOf(hashOf(`${salt}/${name}`)));
  }

  placeOf(task: number): number {
    const { tasks } = this.view;
    switch (this.unit) {
      case 'task':
        return this.random.of(task).next();
      case 'user':
        return fractionOf(this.workloadHashes[tasks.workload(task)]! ^ tasks.user(task));
      case 'tenant':
        return this.tenantPlaces[tasks.tenant(task)]!;
    }
  }
}
