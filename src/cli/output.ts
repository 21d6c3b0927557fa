/** Where a command's words go: results to standard output, everything else to standard error. */
import { reasonOf } from '../execution/file-system.js';
import { ExitCode } from './exit-code.js';

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printMessage(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** One document on one line. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** A reader that has seen enough (`| head`) closes the pipe: that is no error. A full disk behind `>` is one. */
export function endOnBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      if (stream === process.stdout)
        printMessage(`error: cannot write to standard output: ${reasonOf(error)}`);
      process.exit(ExitCode.internalError);
    });
}

/** Colour as https://no-color.org asks, and only where somebody looks. */
export function wantsColor(stream: NodeJS.WriteStream, colorOption: boolean): boolean {
  return (
    colorOption && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb' && stream.isTTY === true
  );
}
