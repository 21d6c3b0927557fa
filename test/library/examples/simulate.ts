import { simulate } from 'wipsim';

const result = await simulate('scenarios/quick-start.yaml', {
  seed: 7,
  replications: 5,
  set: { 'gpus.nodes': 2, 'run.duration': '1h' },
});

const { mean, ci_low, ci_high } = result.estimates.workloads.chat!.latency_s.p99;
console.log(`p99 of chat: ${mean.toFixed(1)} s, 95% CI ${ci_low!.toFixed(1)} to ${ci_high!.toFixed(1)}`);
for (const { name, met } of result.slos) console.log(`${name}: ${met ? 'met' : 'missed'}`);
