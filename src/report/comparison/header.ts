/** What was compared, on how much, and why it stopped there. */
import type { ComparisonDocument } from '../../experiment/compare/document.js';
import { formatFraction } from '../format.js';
import { escapeHtml } from '../markup.js';
import { shellWord } from '../sections/notes.js';

const STOPPED: Readonly<Record<ComparisonDocument['stopped'], string>> = {
  decided: 'every difference is decided',
  budget: 'the budget of replications is spent',
  interrupted: 'interrupted',
};

export function headerSection(document: ComparisonDocument): string {
  const { title, setups, baseline, seed, replications, confidence, indifference } = document;
  const { used, budget } = replications;
  const names = setups.map(
    ({ name }) => `<b>${escapeHtml(name)}</b>${name === baseline ? ' (baseline)' : ''}`,
  );
  const facts = [
    `seed <b>${escapeHtml(seed)}</b>`,
    `<b>${used} ${used === 1 ? 'replication' : 'replications'}</b> of each on common random numbers, of at most ${budget}`,
    `confidence <b>${formatFraction(confidence)}</b> for all findings together`,
    ...(indifference > 0 ? [`changes below <b>${formatFraction(indifference)}</b> do not matter`] : []),
  ];
  return `<header>
<p class="brand">wipsim comparison</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${names.join(', ')}</p>
<p class="facts">${facts.join(' <span aria-hidden="true">·</span> ')}</p>
<p class="facts">${whyStopped(document)}</p>
${document.interrupted ? '<p class="notice">This comparison was interrupted: it shows what was finished.</p>' : ''}
</header>`;
}

function whyStopped({ replications: { looks, used }, stopped }: ComparisonDocument): string {
  if (looks.length < 2)
    return stopped === 'interrupted' ? 'Stopped: interrupted.' : `One look, at ${used} of each.`;
  return `Looked after ${looks.join(', ')} of each. Stopped: ${STOPPED[stopped]}.`;
}

/** The command that gives this document; the scenario's file is not in it. */
export function commandOf({
  setups,
  baseline,
  seed,
  replications,
  confidence,
  indifference,
  metrics,
}: ComparisonDocument): string[] {
  const areVariants = setups.every(({ name, scenario }) => name === (scenario.variant ?? 'base'));
  const files = areVariants ? ['SCENARIO.yaml'] : setups.map(({ name }) => fileOf(name));
  return [
    'wipsim compare',
    ...files.map(shellWord),
    ...(areVariants ? setups.map(({ name }) => `--policy ${shellWord(name)}`) : []),
    `--baseline ${shellWord(baseline)}`,
    ...metrics.map(({ metric }) => `--metric ${shellWord(metric)}`),
    `--seed ${shellWord(seed)}`,
    replications.looks.length < 2
      ? `--replications ${replications.used}`
      : `--max-replications ${replications.budget}`,
    `--confidence ${confidence}`,
    `--indifference ${indifference}`,
  ];
}

const fileOf = (name: string): string => (/\.(ya?ml|json)$/.test(name) ? name : `${name}.yaml`);
