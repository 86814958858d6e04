import { StepError } from "../console/errors";

/**
 * What the terminal shows of a failure that is meant for people: of a step, or of a stack file and the program's own
 * refusals, a line for each fault. Nothing for a fault of the program, which keeps its stack.
 */
export function failureText(error: unknown): string | undefined {
  if (error instanceof StepError) return `✖ ${error.render()}`;
  return isRunError(error)
    ? error.message
        .split("\n")
        .map((line) => `✖ ${line}`)
        .join("\n")
    : undefined;
}

/** As Pulumi's own `RunError.isInstance`, without loading Pulumi for every command. */
function isRunError(error: unknown): error is Error {
  return error instanceof Error && (error as { __pulumiRunError?: unknown }).__pulumiRunError === true;
}
