import { expect, test } from 'vitest';
import { backOffCases } from './back-off.js';

test('every wait of every jitter is within the published bounds', async () => {
  const agreements = (await Promise.all(backOffCases.map((one) => one.compare()))).flat();
  expect(agreements).toHaveLength(4);
  for (const { label, expected, measured, difference } of agreements)
    expect(measured, `${label}: ${difference}`).toBe(expected);
});
