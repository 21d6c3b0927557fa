import { sweep } from 'wipsim';

const { points, sensitivity } = await sweep(
  'scenarios/quick-start.yaml',
  {
    vary: { 'run.load': '0.8..1.2 step 0.2', policy: ['base', 'priority'] },
    metrics: ['workloads.chat.latency_s.p99'],
  },
  { replications: 3 },
);

for (const { values, estimates } of points)
  console.log(values.load, values.policy, estimates['workloads.chat.latency_s.p99']!.mean.toFixed(0));
console.log(`it depends most on ${sensitivity[0]!.effects[0]!.factor}`);
