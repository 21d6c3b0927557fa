import { plan } from 'wipsim';

const { answer, space, work } = await plan('scenarios/quick-start.yaml', {
  nodes: { gpus: '1..8' },
  tune: { policy: ['base', 'priority'] },
  confidence: 0.95,
});

if (answer === null) console.log('no fleet of up to 8 nodes meets the SLOs');
else {
  console.log(answer.nodes, space.settings[answer.setting]!.name);
  console.log(`$${answer.cost_usd_per_hour} an hour; the tightest SLO is ${answer.binding_slo}`);
}
console.log(`${work.search.runs} runs instead of ${work.exhaustive.runs}`);
