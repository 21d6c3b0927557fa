/** Tells a coordinator whose runs wait and wait that there is nobody to take them, and why. */
import type { Member, Membership } from './members.js';

/** Nobody is told of missing workers before they had time to connect. */
const LONELY_MS = 5000;

export class WorkerWatch {
  private told = false;
  private lonelySinceMs = Date.now();

  constructor(
    private readonly membership: Membership,
    private readonly engineVersion: string,
    private readonly place: string,
    private readonly tell: (message: string) => void,
  ) {}

  async look(somethingWaits: boolean): Promise<void> {
    const workers = (await this.membership.others()).filter(({ role }) => role === 'worker');
    const ours = workers.filter(({ engine }) => engine === this.engineVersion);
    if (ours.length > 0 || !somethingWaits) {
      this.lonelySinceMs = Date.now();
      this.told = false;
    } else if (!this.told && Date.now() - this.lonelySinceMs >= LONELY_MS) {
      this.told = true;
      this.tell(this.message(workers));
    }
  }

  private message(workers: readonly Member[]): string {
    const [other] = workers;
    if (other === undefined)
      return `no worker is connected to Redis at ${this.place}; the runs wait for one: wipsim worker --redis URL`;
    const who =
      workers.length === 1
        ? `the only worker at ${this.place} has`
        : `all ${workers.length} workers at ${this.place} have`;
    return `${who} another version of the engine (${other.engine} on ${other.host}, this is ${this.engineVersion}), and results would differ; the runs wait for a worker of this version`;
  }
}
