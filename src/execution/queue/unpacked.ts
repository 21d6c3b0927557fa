/** The worker's side of bundles: each is fetched and unpacked once, into a folder that goes when the worker ends. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { ScenarioText } from '../../experiment/run-source.js';
import { unpackBundle } from './bundle.js';
import { bundleKey } from './protocol.js';

/** Redis does not have the scenario any more; the coordinator puts it there again when it hears of this. */
export class BundleMissing extends Error {
  override readonly name = 'BundleMissing';
}

export class UnpackedBundles {
  private folder: Promise<string> | null = null;
  private madeFolder: string | null = null;
  private readonly byHash = new Map<string, Promise<ScenarioText>>();
  private readonly removeAtExit = (): void => this.remove();

  constructor(private readonly redis: Redis) {}

  scenario(hash: string): Promise<ScenarioText> {
    let scenario = this.byHash.get(hash);
    if (scenario === undefined) {
      scenario = this.fetch(hash);
      scenario.catch(() => this.byHash.delete(hash));
      this.byHash.set(hash, scenario);
    }
    return scenario;
  }

  remove(): void {
    process.off('exit', this.removeAtExit);
    if (this.madeFolder !== null) rmSync(this.madeFolder, { recursive: true, force: true });
    this.madeFolder = null;
  }

  private async fetch(hash: string): Promise<ScenarioText> {
    const bytes = await this.redis.getBuffer(bundleKey(hash));
    if (bytes === null) throw new BundleMissing('the scenario is not in Redis any more');
    this.folder ??= this.makeFolder();
    return unpackBundle(bytes, join(await this.folder, hash.slice(0, 16)));
  }

  private async makeFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'wipsim-worker-'));
    this.madeFolder = folder;
    process.on('exit', this.removeAtExit);
    return folder;
  }
}
