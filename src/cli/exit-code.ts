/** What the command's exit status says; part of the contract with scripts. */
export const ExitCode = {
  fine: 0,
  internalError: 1,
  /** Wrong usage, or a scenario with mistakes. */
  usage: 2,
  slosMissed: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
