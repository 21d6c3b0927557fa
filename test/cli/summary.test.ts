import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/cli/summary.js';
import { resultDocument } from '../fixtures/result.js';

const ESCAPE = '\u001b';
const plain = { color: false, width: 100 };
const summary = (document = resultDocument(), options = plain): string => renderSummary(document, options);

describe('the summary of a run', () => {
  it('fits a screen: at most 45 lines of at most 100 columns for a usual scenario', () => {
    const lines = summary().trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  it('starts with what was run', () => {
    expect(summary().split('\n').slice(0, 2)).toEqual([
      'Agent platform, weekday peak',
      'seed 42 · 5 replications · 2 h measured after 30 min warm-up',
    ]);
  });

  it('says which SLOs are missed, by how much and how surely', () => {
    expect(summary()).toContain('SLOs: 2 of 4 missed');
    expect(summary()).toMatch(
      /^✗ research within 15 minutes +≤ 15 min +15\.5 ± 0\.4 min +missed, uncertain$/m,
    );
    expect(summary()).toMatch(/^✓ chat is quick +≤ 15 s +12\.3 ± 0\.3 s +met$/m);
    expect(summary(resultDocument({ slos: false }))).not.toContain('SLO');
  });

  it('shows the busiest links and the data sets of a network', () => {
    const document = resultDocument();
    const flat = (mean: number) => ({ mean, ci_low: null, ci_high: null });
    const link = (utilisation: number, bytes: number) => ({
      utilisation: flat(utilisation),
      peak_utilisation: flat(1),
      carried_bytes: flat(bytes),
    });
    document.estimates = {
      ...document.estimates,
      links: { 'node-0/nic-in': link(0.1, 2e12), 'rack-0/up': link(0, 0), 'storage/out': link(0.5, 9e12) },
      data: {
        images: { uses: flat(12), hits: flat(9), hit_fraction: flat(0.75), fetched_bytes: flat(45e9) },
      },
    };
    const lines = summary(document).split('\n');
    const head = lines.findIndex((line) => line.startsWith('Link'));
    expect(lines.slice(head, head + 3).map((line) => line.split(/ {2,}/))).toEqual([
      ['Link', 'In use', 'At most', 'Carried'],
      ['storage/out', '50%', '100%', '9 TB'],
      ['node-0/nic-in', '10%', '100%', '2 TB'],
    ]);
    expect(summary(document)).toMatch(/^images +12 +75% +45 GB$/m);
    expect(summary(document)).not.toContain('rack-0');
  });

  it('aligns its columns', () => {
    const lines = summary().split('\n');
    const head = lines.findIndex((line) => line.startsWith('Workload'));
    expect(lines.slice(head, head + 4)).toEqual([
      'Workload  Arrived  Completed  Rejected  Timed out            p50       p95             p99       Max',
      'chat       28,874     28,719      0.5%      0.04%  1.90 ± 0.05 s    7.73 s    12.3 ± 0.3 s      38 s',
      'research    1,434      1,401        0%       2.3%   95.0 ± 2.5 s  8.77 min  15.5 ± 0.4 min    61 min',
      '(all)      30,308     30,120     0.47%      0.15%  2.10 ± 0.06 s    27.6 s    65.1 ± 1.7 s  8.52 min',
    ]);
  });

  it('shows every interval where the terminal has the room', () => {
    const lines = summary(resultDocument(), { color: false, width: 140 }).split('\n');
    const chat = lines.find((line) => line.startsWith('chat'))!;
    expect(chat.split(/ {2,}/)).toEqual([
      'chat',
      '28,874 ± 73',
      '28,719 ± 71',
      '0.50 ± 0.01 %',
      '0.04%',
      '1.90 ± 0.05 s',
      '7.73 ± 0.21 s',
      '12.3 ± 0.3 s',
      '38.0 ± 1.0 s',
    ]);
  });

  it('says what ± means, and for one replication that there are no intervals', () => {
    expect(summary()).toMatch(
      /^± half of the 95% interval over 5 replications; \[low, high\] where its halves differ much$/m,
    );
    const alone = summary(resultDocument({ replications: 1 }));
    expect(alone).toMatch(/^seed 42 · 1 replication: no intervals · /m);
    expect(alone).not.toContain('±');
    const cut = { ...resultDocument({ replications: 1 }), replications: { planned: 5, finished: 1 } };
    expect(summary(cut)).toContain('1 of 5 replications: no intervals');
  });

  it('marks the percentiles that rest on too few values of a run, and says what the mark means', () => {
    expect(summary()).not.toContain('≈');
    const document = resultDocument();
    const { latency_s: latency } = document.estimates.workloads.research!;
    // A p99 takes 1,000 values, a p95 takes 200, a p50 takes 20; here of all five replications together.
    latency.count = { mean: 200, ci_low: 190, ci_high: 210 };
    expect(summary(document)).not.toContain('≈');
    latency.count = { ...latency.count, mean: 199 };
    const row = (text: string) => text.split('\n').find((line) => line.startsWith('research'))!;
    expect(row(summary(document))).toMatch(/ 95 s +8\.77 min +≈15\.5 ± 0\.4 min /);
    latency.count = { ...latency.count, mean: 39 };
    expect(row(summary(document))).toMatch(/ 95 s +≈8\.77 min +≈15\.5 ± 0\.4 min /);
    expect(summary(document)).toMatch(
      /^≈ mostly chance: fewer than 10 values lie beyond the percentile \(a p99 takes 1,000\)$/m,
    );
    // So is the SLO on it.
    expect(summary(document)).toMatch(/^✗ research within 15 minutes +≤ 15 min +≈15\.5 ± 0\.4 min /m);
    latency.count = { ...latency.count, mean: 0 };
    expect(row(summary(document))).toMatch(/ – +– +– /);
  });

  it('counts the tasks of one replication where a percentile is the mean of each one’s', () => {
    const document = resultDocument();
    document.estimates.stages.research!.wait_s.count = { mean: 999, ci_low: 999, ci_high: 999 };
    expect(summary(document)).toMatch(/^research +41\.0 ± 1\.1 s +≈5\.26 ± 0\.14 min /m);
  });

  it('marks a rollout’s percentile where one of its sets had too few tasks', () => {
    const document = resultDocument({ controls: true });
    for (const run of document.runs) run.arms.canary!.latency_s.count = 400;
    expect(summary(document)).toMatch(/^p50 latency +2\.00 ± 0\.05 s +1\.60 ± 0\.04 s /m);
    expect(summary(document)).toMatch(/^p99 latency +13\.0 ± 0\.3 s +≈8\.00 ± 0\.21 s /m);
  });

  it('lists the ten tenants that wait longest and counts the rest', () => {
    const lines = summary(resultDocument({ tenants: 13 })).split('\n');
    const head = lines.findIndex((line) => line.startsWith('Tenant'));
    expect(lines[head + 1]).toMatch(/^tenant-13 /);
    expect(lines[head + 11]).toBe('… and 3 more');
  });

  it('has no tenant table for one tenant, and no fairness', () => {
    const text = summary(resultDocument({ tenants: 1 }));
    expect(text).not.toContain('Tenant');
    expect(text).not.toContain('Jain');
  });

  it('closes with starvation, cost and warnings', () => {
    expect(summary()).toMatch(/^Starvation {2}longest wait 48\.6 ± 1\.3 min \(research\)/m);
    expect(summary()).toMatch(/^Cost {8}\$120\.96 · \$31\.04 ± 2\.40 idle · \$1\.80 wasted/m);
    expect(summary()).toMatch(/^! research: the queue still grew/m);
  });

  it('leaves out columns to fit a narrow terminal, never the p99', () => {
    const lines = summary(resultDocument(), { color: false, width: 64 }).split('\n');
    const tables = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('!')),
    );
    expect(Math.max(...tables.map((line) => [...line].length))).toBeLessThanOrEqual(64);
    expect(lines.find((line) => line.startsWith('Workload'))).toMatch(/p99$/);
  });

  it('has colour only when asked, and the same text with it', () => {
    const colored = summary(resultDocument(), { color: true, width: 100 });
    expect(summary()).not.toContain(ESCAPE);
    expect(colored).toContain(`${ESCAPE}[32mmet${ESCAPE}[39m`);
    expect(colored.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(summary());
  });

  it('has a block for a rollout: both policy sets, their difference, and what was decided', () => {
    const lines = summary(resultDocument({ controls: true })).split('\n');
    const head = lines.findIndex((line) => line.startsWith('Rollout'));
    expect(lines.slice(head, head + 8)).toEqual([
      'Rollout of tuned           Base         Canary      Difference',
      'Arrived                  27,000          3,000',
      'p50 latency       2.00 ± 0.05 s  1.60 ± 0.04 s    -400 ± 11 ms',
      'p99 latency        13.0 ± 0.3 s  8.00 ± 0.21 s  -5.00 ± 0.13 s',
      'In time                     96%            97%        +0.97 pp',
      'Rejected                     1%             0%           -1 pp',
      'Failures a task           0.004          0.004               0',
      'of 5 replications, promoted in 4 (after 10 min), undecided in 1',
    ]);
    expect(summary()).not.toContain('Rollout');
  });

  it('has lines for hedges, deadlines, fallbacks, dead letters and repeated side effects, where there are any', () => {
    const lines = summary(resultDocument({ controls: true })).split('\n');
    const head = lines.findIndex((line) => line.startsWith('Hedges'));
    expect(lines.slice(head, head + 5)).toEqual([
      'Hedges      606 second copies sent (2%)',
      'Deadlines   1,212 tasks made urgent (4%) · 30 dropped (0.1%)',
      'Fallback    300 completed on the fallback path (1%)',
      'Dead letter 90 put into the queue (0.3%) · 80 sent again from there · 25 failed for good (0.08%)',
      'Repeated    17 side effects done once too often',
    ]);
    expect(summary()).not.toMatch(/^(Hedges|Deadlines|Fallback|Dead letter|Repeated|Policies|Deadlock)/m);
  });

  it('gives the first deadlock with who waits for whom, wrapped to the terminal', () => {
    const text = summary(resultDocument({ controls: true }), { color: false, width: 60 });
    expect(text).toContain(
      [
        'Deadlock    in 4 of 5 replications; the first at 10.2 min of',
        '            replication 1:',
        '            chat/17 holds h100 and waits for stage',
        '              research on l40s',
        '            research/4 holds l40s and waits for stage',
        '              inference on h100',
      ].join('\n'),
    );
  });

  it('lets the policies speak for themselves, but for zeros and what the rollout’s block has said', () => {
    const lines = summary(resultDocument({ controls: true })).split('\n');
    const head = lines.findIndex((line) => line.startsWith('Policies'));
    expect(lines.slice(head, head + 3)).toEqual([
      'Policies    concurrency/vegas: no load round trip 900 ± 24 ms',
      '            admission/circuit-breaker/canary: times opened 2.00 ± 0.05 · open fraction 12.5%',
      '',
    ]);
  });

  it('says when the run was interrupted', () => {
    const document = { ...resultDocument({ replications: 2 }), interrupted: true };
    document.replications = { planned: 10, finished: 2 };
    expect(summary(document)).toContain('2 of 10 replications');
    expect(summary(document)).toContain('Interrupted: only what was finished is shown.');
  });

  it('lets no name of the user steer the terminal', () => {
    const document = resultDocument({ name: `evil${ESCAPE}[2Jname\r\nnext\u0007` });
    document.warnings = [`${ESCAPE}]0;title\u0007gone`];
    expect(summary(document).split('\n')[0]).toBe('evilname  next ');
    const controls = [...summary(document)].filter(
      (character) => character !== '\n' && /\p{Cc}/u.test(character),
    );
    expect(controls).toEqual([]);
  });
});
