/**
 * The command line: arguments to a command, what it throws to words and an exit status. Commands are loaded when
 * they are called, so that `--help` answers at once.
 */
import { CommanderError } from 'commander';
import { CommandEnd, CommandError, PlacedError } from './command-error.js';
import { ExitCode } from './exit-code.js';
import { endOnBrokenOutput, printMessage } from './output.js';
import { createProgram } from './program.js';

/** Runs the command and sets the process's exit status. */
export async function main(args: readonly string[]): Promise<void> {
  endOnBrokenOutput();
  // A rejected promise that nobody awaits comes here too.
  process.on('uncaughtException', (error) => {
    printMessage(
      `wipsim: something asynchronous failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    if ((process.env.WIPSIM_DEBUG ?? '') !== '') printMessage(error.stack ?? '');
    else
      printMessage(
        'A policy file must do nothing asynchronous. If the scenario names none, this is a bug in wipsim: please report it with what the same command prints with WIPSIM_DEBUG=1 set.',
      );
    process.exit(ExitCode.internalError);
  });
  process.exitCode = await exitCodeOf(args);
}

async function exitCodeOf(args: readonly string[]): Promise<ExitCode> {
  try {
    let exitCode: ExitCode = ExitCode.fine;
    const program = createProgram((code) => {
      exitCode = code;
    });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

/**
 * Errors that are no bug, by their names: their classes are loaded with the command that throws them and not before.
 */
const TOLD: Readonly<Record<string, ExitCode>> = {
  BundleError: ExitCode.usage,
  RedisAddressError: ExitCode.usage,
  RedisUnavailable: ExitCode.internalError,
  ShardError: ExitCode.usage,
  WorkerRunError: ExitCode.internalError,
};

function explain(error: unknown): ExitCode {
  // Commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.fine : ExitCode.usage;
  if (error instanceof CommandEnd) {
    if (error.message !== '') printMessage(error.message);
    return error.exitCode;
  }
  if (error instanceof CommandError) {
    printMessage(error instanceof PlacedError ? error.message : `error: ${error.message}`);
    return error.exitCode;
  }
  const told = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? TOLD[error.name] : undefined;
  if (code !== undefined) {
    printMessage(`error: ${told}`);
    return code;
  }
  const debug = (process.env.WIPSIM_DEBUG ?? '') !== '';
  // By its name: the class is in the engine, which is loaded with a command and not before.
  if (error instanceof Error && error.name === 'UserPolicyError') {
    printMessage(`error: ${told}`);
    if (debug && error.cause instanceof Error) printMessage(error.cause.stack ?? '');
    return ExitCode.internalError;
  }
  printMessage(`wipsim: internal error: ${told}`);
  if (debug && error instanceof Error) printMessage(error.stack ?? '');
  else
    printMessage(
      'This is a bug in wipsim. Please report it with the scenario, the command, and what the same command prints with WIPSIM_DEBUG=1 set.',
    );
  return ExitCode.internalError;
}
