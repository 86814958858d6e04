/** What a {@link StepError} tells beside its message. */
export interface StepErrorDetails {
  /** The command that failed, as a shell would take it. */
  readonly command?: string;
  /** The last lines of its output or log file, oldest first. */
  readonly lastLines?: readonly string[];
  /** What the reader should do now: a command or a setting. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * A failure meant for the person at the terminal: the message names the thing and its value, the details tell what ran,
 * what it said last and what to do. Anything else that is thrown is a fault of the program and keeps its stack.
 */
export class StepError extends Error {
  readonly command?: string;
  readonly lastLines: readonly string[];
  readonly fix?: string;

  constructor(message: string, details: StepErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "StepError";
    this.command = details.command;
    this.lastLines = details.lastLines ?? [];
    this.fix = details.fix;
  }

  /** The whole failure as a terminal shows it. */
  render(): string {
    return [
      this.message,
      ...(this.command ? [`  command: ${this.command}`] : []),
      ...this.lastLines.map((line) => `  | ${line}`),
      ...(this.fix ? [`  what to do: ${this.fix}`] : []),
    ].join("\n");
  }
}
