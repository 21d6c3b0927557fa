/** Makes a policy as a scenario does: parameters as written, parsed by the policy's own schema. */
import type { z } from 'zod';
import type { PolicyDefinition } from '../../src/policies/definition.js';
import type { PolicyRuntime } from '../../src/policies/runtime.js';
import { fakeRuntime } from './fake-runtime.js';
import { type FakeSystem, fakeView } from './fake-view.js';

export function make<Schema extends z.ZodObject, Policy>(
  definition: PolicyDefinition<Schema, Policy>,
  parameters: Readonly<Record<string, unknown>> = {},
  system: FakeSystem = {},
  runtime: PolicyRuntime = fakeRuntime(),
): Policy {
  return definition.create(definition.parameters.parse(parameters), fakeView(system), runtime);
}
