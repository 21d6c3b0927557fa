/** The coordinator's side of bundles: packs each scenario once, and puts it into Redis once under its hash. */
import type { Redis } from 'ioredis';
import type { SetupRef } from '../../experiment/run-source.js';
import { type Bundle, packBundle } from './bundle.js';
import { bundleKey, KEPT_S } from './protocol.js';

/** Absolute paths of the files that a setup's scenario names. */
export type FilesOf = (ref: SetupRef) => Promise<readonly string[]>;

/** Packed bundles that are held; one is enough for most experiments, and each may be large. */
const HELD_MAX = 8;

export class BundleShelf {
  /** By scenario and files. */
  private readonly packed = new Map<string, Promise<Bundle>>();
  private readonly byRef = new WeakMap<SetupRef, string>();
  private readonly placed = new Set<string>();

  constructor(
    private readonly redis: Redis,
    private readonly filesOf: FilesOf,
  ) {}

  /** The hash under which the setup's scenario lies in Redis. */
  async place(ref: SetupRef): Promise<string> {
    const { hash, bytes } = await this.pack(ref);
    if (!this.placed.has(hash)) {
      const key = bundleKey(hash);
      // Renewed where it is there already: a large one is sent once only.
      if ((await this.redis.expire(key, KEPT_S)) === 0) await this.redis.set(key, bytes, 'EX', KEPT_S);
      this.placed.add(hash);
    }
    return hash;
  }

  /** Redis may have lost what it had. */
  forget(): void {
    this.placed.clear();
  }

  private async pack(ref: SetupRef): Promise<Bundle> {
    let name = this.byRef.get(ref);
    let files: readonly string[] | undefined;
    if (name === undefined) {
      files = await this.filesOf(ref);
      name = JSON.stringify([ref.scenario.name, ref.scenario.folder, ref.scenario.text, files]);
      this.byRef.set(ref, name);
    }
    let bundle = this.packed.get(name);
    if (bundle === undefined) {
      bundle = packBundle(ref.scenario, files ?? (await this.filesOf(ref)));
      bundle.catch(() => this.packed.delete(name));
      this.packed.set(name, bundle);
      if (this.packed.size > HELD_MAX) this.packed.delete(this.packed.keys().next().value!);
    }
    return bundle;
  }
}
