import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type ClusterClient } from "./cluster-client";
import { list, record, text, type Values } from "./json";
import { FAILED, isAwaited, pending, podTroubles, type Surroundings } from "./readiness";

/** How long to wait, and whom to tell what for. */
export interface Patience {
  readonly seconds: number;
  readonly cancelled: AbortSignal;
  readonly report: (line: string) => void;
}

/** Repeats an observation, less and less often, until it returns true; gives up with the reason. */
export async function poll(
  observe: () => Promise<boolean>,
  { seconds, cancelled }: Pick<Patience, "seconds" | "cancelled">,
): Promise<string> {
  const end = Date.now() + 1000 * seconds;
  for (let pause = 200; !(await observe()); pause = Math.min(pause * 1.4, 2000)) {
    if (cancelled.aborted) return "cancelled while waiting";
    if (Date.now() + pause > end) return `not done after ${seconds} s`;
    await sleep(pause, undefined, { signal: cancelled }).catch(() => undefined);
  }
  return "";
}

/** What the server holds, or nothing where that is absent or not ours to read. */
const found = (request: Promise<Values>): Promise<Values> =>
  request.catch((error: unknown) => {
    if (error instanceof ApiError && error.code < 500) return {};
    throw error;
  });

const warningsOf = (field: string, value: string) =>
  `fieldSelector=${encodeURIComponent(`type=Warning,involvedObject.${field}=${value}`)}`;

/** Events by when they were seen last; the server gives them by name. */
function inTime(events: Values[]): Values[] {
  const seen = (event: Values) => Date.parse(text(event, "lastTimestamp") || text(event, "eventTime")) || 0;
  return events.sort((a, b) => seen(a) - seen(b));
}

async function surroundings(client: ClusterClient, object: Values): Promise<Surroundings> {
  const [namespace, isService] = [`namespaces/${text(object, "metadata", "namespace")}`, object.kind === "Service"];
  const listed = async (path: string, query: string) =>
    list(await found(client.send("GET", `${path}?${query}`)), "items");
  const selector = record(object, "spec", ...(isService ? ["selector"] : ["selector", "matchLabels"]));
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${text(value)}`);
  const podsPath = `/api/v1/${namespace}/pods`;
  const path = `/apis/discovery.k8s.io/v1/${namespace}/endpointslices`;
  const owner = `labelSelector=kubernetes.io/service-name=${text(object, "metadata", "name")}`;
  const className = object.kind === "PersistentVolumeClaim" && text(object, "spec", "storageClassName");
  const pods =
    object.kind === "Pod"
      ? [object]
      : labels.length
        ? await listed(podsPath, `labelSelector=${encodeURIComponent(labels.join(","))}`)
        : [];
  const waits = pods.some((pod) => text(pod, "status", "phase") === "Pending");
  return {
    pods,
    warnings: waits ? inTime(await listed(`/api/v1/${namespace}/events`, warningsOf("kind", "Pod"))) : [],
    slices: isService ? await listed(path, owner) : [],
    storageClass: className
      ? await found(client.send("GET", `/apis/storage.k8s.io/v1/storageclasses/${className}`))
      : {},
  };
}

/**
 * Waits until an object is ready, telling every new state of affairs.
 *
 * @returns the object as last seen, and why it isn't ready where it isn't; it never throws, since the object exists.
 */
export async function untilReady(client: ClusterClient, path: string, object: Values, patience: Patience) {
  if (!isAwaited(object)) return { object, problems: [] };
  let [last, problems]: [Values, string[]] = [object, []];
  const observe = async () => {
    const around = await surroundings(client, last);
    const message = pending(last, around);
    if (message === undefined) return true;
    const told = [message, ...around.pods.flatMap((pod) => podTroubles(pod, around.warnings))];
    if (told.join() !== problems.join()) patience.report(`waiting: ${told.join("; ")}`);
    problems = told;
    if (message.startsWith(FAILED)) return true;
    last = await client.send("GET", path);
    return false;
  };
  try {
    const reason = await poll(observe, patience);
    if (!reason && !problems[0]?.startsWith(FAILED)) return { object: last, problems: [] };
    const query = warningsOf("uid", text(last, "metadata", "uid"));
    const events = `/api/v1/namespaces/${text(last, "metadata", "namespace")}/events?${query}`;
    const warnings = inTime(list(await found(client.send("GET", events)), "items")).slice(-3);
    if (reason) problems.unshift(reason);
    problems.push(...warnings.map((event) => `${text(event, "reason")}: ${text(event, "message")}`));
  } catch (error) {
    problems.push(`waiting broke off: ${(error as Error).message}`);
  }
  return { object: last, problems };
}
