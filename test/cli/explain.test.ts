import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
let file: string;
let out: string;

/** Overloaded at times, so that the bucket refuses and the queue has something to choose from. */
const RECORDED = QUEUE.replace(
  'variants:',
  'policies:\n  admission: {policy: token-bucket, rate: 1.5/s, burst: 3}\n  ordering: sjf\nvariants:',
);

beforeAll(async () => {
  cli = await install();
  file = join(cli.folder, 'queue.yaml');
  out = join(cli.folder, 'out');
  writeFileSync(file, RECORDED);
  await cli.wipsim(['run', file, '--record', '--out', out]);
});
afterAll(() => cli.remove());

const explain = (args: readonly string[], of = out) => cli.wipsim(['explain', of, ...args]);

interface Line {
  readonly atS: number;
  readonly kind: string;
  readonly task: string | null;
  readonly policy: string;
  readonly reason: string;
}

const lines = (): Line[] =>
  readFileSync(join(out, 'decisions.jsonl'), 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as Line);

/** A folder with a copy of the record, for a test to break. */
function copy(name: string): string {
  const folder = join(cli.folder, name);
  mkdirSync(folder);
  cpSync(join(out, 'decisions.jsonl'), join(folder, 'decisions.jsonl'));
  return folder;
}

describe('wipsim run --record', () => {
  it('writes the record beside the result, which it does not change', async () => {
    const plain = join(cli.folder, 'plain');
    await cli.wipsim(['run', file, '--out', plain]);
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe(
      readFileSync(join(plain, 'result.json'), 'utf8'),
    );
    const [header] = readFileSync(join(out, 'decisions.jsonl'), 'utf8').split('\n');
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as {
      scenario: { hash: string };
    };
    expect(JSON.parse(header!)).toEqual({
      format: 'wipsim-decisions',
      version: 1,
      scenario: 'Small queue',
      hash: result.scenario.hash,
      seed: '7',
      variant: null,
    });
  });

  it('names it among the files, and needs a folder', async () => {
    const folder = join(cli.folder, 'again');
    const { stderr } = await cli.wipsim(['run', file, '--record', '--out', folder]);
    const paths = ['result.json', 'report.html', 'decisions.jsonl'].map((name) => join(folder, name));
    expect(stderr).toBe(`wrote ${paths[0]}, ${paths[1]} and ${paths[2]}\n`);
    expect(readFileSync(paths[2]!)).toEqual(readFileSync(join(out, 'decisions.jsonl')));
    const { code, stderr: error } = await cli.wipsim(['run', file, '--record']);
    expect(error).toBe('error: --record needs --out FOLDER: the record is a file of that folder\n');
    expect(code).toBe(2);
  });

  it('keeps what was decided until an interrupt', async () => {
    const folder = join(cli.folder, 'stopped');
    for (let afterMs = 1500; afterMs < 20_000; afterMs *= 2) {
      const { code, stderr } = await cli.wipsim(
        ['run', file, '--set', 'run.duration=10000h', '--record', '--out', folder],
        { interrupt: { signal: 'SIGINT', afterMs } },
      );
      if (code === null) continue;
      expect(code).toBe(130);
      expect(stderr).toContain(`the decisions until then are in ${join(folder, 'decisions.jsonl')}`);
      break;
    }
    const { code, stdout } = await explain(['--task', 'chat/0'], folder);
    expect(code).toBe(0);
    expect(stdout).toContain('chat/0');
  });
});

describe('wipsim explain --task', () => {
  it('tells the story of a task that was let in, from admission to its end', async () => {
    const done = lines().find(({ reason }) => reason === 'completed')!.task!;
    const { code, stdout, stderr } = await explain(['--task', done]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Small queue · seed 7 · first replication\n\nchat\/\d+\n/);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s +let in by admission\/token-bucket/m);
    expect(stdout).toMatch(
      /^ +\d+\.\d{3} s .*chosen to start at work by ordering\/sjf: the shortest job \(/m,
    );
    expect(stdout).toMatch(/^completed after .*in-progress/m);
  });

  it('has every line of the task and of no other in --json', async () => {
    const { stdout } = await explain(['--task', 'chat/12', '--json']);
    const { task, decisions } = JSON.parse(stdout) as { task: string; decisions: Line[] };
    expect(task).toBe('chat/12');
    expect(decisions).toEqual(lines().filter((line) => line.task === 'chat/12'));
    expect(decisions.length).toBeGreaterThan(0);
  });

  it('takes the folder, the result and the record itself', async () => {
    const texts = await Promise.all(
      [out, join(out, 'result.json'), join(out, 'decisions.jsonl')].map(
        async (of) => (await explain(['--task', 'chat/3'], of)).stdout,
      ),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it('says what there is where there is no such task', async () => {
    const last = Math.max(...lines().map(({ task }) => Number(task?.split('/')[1] ?? 0)));
    const beyond = await explain(['--task', 'chat/999999']);
    expect(beyond.stderr).toBe(
      `error: there is no task chat/999999 in the record; the nearest: chat/${last}; it has chat/0 to chat/${last}\n`,
    );
    expect(beyond.code).toBe(2);
    expect((await explain(['--task', 'caht/3'])).stderr).toContain('(did you mean "chat/3"?)');
    expect((await explain(['--task', '17'])).stderr).toContain('expected a workload and a number');
  });

  it('names the neighbours of a task that is missing in the middle', async () => {
    const folder = copy('gap');
    const path = join(folder, 'decisions.jsonl');
    const kept = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => !/"chat\/(20|21)"/.test(line));
    writeFileSync(path, kept.join('\n'));
    expect((await explain(['--task', 'chat/20'], folder)).stderr).toContain(
      'the nearest: chat/19 and chat/22;',
    );
  });
});

describe('wipsim explain --policy', () => {
  interface Sums {
    readonly policies: string[];
    readonly decisions: { policy: string; kind: string; count: number; first_s: number; last_s: number }[];
  }

  it('counts what a count over the lines counts', async () => {
    const { decisions } = JSON.parse((await explain(['--policy', '--json'])).stdout) as Sums;
    const all = lines().filter(({ kind }) => kind !== 'state');
    expect(decisions.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    const refused = all.filter(({ kind, policy }) => kind === 'refuse' && policy.startsWith('admission/'));
    expect(decisions.find(({ kind }) => kind === 'refuse')).toMatchObject({
      policy: 'admission/token-bucket',
      count: refused.length,
      first_s: refused[0]!.atS,
      last_s: refused.at(-1)!.atS,
    });
  });

  it('is told as a table, for one policy too', async () => {
    const { stdout } = await explain(['--policy']);
    expect(stdout).toMatch(/^admission\/token-bucket\n {2}\w+ /m);
    expect(stdout).toMatch(/^ordering\/sjf$/m);
    const one = (await explain(['--policy', 'sjf'])).stdout;
    expect(one).toContain('ordering/sjf');
    expect(one).not.toContain('admission/');
    expect((await explain(['--policy', 'token-buket'])).stderr).toContain(
      'has decided nothing in this run (did you mean "token-bucket"?)',
    );
  });
});

describe('wipsim explain, of what is no whole record', () => {
  it('asks for one of the two questions', async () => {
    for (const args of [[], ['--task', 'chat/1', '--policy']]) {
      const { code, stderr } = await explain(args);
      expect(stderr).toMatch(/^error: give one of the two: --task WORKLOAD\/NUMBER/);
      expect(code).toBe(2);
    }
  });

  it('leaves out a last line that was half written, with a note', async () => {
    const folder = copy('cut');
    appendFileSync(join(folder, 'decisions.jsonl'), '{"atS":599,"kind":"state","task":"chat/5","pla');
    const { code, stdout, stderr } = await explain(['--task', 'chat/5'], folder);
    expect(code).toBe(0);
    expect(stdout).toBe((await explain(['--task', 'chat/5'])).stdout);
    expect(stderr).toMatch(/^note: the last line is cut off and was left out/);
  });

  it('leaves out lines that are no decisions, and counts them', async () => {
    const folder = copy('broken');
    appendFileSync(join(folder, 'decisions.jsonl'), '{"atS": "soon"}\nnonsense\n');
    const { stderr } = await explain(['--policy'], folder);
    expect(stderr).toBe('note: 2 lines are no decisions and were left out\n');
  });

  it('notes that the result in the folder is of another run', async () => {
    const folder = join(cli.folder, 'later');
    await cli.wipsim(['run', file, '--record', '--out', folder]);
    await cli.wipsim(['run', file, '--seed', '8', '--out', folder]);
    const { code, stderr } = await explain(['--task', 'chat/1'], folder);
    expect(stderr).toMatch(/^note: .*decisions\.jsonl and .*result\.json are of different runs/);
    expect(code).toBe(0);
  });

  it('takes no file whose header does not say which run it is of', async () => {
    const folder = copy('no-run');
    writeFileSync(join(folder, 'decisions.jsonl'), '{"format": "wipsim-decisions", "version": 1}\n');
    const { code, stderr } = await explain(['--policy'], folder);
    expect(code).toBe(2);
    expect(stderr).toContain('is no record of decisions');
  });

  it('is told before the run where the record cannot be written', async () => {
    const folder = join(cli.folder, 'occupied');
    mkdirSync(join(folder, 'decisions.jsonl'), { recursive: true });
    const { code, stderr } = await cli.wipsim(['run', file, '--record', '--out', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: cannot write .*decisions\.jsonl: there is a folder of that name\n$/);
  });

  it('refuses what is no record', async () => {
    expect((await explain(['--policy'], join(cli.folder, 'nowhere'))).stderr).toMatch(
      /nowhere: no such file or folder$/m,
    );
    const plain = join(cli.folder, 'unrecorded');
    await cli.wipsim(['run', file, '--out', plain]);
    expect((await explain(['--policy'], plain)).stderr).toContain('decisions are recorded by');
    const other = join(cli.folder, 'other.jsonl');
    writeFileSync(other, '{"a": 1}\n');
    expect((await explain(['--policy'], other)).stderr).toContain('is no record of decisions');
    writeFileSync(other, '{"format": "wipsim-decisions", "version": 2}\n');
    expect((await explain(['--policy'], other)).stderr).toContain(
      'is of version 2; this wipsim reads version 1',
    );
  });

  it('prints nothing that a terminal would act on', async () => {
    const folder = copy('hostile');
    const hostile = { atS: 1, kind: 'refuse', task: 'chat/1', place: '', policy: 'a', numbers: {} };
    appendFileSync(
      join(folder, 'decisions.jsonl'),
      `${JSON.stringify({ ...hostile, reason: '\u001b[2Jgone' })}\n`,
    );
    expect((await explain(['--task', 'chat/1'], folder)).stdout).not.toContain('\u001b');
  });
});
