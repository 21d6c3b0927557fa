import { describe, expect, it } from 'vitest';
import { describeMetric, formatTarget, quantityOf, verdictOf } from '../../src/report/metric.js';
import { resultDocument } from '../fixtures/result.js';

describe('a path into the measures', () => {
  it.each([
    ['workloads.chat.latency_s.p99', 'duration', 'workload chat: latency p99'],
    ['workloads.chat.latency_s.p999', 'duration', 'workload chat: latency p99.9'],
    ['workloads.chat.phases.queue_s.mean', 'duration', 'workload chat: queue mean'],
    ['workloads.chat.ttft_s.p99', 'duration', 'workload chat: time to first token p99'],
    ['workloads.v1.2.reject_fraction', 'fraction', 'workload v1.2: reject fraction'],
    ['workloads.chat.latency_s.count', 'count', 'workload chat: latency count'],
    ['tenants.acme.starvation.longest_wait_s', 'duration', 'tenant acme: starvation longest wait'],
    ['tenants.acme.starvation.speed', 'ratio', 'tenant acme: starvation speed'],
    ['stages.gpu.max_queue_length', 'count', 'stage gpu: max queue length'],
    ['pools.h100.utilisation.busy', 'fraction', 'pool h100: utilisation busy'],
    ['pools.h100.gpu_hours', 'hours', 'pool h100: gpu hours'],
    ['arms.canary.latency_s.p99', 'duration', 'policy set canary: latency p99'],
    ['total.throughput_hz', 'rate', 'total: throughput'],
    ['cost.per_completed_task_usd', 'usd', 'cost: per completed task'],
    ['fairness.jain_speed', 'ratio', 'fairness: jain speed'],
    ['window_s', 'duration', 'window'],
    ['links.storage/out.utilisation', 'fraction', 'link storage/out: utilisation'],
    ['links.rack-0/up.carried_bytes', 'bytes', 'link rack-0/up: carried'],
    ['data.images.hit_fraction', 'fraction', 'data set images: hit fraction'],
  ])('%s is a %s, in words "%s"', (path, quantity, words) => {
    expect(quantityOf(path)).toBe(quantity);
    expect(describeMetric(path)).toBe(words);
  });
});

describe('an SLO', () => {
  const slos = resultDocument().slos;

  it('has its target in the unit of its measure', () => {
    expect(slos.map(formatTarget)).toEqual(['≤ 15 s', '≤ 15 min', '≤ 1%', '≥ 60%']);
  });

  it('says when its verdict is uncertain', () => {
    expect(slos.map(verdictOf)).toEqual(['met', 'missed, uncertain', 'met', 'missed']);
    expect(verdictOf({ ...slos[0]!, certain: false })).toBe('met, uncertain');
  });
});
