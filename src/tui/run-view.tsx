/** Keeps the live screen on standard error while a run is under way; standard output stays for the result. */
import { type Instance, render } from 'ink';
import type { RunProgress } from './progress.js';
import { RunScreen } from './run-screen.js';

export interface RunViewOptions {
  /** By default standard error. */
  readonly stream?: NodeJS.WriteStream;
  /** By default as NO_COLOR says. */
  readonly color?: boolean;
}

export class RunView {
  readonly #stream: NodeJS.WriteStream;
  readonly #color: { color?: boolean };
  #instance: Instance | undefined;
  #stopped = false;

  constructor(options: RunViewOptions = {}) {
    this.#stream = options.stream ?? process.stderr;
    this.#color = options.color === undefined ? {} : { color: options.color };
  }

  /** Draws the screen the first time and redraws it afterwards; after `stop` it does nothing. */
  update(progress: RunProgress): void {
    if (this.#stopped) return;
    const screen = <RunScreen progress={progress} {...this.#color} />;
    if (this.#instance !== undefined) {
      this.#instance.rerender(screen);
      return;
    }
    this.#instance = render(screen, {
      stdout: this.#stream,
      stderr: this.#stream,
      patchConsole: false,
      // The command owns Ctrl-C: it saves what is finished.
      exitOnCtrlC: false,
    });
  }

  /** Takes the screen away and gives the terminal back; the summary follows in its place. */
  stop(): void {
    this.#stopped = true;
    this.#instance?.rerender(null);
    this.#instance?.unmount();
    this.#instance = undefined;
  }
}
