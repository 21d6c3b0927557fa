import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WorkerRunError } from '../../../src/execution/queue/queue-source.js';
import { Interrupted } from '../../../src/experiment/run-source.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';
import { expectedAnswer, pilot, setup, sleep, until, Workplace } from './in-process.js';
import { RedisServer, redisIsMissing } from './redis-server.js';

const seedsTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `s/${index}`);

describe.skipIf(redisIsMissing())('runs over a queue in Redis', () => {
  let redis: RedisServer;
  let place: Workplace;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  beforeEach(async () => {
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    place = new Workplace(redis.url);
  });
  afterEach(() => place.close());
  afterAll(() => redis.stop());

  test('answers are those of the runs that were asked for, from any number of workers', async () => {
    const points = await Promise.all([setup(), setup(['pools.gpu.gpusPerNode=3'])]);
    const source = place.coordinator();
    for (let i = 0; i < 3; i++) place.worker();
    const asked = points.flatMap((of) => seedsTo(150).map((seed) => ({ of, seed })));
    const answers = await Promise.all(asked.map(({ of, seed }) => source.ask(pilot(of, seed))));
    expect(answers).toEqual(asked.map(({ of, seed }) => expectedAnswer(of, seed)));
    expect(place.runs).toHaveLength(300);
  });

  test('asking twice is one run, by one coordinator or by two', async () => {
    const of = await setup();
    const [one, other] = [place.coordinator(), place.coordinator()];
    place.before = () => sleep(300);
    place.worker();
    const answers = await Promise.all([
      one.ask(pilot(of, 's')),
      one.ask(pilot(of, 's')),
      other.ask(pilot(of, 's')),
    ]);
    expect(answers).toEqual(Array(3).fill(expectedAnswer(of, 's')));
    // And once more, when it is over.
    expect(await place.coordinator().ask(pilot(of, 's'))).toEqual(expectedAnswer(of, 's'));
    expect(place.runs).toEqual(['s']);
  });

  test('nothing but results that expire is left in Redis', async () => {
    const of = await setup();
    const source = place.coordinator();
    const worker = place.worker();
    await Promise.all(seedsTo(20).map((seed) => source.ask(pilot(of, seed))));
    await source.close();
    await worker.close();
    const client = redis.client();
    const keys = await client.keys('*');
    const kept = keys.filter((key) => !/:(result|bundle):/.test(key));
    const ttls = await Promise.all(
      keys.filter((key) => /:(result|bundle):/.test(key)).map((key) => client.ttl(key)),
    );
    client.disconnect();
    expect(ttls).toHaveLength(21);
    expect(ttls.every((ttl) => ttl > 0)).toBe(true);
    // BullMQ's stream of events, bounded, and a few counters of the queue.
    expect(kept.every((key) => /:(events|meta|id|marker|stalled-check)$/.test(key))).toBe(true);
  });

  test('results that an earlier coordinator asked for are taken, and nothing is repeated', async () => {
    const of = await setup();
    const first = place.coordinator();
    const asked = seedsTo(10).map((seed) => first.ask(pilot(of, seed)));
    const worker = place.worker();
    await Promise.all(asked.slice(0, 3));
    // What a killed coordinator leaves behind: the jobs, whose workers go on.
    for (const one of asked) one.catch(() => {});
    await until(() => worker.state.finished === 10);
    const again = await Promise.all(seedsTo(10).map((seed) => place.coordinator().ask(pilot(of, seed))));
    expect(again).toEqual(seedsTo(10).map((seed) => expectedAnswer(of, seed)));
    expect(place.runs).toHaveLength(10);
  });

  test('the files that a scenario names come with it: the worker needs none of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wipsim-sent-'));
    mkdirSync(join(folder, 'scenarios'));
    writeFileSync(join(folder, 'day.csv'), 'at,work\n0,1\n1,2\n2,3\n');
    writeFileSync(
      join(folder, 'scenarios/mine.mjs'),
      `export default ({ definePolicy, z }) => definePolicy({
        point: 'ordering', name: 'mine', summary: 'Latest first.', source: 'Own work.',
        helps: 'Never.', hurts: 'Always.', parameters: z.strictObject({}),
        create: () => ({ kind: 'key', key: (task) => -task.arrivedS }),
      });`,
    );
    const text = `version: 1
name: Sent
run: {duration: 10s, warmup: 0s}
pools: {gpu: {}}
stages: {work: {pool: gpu}}
workloads:
  day:
    arrival: {trace: {file: ../day.csv, columns: {arrival: at, work: work}}}
    workflow: [{stage: work, work: trace}]
policies: {ordering: ./mine.mjs}
`;
    const scenario = { name: 'sent.yaml', text, folder: join(folder, 'scenarios') };
    const of = await createSetupLoader()({ scenario, variant: null, set: [] });
    const answer = place.coordinator().ask(pilot(of, 's'));
    const client = redis.client();
    await until(async () => (await client.keys('wipsim:runs-*:wait')).length > 0);
    client.disconnect();
    rmSync(folder, { recursive: true });
    place.worker();
    expect(await answer).toEqual(expectedAnswer(of, 's'));
  });

  test('a mistake on the worker is told with its words and where it happened', async () => {
    const of = await setup();
    const source = place.coordinator();
    place.worker();
    place.before = ({ seed }) =>
      seed === 'bad' ? Promise.reject(new Error('mine.ts threw a fit (mine.ts:7)')) : Promise.resolve();
    const failure = await source.ask(pilot(of, 'bad')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkerRunError);
    expect(String(failure)).toMatch(
      /the run of seed bad failed on worker \S+\/\d+: mine\.ts threw a fit \(mine\.ts:7\)/,
    );
    expect(await source.ask(pilot(of, 'good'))).toEqual(expectedAnswer(of, 'good'));
    // Once the mistake is mended, the same run may be asked for again.
    place.before = () => Promise.resolve();
    expect(await source.ask(pilot(of, 'bad'))).toEqual(expectedAnswer(of, 'bad'));
  });

  test('what is not under way is withdrawn when the experiment is stopped', async () => {
    const of = await setup();
    const controller = new AbortController();
    const source = place.coordinator({ signal: controller.signal });
    place.before = () => sleep(400);
    const worker = place.worker();
    const ends = Promise.allSettled(seedsTo(50).map((seed) => source.ask(pilot(of, seed))));
    await until(() => worker.state.underWay === 2);
    controller.abort();
    for (const end of await ends)
      expect(end).toMatchObject({ status: 'rejected', reason: expect.any(Interrupted) });
    await expect(source.ask(pilot(of, 'late'))).rejects.toThrow(Interrupted);
    await sleep(1200);
    expect(place.runs.length).toBeLessThanOrEqual(6);
  });

  test('a scenario, jobs or results that Redis loses are put there again', async () => {
    const of = await setup();
    const source = place.coordinator();
    const answers = Promise.all(seedsTo(12).map((seed) => source.ask(pilot(of, seed))));
    let flushed = false;
    place.before = async ({ seed }) => {
      if (seed !== 's/5' || flushed) return;
      flushed = true;
      const client = redis.client();
      await client.flushall();
      client.disconnect();
    };
    place.worker();
    expect(await answers).toEqual(seedsTo(12).map((seed) => expectedAnswer(of, seed)));
    // Twelve, and again at most what was lost with its results not taken yet: those of one exchange.
    expect(place.runs.length).toBeLessThanOrEqual(12 + 6);
  });

  test('a damaged result is noticed, and its run repeated', async () => {
    const of = await setup();
    const source = place.coordinator();
    const worker = place.worker();
    expect(await source.ask(pilot(of, 's'))).toEqual(expectedAnswer(of, 's'));
    const client = redis.client();
    const [key] = await client.keys('wipsim:result:*');
    await client.set(key!, 'no result');
    client.disconnect();
    expect(await place.coordinator().ask(pilot(of, 's'))).toEqual(expectedAnswer(of, 's'));
    expect(worker.state.finished).toBe(2);
    expect(place.told).toContain('a result in Redis is damaged; its run is repeated');
  });

  test('workers and experiments of different versions do not meet, and both are told', async () => {
    const of = await setup();
    const source = place.coordinator();
    place.worker({ engineVersion: 'another' });
    const answer = source.ask(pilot(of, 's'));
    answer.catch(() => {});
    await until(() => place.told.length >= 2);
    expect(place.runs).toEqual([]);
    expect(place.told.join('\n')).toMatch(/needs workers of engine engine-of-the-test.*has another/);
    expect(place.told.join('\n')).toMatch(/the only worker.*another version of the engine \(another on/);
    place.worker();
    expect(await answer).toEqual(expectedAnswer(of, 's'));
  });

  test('a coordinator without any worker says so, once', async () => {
    const of = await setup();
    const source = place.coordinator();
    const answer = source.ask(pilot(of, 's'));
    answer.catch(() => {});
    await sleep(11_000);
    expect(place.told).toEqual([
      expect.stringMatching(/^no worker is connected to Redis at .*wipsim worker/),
    ]);
  });

  test('a worker that leaves finishes what it has; one whose runs are given up hands them back', async () => {
    const of = await setup();
    const source = place.coordinator();
    let giveUp!: (error: Error) => void;
    const first = place.worker({
      threads: 2,
      runner: {
        run: ({ seed }) =>
          seed === 's/0'
            ? sleep(500).then(() => expectedAnswer(of, seed))
            : new Promise((_, reject) => {
                giveUp = reject;
              }),
      },
    });
    const answers = Promise.all(seedsTo(4).map((seed) => source.ask(pilot(of, seed))));
    await until(() => first.state.underWay === 2);
    const closing = first.close();
    await until(() => first.state.finished === 1);
    giveUp(new Interrupted());
    await closing;
    expect(await first.ended).toEqual({ finished: 1, failed: 0, handedBack: 1, underWay: 0 });
    const beforeMs = Date.now();
    place.worker();
    expect(await answers).toEqual(seedsTo(4).map((seed) => expectedAnswer(of, seed)));
    // Handed back, so nobody had to wait for a lock to end.
    expect(Date.now() - beforeMs).toBeLessThan(1900);
  });

  test('a worker that is asked to ends when there is nothing to do', async () => {
    const of = await setup();
    const worker = place.worker({ untilIdleS: 1 });
    const source = place.coordinator();
    expect(await source.ask(pilot(of, 's'))).toEqual(expectedAnswer(of, 's'));
    expect(await worker.ended).toMatchObject({ finished: 1, underWay: 0 });
  });
});
