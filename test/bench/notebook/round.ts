import type { FloorTimes } from "./floor";
import type { Moments } from "./phases";

/** The ways to an answer that a round takes, in its order, and what each begins with. */
export const ways = {
  cold: "new notebook, pod just restarted",
  second: "same kernel, executors there",
  returned: "same kernel, executors given back",
  warm: "new notebook, pod warm",
} as const;

/** One of the {@link ways}. */
export type Way = keyof typeof ways;

/** What one round gave. */
export interface Round {
  readonly moments: Readonly<Record<Way, Moments>>;
  readonly floor: FloorTimes;
  /** The host's load averages of a minute, at the round's beginning and end. */
  readonly load: readonly [number, number];
}
