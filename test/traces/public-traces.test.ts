/**
 * Public traces as published, where a copy lies beside the repository. The figures were counted from the files with
 * Python's csv, datetime and json modules.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { traceSchema } from '../../src/scenario/trace-schema.js';
import { arrivalsPerMinute } from '../../src/traces/arrivals-per-minute.js';
import { readTrace } from '../../src/traces/read-trace.js';

const traces = fileURLToPath(new URL('../../../shared/traces', import.meta.url));
const replay = (trace: unknown) => readTrace(traceSchema.parse(trace), traces);
const sum = (values: Iterable<number> = []) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

describe.skipIf(!existsSync(traces))('public traces', () => {
  test('Azure conversation 2023: 19,366 requests in 3,502 s, 5.53/s, minute by minute', async () => {
    const { table, report } = await replay({
      file: 'azure-llm-2023-conversation/AzureLLMInferenceTrace_conv.csv.gz',
      columns: {
        arrival: { column: 'TIMESTAMP', unit: 'datetime' },
        promptTokens: 'ContextTokens',
        outputTokens: 'GeneratedTokens',
      },
    });
    expect(report).toMatchObject({ rows: 19_366, badRows: 0, filtered: 0 });
    expect(table.arrivalS[19_365]).toBe(3501.721937);
    expect(table.rows / table.arrivalS[19_365]!).toBeCloseTo(5.53, 2);
    expect(sum(table.promptTokens)).toBe(22_361_870);
    expect(sum(table.outputTokens)).toBe(4_088_665);
    expect(Array.from(arrivalsPerMinute(table))).toEqual([
      191, 265, 329, 353, 307, 273, 268, 261, 322, 298, 301, 302, 345, 326, 283, 279, 280, 308, 343, 351, 351,
      343, 408, 396, 386, 398, 432, 480, 476, 453, 448, 507, 438, 413, 423, 418, 465, 311, 329, 316, 333, 355,
      319, 360, 334, 375, 330, 249, 221, 249, 265, 280, 256, 254, 242, 260, 246, 225, 37,
    ]);
  });

  const philly = {
    file: 'philly-2017/philly.csv.gz',
    columns: {
      arrival: { column: 'timestamp', unit: 'datetime' },
      work: 'duration',
      gpus: 'num_gpus',
      tenant: 'cluster',
    },
  };

  test('Philly 2017: 64,721 jobs of 13 virtual clusters, put in order of time', async () => {
    const { table, report } = await replay(philly);
    expect(report).toMatchObject({ rows: 64_721, badRows: 0, filtered: 0 });
    expect(table.tenantNames).toHaveLength(13);
    for (let row = 1; row < table.rows; row++)
      if (table.arrivalS[row]! < table.arrivalS[row - 1]!) expect.unreachable(`row ${row}`);
  });

  test('Philly, cluster ee9e8c in October and November: 1,053 jobs, 202,346 GPU-hours', async () => {
    const { table, report } = await replay({
      ...philly,
      where: { cluster: 'ee9e8c' },
      from: '2017-10-01 00:00:00',
      to: '2017-11-30 23:59:00',
      origin: 'from',
    });
    expect(report).toMatchObject({ rows: 1053, badRows: 0, filtered: 63_668 });
    expect(table.arrivalS[0]).toBe(17 * 3600 + 3 * 60 + 27);
    const gpuHours = sum(table.gpus!.map((gpus, row) => Math.round(gpus * table.workS![row]!))) / 3600;
    expect(gpuHours).toBeCloseTo(202_346.4875, 3);
    const perDay = Array.from({ length: 10 }, (_, day) =>
      sum(arrivalsPerMinute(table).subarray(day * 1440, (day + 1) * 1440)),
    );
    expect(perDay).toEqual([4, 23, 4, 10, 3, 8, 25, 0, 22, 14]);
  });

  test('Philly, cluster 6214e9, which YAML reads as a number: 41,226 jobs', async () => {
    expect((await replay({ ...philly, where: { cluster: 6214e9 } })).report.rows).toBe(41_226);
  });

  test('Muri trace 3: 992 jobs that offer 64 GPUs a load of 0.80', async () => {
    const { table } = await replay({
      file: 'muri-philly/trace3.csv.gz',
      columns: {
        arrival: { column: 'submit_time', unit: 'ms' },
        work: { product: ['iterations', 'iteration_time'], unit: 'ms' },
        gpus: 'num_gpu',
        priority: 'priority',
      },
    });
    expect(table.rows).toBe(992);
    expect(table.arrivalS[991]).toBe(8_166_025);
    const gpuSeconds = sum(Array.from(table.gpus!, (gpus, row) => gpus * table.workS![row]!));
    expect(gpuSeconds / 64 / table.arrivalS[991]!).toBeCloseTo(0.8038, 4);
    expect(sum(table.priority)).toBe(488);
  });

  test('Mooncake conversation: 12,031 requests in JSON Lines over 3,537 s', async () => {
    const { table, report } = await replay({
      file: 'mooncake-conversation/conversation_trace.jsonl.gz',
      columns: {
        arrival: { column: 'timestamp', unit: 'ms' },
        promptTokens: 'input_length',
        outputTokens: 'output_length',
      },
    });
    expect(report).toMatchObject({ rows: 12_031, badRows: 0 });
    expect(table.arrivalS[12_030]).toBe(3536.999);
    expect(sum(table.promptTokens)).toBe(144_793_823);
    expect(sum(table.outputTokens)).toBe(4_122_048);
  });
});
