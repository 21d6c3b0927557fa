import { simulate } from 'wipsim';

// An M/M/1 queue: arrivals at rate 1/2, service at rate 1, so the mean time in the system is 1/(1 − 1/2) = 2 s.
const queue = {
  version: 1,
  name: 'a queue',
  run: { duration: '2h', warmup: '5m', replications: 10 },
  pools: { clerk: { slotsPerGpu: 1 } },
  stages: { counter: { pool: 'clerk' } },
  workloads: {
    customers: {
      arrival: { process: 'poisson', rate: '0.5/s' },
      workflow: [{ stage: 'counter', work: { dist: 'exponential', mean: '1s' } }],
    },
  },
};

const { estimates } = await simulate(queue);
console.log(estimates.total.latency_s.mean.mean.toFixed(2));
