import { clientPorts } from "../../../components/spark/settings";

/** An application as its own page tells of it; times in milliseconds since 1970. */
export interface Application {
  /** When the constructor of its context began. */
  readonly began: number;
  readonly jobs: readonly { readonly submitted: number; readonly completed: number }[];
}

/** Gets the JSON at a path of the notebook server; nothing where there is none. */
export type GetJson = (path: string) => Promise<unknown>;

/** What Spark's REST API writes: `2026-01-15T10:00:00.123GMT`. */
export function sparkTime(text: string): number {
  return Date.parse(text.replace(/GMT$/, "Z"));
}

/** The applications of a notebook's kernels, through the notebook's own login, youngest first. */
export async function applications(get: GetJson): Promise<readonly Application[]> {
  // A few kernels at a time; asking for the others costs a refused connection each.
  const ports = Array.from({ length: 4 }, (_, index) => clientPorts.web.port + index);
  const found = await Promise.all(ports.map((port) => applicationAt(`/spark-ui/${port}/api/v1/applications`, get)));
  return found.flatMap((application) => application ?? []).sort((a, b) => b.began - a.began);
}

async function applicationAt(path: string, get: GetJson): Promise<Application | undefined> {
  const [application] = ((await get(path)) ?? []) as { id: string; attempts: { startTimeEpoch: number }[] }[];
  const began = application?.attempts[0]?.startTimeEpoch;
  if (application === undefined || began === undefined) return undefined;
  const jobs = ((await get(`${path}/${application.id}/jobs`)) ?? []) as {
    submissionTime: string;
    completionTime?: string;
  }[];
  return {
    began,
    jobs: jobs.flatMap(({ submissionTime, completionTime }) =>
      completionTime === undefined
        ? []
        : [{ submitted: sparkTime(submissionTime), completed: sparkTime(completionTime) }],
    ),
  };
}
