import { afterEach, describe, expect, test } from 'vitest';
import { RedisLink, RedisUnavailable, readAddress } from '../../../src/execution/queue/redis-link.js';
import { RedisServer, redisIsMissing } from './redis-server.js';

describe('the address', () => {
  test('names host, port, database, user and TLS; a password is in no message', () => {
    expect(readAddress('redis://cache')).toEqual({
      settings: { host: 'cache', port: 6379, db: 0, family: 0 },
      place: 'cache:6379',
    });
    expect(readAddress('rediss://me:p%40ss@cache.example:6380/3')).toEqual({
      settings: {
        host: 'cache.example',
        port: 6380,
        db: 3,
        family: 0,
        username: 'me',
        password: 'p@ss',
        tls: { servername: 'cache.example' },
      },
      place: 'cache.example:6380/3',
    });
    expect(readAddress('redis://[::1]:7000').settings).toMatchObject({ host: '::1', port: 7000 });
    expect(readAddress('unix:/run/redis.sock')).toEqual({
      settings: { path: '/run/redis.sock' },
      place: 'unix:/run/redis.sock',
    });
  });

  test.each(['', 'cache:6379', 'http://cache', 'redis://', 'redis://cache/zero', 'unix:'])(
    '%j is refused with what was expected',
    (address) => {
      expect(() => readAddress(address)).toThrow(/expected redis:\/\/HOST:PORT/);
    },
  );

  test('a refused one is told without its password', () => {
    expect(() => readAddress('redis://me:secret@cache/zero')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe.skipIf(redisIsMissing())('the connection', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function server(): Promise<RedisServer> {
    const redis = await RedisServer.start();
    open.push({ close: () => redis.stop() });
    return redis;
  }

  function link(url: string, timeoutS: number) {
    const told: string[] = [];
    const made = new RedisLink({ url, timeoutS, tell: (message) => told.push(message) });
    open.push(made);
    return { link: made, told };
  }

  test('waits out an absence, and says that it began and that it ended', async () => {
    const redis = await server();
    const { link: one, told } = link(redis.url, 60);
    await one.ready();
    await redis.kill();
    const answer = one.client.set('key', 'value');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await redis.begin();
    expect(await answer).toBe('OK');
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(
      /no connection to Redis at 127\.0\.0\.1:\d+ \(.*\); waiting for it, 60 s at most/,
    );
    expect(told[1]).toMatch(/is there again, after [123] s/);
  });

  test('gives up when the time is over, from the beginning too', async () => {
    const redis = await server();
    await redis.kill();
    const { link: one } = link(redis.url, 1);
    await expect(one.ready()).rejects.toThrow(RedisUnavailable);
    await expect(one.ready()).rejects.toThrow(/for 1 s.*--redis-timeout/);
  });

  test('does not wait where waiting does not help: a password that is refused', async () => {
    const redis = await server();
    const client = redis.client();
    await client.config('SET', 'requirepass', 'right');
    client.disconnect();
    const { link: one } = link(`redis://:wrong@127.0.0.1:${redis.port}`, 60);
    await expect(one.ready()).rejects.toThrow(/refuses: .*(WRONGPASS|NOAUTH|invalid)/);
  });
});
