import { ExitCode } from './exit-code.js';

/** Something the user can mend: told in its message alone, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.usage,
  ) {
    super(message);
  }
}

/** Its message begins with a file and a line, as editors read it: nothing is put before it. */
export class PlacedError extends CommandError {}

/** No mistake: the command has done what it was asked to and ends before it would have a result to show. */
export class CommandEnd extends CommandError {}
