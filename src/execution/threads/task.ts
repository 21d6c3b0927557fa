/** What goes to a worker thread and comes back: plain data. */
import type { RunAnswer, RunRequest, RunSample, SetupRef } from '../../experiment/run-source.js';
import { UserPolicyError } from '../../policies/user-policy.js';

export interface ThreadTask extends Omit<RunRequest, 'setup'> {
  readonly id: number;
  readonly ref: SetupRef;
  /** Of the compiled scenario: what is compiled here must be what was asked for. */
  readonly hash: string;
  readonly wantsSamples: boolean;
}

/** Once, when the thread's modules are loaded. */
export interface ThreadLoaded {
  readonly loaded: true;
}

export interface ThreadSample {
  readonly id: number;
  readonly sample: RunSample;
}

/** An error in parts, since its class is lost on the way. */
export interface ThreadFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly causeStack: string | undefined;
}

/** With the engine that the thread was built from. */
export type ThreadReply = { readonly engine: string } & (
  | { readonly answer: RunAnswer }
  | { readonly failure: ThreadFailure }
);

export function failureOf(error: unknown): ThreadFailure {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, causeStack: undefined };
  const { name, message, stack, cause } = error;
  return { name, message, stack, causeStack: cause instanceof Error ? cause.stack : undefined };
}

/** The error again, as it was thrown there. */
export function errorOf({ name, message, stack, causeStack }: ThreadFailure): Error {
  const cause = new Error(message);
  if (causeStack !== undefined) cause.stack = causeStack;
  const error =
    name === 'UserPolicyError' ? new UserPolicyError(message, { cause }) : new Error(message, { cause });
  if (stack !== undefined) error.stack = stack;
  return error;
}
