import { expect, test } from 'vitest';
import { nodesOverTime } from '../../../src/report/charts/nodes-over-time.js';
import { resultDocument } from '../../fixtures/result.js';

/** The values drawn, by line. */
function lines(document = resultDocument({ controls: true })): Map<string, number[]> {
  const { values } = nodesOverTime(document)!.spec.data as { values: { series: string; value: number }[] };
  const drawn = new Map<string, number[]>();
  for (const { series, value } of values) drawn.set(series, [...(drawn.get(series) ?? []), value]);
  return drawn;
}

test('nodes on their way and leaving are paid for, and are no part of those in service', () => {
  const [inService, paid] = [...lines().values()];
  expect(inService!.slice(79, 83)).toEqual([2, 2, 2, 3]);
  expect(paid!.slice(79, 83)).toEqual([2, 3, 3, 3]);
  expect([inService![100], paid![100]]).toEqual([2, 3]);
});

test('several pools are told apart by their names', () => {
  const document = resultDocument({ controls: true });
  for (const series of [document.series.nodes, document.series.nodes_coming, document.series.nodes_leaving])
    series.l40s = series.h100!.map(() => 1);
  expect([...lines(document).keys()]).toEqual(['h100', 'h100, paid for', 'l40s', 'l40s, paid for']);
});

test('pools of a fixed size have no chart', () => {
  expect(nodesOverTime(resultDocument())).toBeUndefined();
});
