/** Decisions of other libraries, step by step: every one must be the same. */
import { breakerVectorFiles, compareBreaker } from '../../oracles/circuit-breaker.js';
import { compareLimits, limitVectorFiles } from '../../oracles/limits.js';
import { compareTokenBucket, tokenBucketVectorFiles } from '../../oracles/token-bucket.js';
import type { ExactCase } from '../case.js';

interface Comparison {
  readonly rows: number;
  readonly mismatch?: string;
}

/** One case for each configuration, which is what stands before the second dot-separated part of a file's name. */
function byConfiguration(
  files: readonly string[],
  configurationOf: (file: string) => string,
  compare: (file: string) => Comparison,
  title: string,
  source: string,
): ExactCase[] {
  const configurations = [...new Set(files.map(configurationOf))];
  return configurations.map((configuration) => ({
    kind: 'exact',
    name: `${title} ${configuration}`,
    source,
    compare: () => {
      const own = files.filter((file) => configurationOf(file) === configuration);
      const compared = own.map((file) => ({ file, ...compare(file) }));
      const different = compared.filter(({ mismatch }) => mismatch !== undefined);
      const rows = compared.reduce((sum, comparison) => sum + comparison.rows, 0);
      return [
        {
          label: `files that agree, ${rows} steps`,
          expected: own.length,
          measured: own.length - different.length,
          difference: different[0] && `${different[0].file}, ${different[0].mismatch}`,
        },
      ];
    },
  }));
}

export const vectorCases = (): ExactCase[] => [
  ...byConfiguration(
    limitVectorFiles(),
    (file) => file.split('.')[0]!,
    compareLimits,
    'concurrency limit',
    'Netflix concurrency-limits',
  ),
  ...byConfiguration(
    tokenBucketVectorFiles(),
    (file) => /^r[\d.]+-b\d+/.exec(file)![0],
    compareTokenBucket,
    'token bucket',
    'golang.org/x/time/rate',
  ),
  ...byConfiguration(
    breakerVectorFiles(),
    (file) => file.split('.')[0]!,
    compareBreaker,
    'circuit breaker',
    'resilience4j-circuitbreaker 2.3.0',
  ),
];
