import { compare } from 'wipsim';

const chat = 'workloads.chat.latency_s.p99';

// Variants of one scenario; `base` is the scenario's own policies.
const policies = await compare('scenarios/quick-start.yaml', {
  variants: ['base', 'priority'],
  metrics: [chat, 'workloads.reports.latency_s.p99'],
});
for (const { winner, differences } of policies.metrics) {
  console.log(differences[0]!.verdict);
  console.log(`better: ${winner ?? 'neither, as far as can be told'}`);
}

// Several scenarios, or one with other values, by name.
const file = 'scenarios/quick-start.yaml';
const fleets = await compare(
  [1, 2].map((nodes) => ({ name: `on ${nodes}`, scenario: file, set: { 'gpus.nodes': nodes } })),
  { metrics: [chat] },
);
console.log(fleets.metrics[0]!.differences[0]!.decision);
