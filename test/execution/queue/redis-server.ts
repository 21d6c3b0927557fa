/** Redis servers for tests: Debian's `redis-server`, on a free port of this machine, in a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;

/** For `describe.skipIf`. Without the server the queue is not tested at all, which nobody must overlook. */
export function redisIsMissing(): boolean {
  if (!isInstalled)
    process.stderr.write(
      '\n*** redis-server IS NOT INSTALLED: the tests of the queue are SKIPPED (apt-get install redis-server) ***\n\n',
    );
  return !isInstalled;
}

export class RedisServer {
  private process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly persistent: boolean,
  ) {}

  /** @param persistent keeps everything over a restart */
  static async start({ persistent = false } = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'wipsim-redis-'));
    const server = new RedisServer(await freePort(), folder, persistent);
    await server.begin();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The same place again, after `kill`. */
  async begin(): Promise<void> {
    const persistence = this.persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
    this.process = spawn(
      'redis-server',
      [
        '--port',
        String(this.port),
        '--bind',
        '127.0.0.1',
        '--dir',
        this.folder,
        '--save',
        '',
        ...persistence,
      ],
      { stdio: 'ignore' },
    );
    const client = this.client();
    await client.ping();
    client.disconnect();
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const { process: child } = this;
    this.process = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** To look from outside; to be disconnected by whoever asks for it. */
  client(): Redis {
    const client = new Redis(this.port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    client.on('error', () => {});
    return client;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
