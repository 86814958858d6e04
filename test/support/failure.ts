import { StepError } from "../../console/errors";

/** What a person at the terminal would read of the StepError that `run` throws; anything else that is thrown passes. */
export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StepError) return error.render();
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The same for work that takes its time. */
export async function laterFailure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  return failure(() => {
    throw error;
  });
}
