/** Every arrival process, how users write one, and how one is made. */
import { z } from 'zod';
import { Deterministic } from '../distribution/deterministic.js';
import { createDistribution } from '../distribution/registry.js';
import { unknownName } from '../distribution/suggestion.js';
import type { RandomStream } from '../random/stream.js';
import type { ArrivalProcess } from './arrival-process.js';
import { BatchedArrivals, SingleArrivals } from './batched.js';
import type { ArrivalDefinition, ArrivalSpec } from './definition.js';
import { deterministic } from './deterministic.js';
import { diurnal } from './diurnal.js';
import { mmpp } from './mmpp.js';
import { piecewise } from './piecewise.js';
import { poisson } from './poisson.js';
import { renewal } from './renewal.js';

export const arrivalDefinitions: readonly ArrivalDefinition[] = [
  poisson,
  renewal,
  deterministic,
  mmpp,
  piecewise,
  diurnal,
];

const names = arrivalDefinitions.map((definition) => definition.name);
const schemas = arrivalDefinitions.map((definition) => definition.schema);

function errorFor(input: unknown): string {
  if (typeof input !== 'object' || input === null)
    return 'expected an arrival process, for example {process: poisson, rate: 5/s}';
  const name = 'process' in input ? input.process : undefined;
  if (typeof name === 'string') return unknownName('arrival process', name, names);
  return `name the arrival process with "process", one of ${names.join(', ')}`;
}

/** An arrival process as users write it: `{process: poisson, rate: 5/s}`. */
export const arrivalSchema = z
  .discriminatedUnion('process', [schemas[0], ...schemas.slice(1)], {
    error: (issue) => errorFor(issue.input),
  })
  .transform((spec) => spec as unknown as ArrivalSpec);

const ALONE = new Deterministic(1);

/**
 * Makes the process that a parsed specification describes; its streams are `prefix/interval`, `prefix/batch`, ...
 * @param load times as fast as specified; `start` and `stop` keep their times, batches their sizes
 */
export function createArrivals(
  spec: ArrivalSpec,
  streams: { stream(name: string): RandomStream },
  prefix: string,
  load = 1,
): ArrivalProcess {
  const definition = arrivalDefinitions.find(({ name }) => name === spec.process);
  if (definition === undefined) throw new Error(unknownName('arrival process', spec.process, names));
  const streamOf = (purpose: string): RandomStream => streams.stream(`${prefix}/${purpose}`);
  if (spec.batch === undefined && spec.stop === undefined)
    return new SingleArrivals(definition.create(spec, streamOf, spec.start ?? 0, load));
  return new BatchedArrivals(
    definition.create(spec, streamOf, spec.start ?? 0, load),
    spec.batch === undefined ? ALONE : createDistribution(spec.batch),
    streamOf('batch'),
    spec.stop ?? Number.POSITIVE_INFINITY,
  );
}
