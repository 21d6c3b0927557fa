/** Compares the circuit breaker with resilience4j, call by call: permission and the state after it. */
import { readdirSync, readFileSync } from 'node:fs';
import { CircuitBreaker } from '../../src/policies/admission/breaker-state.js';
import { circuitBreaker } from '../../src/policies/admission/circuit-breaker.js';
import { fakeRuntime } from '../policies/fake-runtime.js';
import type { Comparison } from './limits.js';

const FOLDER = new URL('circuit-breaker/', import.meta.url);

/** The configurations that computed the files, as a scenario gives them; the rest are defaults, which are the library's. */
const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'count-10': {
    slidingWindowSize: 10,
    minimumNumberOfCalls: 10,
    failureRateThreshold: '50%',
    waitDurationInOpenState: '5s',
    permittedNumberOfCallsInHalfOpenState: 3,
  },
  'count-20-slow': {
    slidingWindowSize: 20,
    minimumNumberOfCalls: 5,
    failureRateThreshold: '30%',
    slowCallRateThreshold: '60%',
    slowCallDurationThreshold: '2s',
    waitDurationInOpenState: '10s',
    permittedNumberOfCallsInHalfOpenState: 5,
  },
  'time-10s': {
    slidingWindowType: 'time-based',
    slidingWindowSize: 10,
    minimumNumberOfCalls: 8,
    failureRateThreshold: '40%',
    waitDurationInOpenState: '8s',
    permittedNumberOfCallsInHalfOpenState: 4,
  },
  'time-5s-slow': {
    slidingWindowType: 'time-based',
    slidingWindowSize: 5,
    minimumNumberOfCalls: 4,
    failureRateThreshold: '80%',
    slowCallRateThreshold: '50%',
    slowCallDurationThreshold: '1.5s',
    waitDurationInOpenState: '3s',
    permittedNumberOfCallsInHalfOpenState: 2,
  },
};

export function breakerVectorFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.csv'))
    .sort();
}

/** Makes a file's calls through a breaker and compares each answer and state. */
export function compareBreaker(file: string): Comparison {
  const configuration = CONFIGURATIONS[file.split('.')[0]!];
  if (configuration === undefined) throw new Error(`no configuration for ${file}`);
  const breaker = new CircuitBreaker(circuitBreaker.parameters.parse(configuration), fakeRuntime());

  const lines = readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n').slice(1);
  for (const [row, line] of lines.entries()) {
    const [timeMs, permitted, durationMs, failed, state] = line.split(',') as [
      string,
      string,
      string,
      string,
      string,
    ];
    const nowS = Number(timeMs) / 1000;
    const isPermitted = breaker.permit(nowS);
    if (isPermitted) breaker.record(nowS, Number(durationMs) / 1000, failed === '1');
    const expected = `${permitted === '1' ? 'permitted' : 'refused'}, ${state.toLowerCase().replace('_', '-')}`;
    const got = `${isPermitted ? 'permitted' : 'refused'}, ${breaker.state}`;
    if (got !== expected)
      return { rows: row + 1, mismatch: `call ${row}: ${got}, the library's is ${expected}` };
  }
  return { rows: lines.length };
}
