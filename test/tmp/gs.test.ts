import { test } from 'vitest';
import { gpuScheduleCases } from '../validation/cases/gpu-schedules.js';

test('x', async () => {
  for (const c of gpuScheduleCases('../shared/traces')) {
    if (c.kind !== 'exact') continue;
    const t = Date.now();
    const a = await c.compare();
    console.log(
      c.name,
      Date.now() - t,
      'ms',
      a.map((x) => `${x.label} ${x.expected} ${x.measured} ${x.difference ?? 'ok'}`).join(' | '),
    );
  }
}, 1e6);
