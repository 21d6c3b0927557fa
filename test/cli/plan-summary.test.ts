import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../src/cli/plan-summary.js';
import { planPhase, progressText } from '../../src/cli/progress-line.js';
import type { PlanDocument } from '../../src/experiment/plan/document.js';
import { planDocument, planWithoutAnswer } from '../fixtures/plan.js';

const plain = { color: false, width: 100 };
const summary = (document: PlanDocument = planDocument(), style = plain): string =>
  renderPlan(document, style);
/** On one line, however it was wrapped. */
const flat = (document?: PlanDocument): string => summary(document).replaceAll(/\s+/g, ' ');
const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

describe('the summary of a plan', () => {
  it('starts with the answer in a sentence: fleet, setting, price, confidence, conditions', () => {
    expect(flat()).toMatch(
      /^3 nodes of front and 2 of model with policy=hedged: \$30\.00 an hour, meets its SLO with 95% confidence, also with a node of any one pool down\. /,
    );
    expect(flat({ ...planDocument(), load: 1.5 })).toContain('at 1.5 times the load');
  });

  it('says what was to choose from', () => {
    expect(flat()).toContain('seed 7 · chosen from: front 1 to 6, model 1 to 4, 2 settings');
  });

  it('shows each SLO with its interval and what is left of its target', () => {
    expect(summary()).toMatch(/^✓ chat p99 +≤ 60 s +45\.0 ± 3\.0 s +25% +workload chat: latency p99$/m);
  });

  it('says what binds, what it bears, and when it runs out', () => {
    const text = flat();
    expect(text).toContain('chat p99 (25% left) · a node more in model helps it most');
    expect(text).toContain('+10% holds · +25% chat p99 not shown · +50% chat p99 missed');
    expect(text).toContain("holds up to 1.18 times the scenario's load · chat p99 breaks first");
    expect(text).toContain('1 fewer in model: holds (chat p99: 13.3% left)');
    expect(text).toContain(
      'the plan fails in month 2 · front holds for all 12 months model runs out in month 2',
    );
  });

  it('says of every cheaper fleet why it is not the answer, and by how much', () => {
    const text = summary();
    expect(text).toMatch(/^front 2, model 2 +policy=hedged +\$28\.00 +chat p99 is missed +10\.0 ± 3\.0 s$/m);
    expect(text).toMatch(/^front 3, model 1 +policy=hedged +\$18\.00 +a gang needs two nodes +–$/m);
  });

  it('tells a reason that is too long for a column below the table', () => {
    const document = planDocument();
    const reason = '32 gpus at once, but pool `fleet` has 24 GPUs in all: it could never start';
    document.cheaper[1]!.reason = reason;
    expect(summary(document)).toContain('cannot run: see below');
    expect(flat(document)).toContain(`front 3, model 1: ${reason}`);
    expect(widthOf(summary(document))).toBeLessThanOrEqual(100);
  });

  it('says what a node more buys, with its interval and its sign', () => {
    expect(summary()).toMatch(/^\+1 model +\+\$12\.00 +chat p99 +−10\.0 ± 2\.0 s$/m);
  });

  it('compares the values of the controls', () => {
    expect(flat()).toContain('policy moves it by 28.9%');
    expect(summary()).toMatch(/^base +58\.0 ± 3\.0 s +\+13\.0 ± 2\.0 s +does not meet the SLOs$/m);
    expect(summary()).toMatch(/^hedged +45\.0 ± 3\.0 s +★ best$/m);
  });

  it('names controls by the end of their paths, as far as that tells them apart', () => {
    const document = planDocument();
    const values = { 'policies.wip.limit': '8', 'variants.fast.wip.limit': '4', 'policies.retry.base': '1s' };
    for (const setting of document.space.settings) setting.values = values;
    const [head] = summary(document).match(/^.*Measured.*Found$/m)!;
    expect(head.split(/ {2,}/).slice(0, 3)).toEqual([
      'policies.wip.limit',
      'variants.fast.wip.limit',
      'retry.base',
    ]);
  });

  it('holds the work against trying everything: 600,000 of 6 million events', () => {
    expect(flat()).toContain('5 candidates in 60 runs (600,000 events) for the answer');
    expect(flat()).toContain('all 48 candidates would take 768 runs: the search took 10% of their events');
  });

  it('without SLOs tells the best setting by the metric', () => {
    const document = planDocument();
    document.answer = { ...document.answer!, slos: [], binding_slo: null };
    document.nodes_down = null;
    expect(flat(document)).toMatch(
      /^policy=hedged has the least of workload chat: latency p99: 45\.0 ± 3\.0 s\. /,
    );
  });

  it('says of a pool that scales by itself that its most was chosen, and what was billed', () => {
    const document = planDocument();
    document.space.pools[0]!.path = 'pools.front.scaling.max';
    expect(flat(document)).toContain(
      'At most 3 nodes of front and 2 of model with policy=hedged: $30.00 an hour at most, $29.00 ± 0.50 billed, meets',
    );
  });

  it('fits 80 columns too, and colours nothing where it may not', () => {
    const narrow = summary(planDocument(), { color: false, width: 80 });
    expect(widthOf(narrow)).toBeLessThanOrEqual(80);
    expect(narrow).not.toContain('\u001b');
    expect(summary(planDocument(), { color: true, width: 80 })).toContain('\u001b[32m');
  });

  it('prints nothing of a name that could steer the terminal', () => {
    const document = planDocument();
    document.scenario.name = 'red \u001b[31malert\u0007';
    expect(summary(document)).not.toContain('\u001b');
    expect(summary(document)).not.toContain('\u0007');
  });
});

describe('the summary of a plan that found no answer', () => {
  it('says so, with the nearest miss and what falls short', () => {
    const text = flat(planWithoutAnswer());
    expect(text).toMatch(
      /^No fleet of up to 6 nodes of front and 4 nodes of model meets every SLO with 95% confidence under any of 2 settings\./,
    );
    expect(text).toContain('6 nodes of front and 4 of model with policy=hedged, $60.00 an hour');
    expect(text).toContain('chat p99 is 66.0 ± 3.0 s where ≤ 60 s is asked');
  });

  it('advises more nodes where they bring the SLO nearer', () => {
    expect(flat(planWithoutAnswer())).toContain('Allow more nodes: --nodes front=1..24 --nodes model=1..16.');
  });

  it('advises against more nodes where a smaller fleet is no worse', () => {
    const document = planWithoutAnswer();
    for (const one of document.candidates) one.slos = document.nearest_miss!.candidate.slos;
    expect(flat(document)).toContain('More nodes do not help');
  });

  it('advises more replications where it could not be told', () => {
    const document = planWithoutAnswer();
    document.nearest_miss!.candidate.status = 'not-shown';
    expect(flat(document)).toContain('--max-replications 16');
  });

  it('claims nothing where it was interrupted', () => {
    const text = flat({ ...planWithoutAnswer(), interrupted: true });
    expect(text).toMatch(/^Interrupted before an answer was found\./);
    expect(text).not.toMatch(/No fleet|Nearest|would take/);
  });
});

describe('the progress of a plan', () => {
  const at = {
    phase: 'search' as const,
    candidates: 3,
    runs: 20,
    events: 1e6,
    best: { nodes: [3, 2], usdPerHour: 30 },
  };

  it('says what is tried, the best so far and the runs done, and promises no end', () => {
    expect(progressText(planPhase(at, 24), 12, { atS: 0, finished: 0 }, 120)).toBe(
      'searching for the cheapest fleet · 3 fleets tried · best so far 3 + 2 nodes, $30.00/h · 24 runs in 12 s',
    );
    expect(progressText(planPhase({ ...at, phase: 'questions' }, 24), 12, { atS: 0, finished: 0 }, 120)).toBe(
      'what the answer bears, and why not less · 3 fleets tried · 24 runs in 12 s',
    );
  });
});
