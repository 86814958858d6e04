/**
 * The moments on the way to an answer, in the order in which each can hold up the next, and what the time up to it is
 * spent on. An answer doesn't need all of them: a kernel that has executors asks for none.
 */
export const moments = {
  clicked: "the launcher's tile is clicked",
  run: "the notebook opens and its kernel starts",
  contextBegan:
    "the line is typed, and Spark's driver starts: Python's call, then the JVM up to the context's first statement",
  jobSubmitted: "the context comes up (API server, ports, event log) and the query is planned",
  executorAskedFor: "Spark decides to ask for an executor",
  podCreated: "the executor's pod is made",
  podScheduled: "the pod gets its node",
  containerStarted: "the node starts the pod's container: sandbox, network, volumes",
  executorRegistered: "the executor's JVM starts and registers with the driver",
  jobCompleted: "the tasks run",
  answered: "the answer reaches the page",
} as const;

/** One of the {@link moments}. */
export type Moment = keyof typeof moments;

/** When the moments of one answer were, in milliseconds since 1970; those that it didn't need are missing. */
export type Moments = Readonly<Partial<Record<Moment, number>>>;

/** How long each part of the way took, in seconds, by the moment that ended it. */
export type Phases = Readonly<Partial<Record<Moment, number>>>;

const order = Object.keys(moments) as Moment[];

/**
 * The parts of the way from the first moment to the last. What was done beside an earlier part counts only from the end
 * of that one, so that the parts add up to the whole.
 *
 * @throws Error where there is no moment
 */
export function phasesOf(times: Moments): Phases {
  const present = order.flatMap((moment) => (times[moment] === undefined ? [] : [[moment, times[moment]] as const]));
  const [first, ...later] = present;
  if (first === undefined) throw new Error("the way to an answer without a moment");
  let reached = first[1];
  return Object.fromEntries(
    later.map(([moment, time]) => {
      const spent = Math.max(0, time - reached);
      reached += spent;
      return [moment, spent / 1000];
    }),
  );
}

/** The whole way in seconds: from the first moment to the last. */
export function wholeOf(times: Moments): number {
  return Object.values(phasesOf(times)).reduce((sum, seconds) => sum + seconds, 0);
}

/** The moments that end a part of any of the ways, in their order: the rows of a table of them. */
export function rowsOf(ways: readonly Moments[]): readonly Moment[] {
  const phases = ways.map((way) => phasesOf(way));
  return order.filter((moment) => phases.some((way) => way[moment] !== undefined));
}

/** The moments between two others, both included. */
export function within(times: Moments, from: number, to: number): Moments {
  return Object.fromEntries(Object.entries(times).filter(([, time]) => time >= from && time <= to));
}

/** Those of some moments that are at or after another. */
export function since(moment: number, times: readonly number[]): readonly number[] {
  return times.filter((time) => time >= moment);
}

/** The first of some moments; nothing where there is none. */
export function earliest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The last of some moments; nothing where there is none. */
export function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.max(...times);
}
