/**
 * The decision record in words: what happened, why, and the numbers with their units. Kinds and reasons that are not
 * here (a policy of somebody's own may give any) are told by their names.
 */
import { formatCount, formatDuration, formatFraction, formatRate, formatUsd } from './format.js';

/** A line of the record as it is read back, possibly from another version. */
export interface RecordedDecision {
  readonly atS: number;
  readonly kind: string;
  readonly task: string | null;
  readonly place: string;
  readonly policy: string;
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number>>;
}

const at = ({ place }: RecordedDecision): string => (place === '' ? '' : ` at ${place}`);
const by = ({ policy }: RecordedDecision): string => (policy === 'engine' ? '' : ` by ${policy}`);

/** A record may hold any word, so words are not looked up among the properties of an object. */
function byName<Value>(values: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(values));
}

/** The states of the life cycle, as what happens to the task. */
const STATES = byName<(decision: RecordedDecision) => string>({
  queued: () => 'is sent and asks to be let in',
  ready: (decision) => `waits${at(decision)}`,
  'in-progress': (decision) => (decision.place === '' ? 'is in a delay' : `is served${at(decision)}`),
  'in-progress (transfer)': (decision) =>
    decision.place === ''
      ? 'is on its way to the next step'
      : `holds its place${at(decision)} until what it needs is there`,
  blocked: (decision) => `is done${at(decision)}, but the next stage has no room`,
  'preempted (checkpointing)': (decision) => `is stopped${at(decision)} and saves its progress`,
  'preempted (suspended)': (decision) => `is stopped${at(decision)} and waits for its turn again`,
  'preempted (resuming)': (decision) => `takes up its work again${at(decision)}`,
  failed: (decision) => `fails${at(decision)}`,
  retried: () => 'waits until it is tried again',
  completed: () => 'is completed',
  rejected: () => 'is rejected for good',
  'timed-out': () => 'is given up by its client',
  cancelled: () => 'is cancelled',
  'dead-lettered': () => 'ends among the dead letters',
});

const KINDS = byName<(decision: RecordedDecision) => string>({
  state: (decision) => STATES.get(decision.reason)?.(decision) ?? `is ${decision.reason}`,
  admit: (decision) => `let in${by(decision)}${at(decision)}`,
  delay: (decision) => `made to wait${by(decision)}${at(decision)}`,
  hold: (decision) => `held until it is called${by(decision)}${at(decision)}`,
  refuse: (decision) => `refused${by(decision)}${at(decision)}`,
  start: (decision) => `chosen to start${at(decision)}${by(decision)}`,
  preempt: (decision) => `stopped for another task${at(decision)}${by(decision)}`,
  interrupt: (decision) => `stopped by its node${at(decision)}`,
  node: (decision) => `a node changes${at(decision)}`,
  retry: (decision) => `to be tried again${by(decision)}`,
  'dead-letter': (decision) => `put among the dead letters${by(decision)}`,
  'give-up': (decision) => `given up${by(decision)}`,
  hedge: (decision) => `a second copy is sent${by(decision)}`,
  drop: (decision) => `dropped${by(decision)}${at(decision)}`,
  fallback: (decision) => `sent on its cheaper path${by(decision)}`,
  escalate: (decision) => `given another priority${by(decision)}`,
  signal: (decision) => `backpressure changes${at(decision)}${by(decision)}`,
  limit: (decision) => `the limit changes${at(decision)}${by(decision)}`,
  scale: (decision) => `the pool changes its size${at(decision)}${by(decision)}`,
  canary: (decision) => `put under the other policies${by(decision)}`,
  deadlock: (decision) => `deadlock${at(decision)}`,
});

/** Reasons whose name alone says too little. */
const REASONS = byName<string>({
  admitted: '',
  refused: '',
  held: '',
  delayed: '',
  conforms: 'within its rate',
  'too-early': 'sooner than its rate allows',
  'over-burst': 'costs more than a whole burst',
  'next-in-order': 'next in order',
  'gives-way': 'it is less important',
  'node-failed': 'the node failed',
  'gpu-failed': 'a GPU of the node failed',
  'rack-failed': 'its rack failed',
  'node-lost': 'it is disturbed',
  'spot-taken': 'the spot node is taken away',
  maintenance: 'it is maintained',
  back: 'it is in service again',
  slow: 'it is slow',
  'as-fast-as-before': 'it is as fast as before',
  'not-done-in-time': 'there was no answer in time',
  'no-more-tries': 'no policy tries it again',
  'backs-off': 'after a back-off',
  'failure-not-answered': 'the policy does not answer this kind of failure',
  'failure-not-guarded': 'the policy does not look at this kind of failure',
  'attempts-used-up': 'all attempts are used up',
  error: 'it had failed with an error',
  rejected: 'it had been refused',
  'timed-out': 'it had timed out',
  'standing-queue': 'the queue has been standing for too long',
  'no-standing-queue': 'the queue does not stand',
  'waited-too-long': 'it has waited too long',
  'in-time': 'it has not waited too long',
  'judged-when-served': 'it is judged when it is served',
  closed: 'the circuit is closed',
  open: 'the circuit is open',
  'forced-open': 'the circuit is forced open',
  'half-open-trial': 'the circuit is half open and this is a trial',
  'half-open-trials-used-up': 'the circuit is half open and its trials are under way',
  'wait-for-cycle': 'stages wait for each other in a circle',
  'signal-on': 'the first stage asks to hold back',
  on: 'it asks those before it to hold back',
  off: 'those before it may go on',
  'deadline-near': 'its deadline is near',
  'deadline-passed': 'its deadline has passed',
  deadline: 'as its deadline asks',
  'too-few-samples': 'there are too few samples yet',
  'shortest-job': 'the shortest job',
  'shortest-remaining': 'the least work left',
  'outlived-its-estimate': 'it has outlived its estimate',
  'least-attained-service': 'it has had the least service',
  'highest-index': 'the highest Gittins index',
  'smallest-start-tag': 'the smallest start tag',
  'least-share-of-gpus': 'its tenant has the least share of GPUs',
  'least-share-of-memory': 'its tenant has the least share of memory',
  'next-in-turn': 'its class is next in turn',
  'within-its-turn': 'its class goes on within its turn',
  'remedied-by-rule': 'a rule remedies it',
  'reclaims-quota': 'the other takes back its own quota',
  'cohort-used-up': 'all of the cohort is in use',
  'half-open': 'the circuit is half open',
  'measuring-min-rtt': 'the least round trip is being measured',
  sample: 'after a sample',
  out: 'it is to have more nodes',
  in: 'it is to have fewer nodes',
  ready: 'a node is in service',
  gone: 'a node is empty and gone',
});

/** What happened, without why. */
export const happening = (decision: RecordedDecision): string =>
  KINDS.get(decision.kind)?.(decision) ?? `${spaced(decision.kind)}${at(decision)}${by(decision)}`;

/** Why; empty where the kind says it all. */
export function reasonWords({ kind, reason }: RecordedDecision): string {
  return kind === 'state' ? '' : (REASONS.get(reason) ?? spaced(reason));
}

/** `refused by admission/gcra: sooner than its rate allows (early 2 s, cost 1)`. */
export function sentence(decision: RecordedDecision): string {
  const reason = reasonWords(decision);
  const numbers = Object.entries(decision.numbers).map(([name, value]) => numberWords(name, value));
  return `${happening(decision)}${reason === '' ? '' : `: ${reason}`}${numbers.length === 0 ? '' : ` (${numbers.join(', ')})`}`;
}

const spaced = (name: string): string => name.replaceAll(/[-_]+/g, ' ');

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${formatCount(size)} ${BYTE_UNITS[unit]}`;
}

/** Units are in the names: the longest ending that fits says how the number is written. */
const UNITS: readonly (readonly [ending: RegExp, format: (value: number) => string])[] = [
  [/GpuS$/, (value) => `${formatCount(value)} GPU s`],
  [/_s$|(?<=[a-z])S$/, formatDuration],
  [/_hz$|(?<=[a-z])Hz$/, formatRate],
  [/_usd$|(?<=[a-z])Usd$/, formatUsd],
  [/_bytes$|(?<=[a-z])Bytes$/, formatBytes],
  [/_percent$|(?<=[a-z])Percent$/, (value) => formatFraction(value / 100)],
  [/_fraction$|(?<=[a-z])Fraction$/, formatFraction],
];

/** `waited 2.5 s`, `left in queue 3`. */
export function numberWords(name: string, value: number): string {
  const { label, text } = numberParts(name, value);
  return `${label} ${text}`;
}

export function numberParts(name: string, value: number): { readonly label: string; readonly text: string } {
  const unit = UNITS.find(([ending]) => ending.test(name));
  const label = unit === undefined ? name : name.replace(unit[0], '');
  return { label: wordsOf(label), text: (unit?.[1] ?? formatCount)(value) };
}

/** `leftInQueue` → `left in queue`. */
const wordsOf = (name: string): string =>
  spaced(name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')).toLowerCase();
