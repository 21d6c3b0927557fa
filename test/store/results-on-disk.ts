/** Small results in folders of their own, for tests to ask. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResultDocument } from '../../src/experiment/document.js';
import { compileObject } from '../../src/scenario/compile.js';
import { runOnThisThread } from '../experiment/setup-of.js';

export async function smallResult(seed: string, variant?: string): Promise<ResultDocument> {
  const compiled = compileObject(
    {
      version: 1,
      name: 'Small queue',
      run: { duration: '10m', warmup: '30s', replications: 3, seed },
      pools: { gpu: { nodes: 1, gpusPerNode: 4, price: '$2/h' } },
      stages: { work: { pool: 'gpu' } },
      workloads: {
        chat: {
          arrival: { process: 'poisson', rate: '2/s' },
          workflow: [{ stage: 'work', work: { dist: 'exponential', mean: '1.5s' } }],
        },
      },
      variants: { lifo: { ordering: 'lifo' } },
      slos: [
        { name: 'quick', metric: 'workloads.chat.latency_s.p99', atMost: '30s' },
        { name: 'very quick', metric: 'workloads.chat.latency_s.p99', atMost: '1ms' },
      ],
    },
    variant === undefined ? {} : { variant },
  );
  return (await runOnThisThread(compiled))!;
}

export interface Folders {
  readonly root: string;
  /** Writes the document as result.json into a new folder of this name. */
  folder(name: string, document: object): string;
  remove(): void;
}

export function folders(): Folders {
  const root = mkdtempSync(join(tmpdir(), 'wipsim-store-'));
  return {
    root,
    folder(name, document) {
      const folder = join(root, name);
      mkdirSync(folder);
      writeFileSync(join(folder, 'result.json'), `${JSON.stringify(document)}\n`);
      return folder;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
