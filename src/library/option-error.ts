/** An option that cannot be: the message names it and says what could be. */
export class OptionError extends Error {
  override readonly name = 'OptionError';

  constructor(
    /** As the options object has it, for example `baseline`. */
    readonly option: string,
    /** What is wrong with it. */
    readonly detail: string,
  ) {
    super(`${option}: ${detail}`);
  }
}
