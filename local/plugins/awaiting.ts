import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type ClusterClient } from "./cluster-client";
import type { Call } from "./plugin-server";
import { isAwaited, podTroubles, readiness, type Surroundings } from "./readiness";
import { list, record, text, type Values } from "./values";

// The official plugin's defaults: five minutes for volumes, ten for everything else; in seconds.
const DEFAULT_TIMEOUT: Record<string, number> = { PersistentVolume: 300, PersistentVolumeClaim: 300 };

/** The milliseconds that an operation on an object may take. */
export function patience(object: Values, call: Pick<Call, "timeoutSeconds">): number {
  const annotated = Number(text(object, "metadata", "annotations", "pulumi.com/timeoutSeconds"));
  return 1000 * (call.timeoutSeconds || annotated || DEFAULT_TIMEOUT[text(object, "kind")] || 600);
}

/** Repeats an observation, ever less often up to every two seconds, until it returns a value, time is up or it's cancelled. */
export async function poll<T>(observe: () => Promise<T | undefined>, milliseconds: number, call: Call) {
  const end = Date.now() + milliseconds;
  for (let pause = 200; ; pause = Math.min(pause * 1.4, 2000)) {
    const found = await observe();
    if (found !== undefined) return { found, reason: "" };
    if (call.cancelled.aborted) return { reason: "cancelled while waiting" };
    if (Date.now() + pause > end) return { reason: `not done after ${milliseconds / 1000} s` };
    await sleep(pause, undefined, { signal: call.cancelled }).catch(() => undefined);
  }
}

async function found(request: Promise<Values>): Promise<Values> {
  return request.catch((error: unknown) => {
    if (error instanceof ApiError && error.code < 500) return {}; // absent, or not ours to read
    throw error;
  });
}

async function surroundings(client: ClusterClient, object: Values): Promise<Surroundings> {
  const core = `/api/v1/namespaces/${text(object, "metadata", "namespace")}`;
  const name = text(object, "metadata", "name");
  const read = (path: string) => found(client.send("GET", path));
  const selector = record(object, "spec", ...(object.kind === "Service" ? ["selector"] : ["selector", "matchLabels"]));
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${text(value)}`);
  const pods = labels.length ? read(`${core}/pods?labelSelector=${encodeURIComponent(labels.join(","))}`) : {};
  const discovery = core.replace("/api/v1", "/apis/discovery.k8s.io/v1");
  const owner = encodeURIComponent(`kubernetes.io/service-name=${name}`);
  const slices = object.kind === "Service" ? read(`${discovery}/endpointslices?labelSelector=${owner}`) : {};
  const className = object.kind === "PersistentVolumeClaim" ? text(object, "spec", "storageClassName") : "";
  const storageClass = className ? read(`/apis/storage.k8s.io/v1/storageclasses/${className}`) : {};
  return {
    pods: object.kind === "Pod" ? [object] : list(await pods, "items"),
    slices: list(await slices, "items"),
    storageClass: await storageClass,
  };
}

async function warnings(client: ClusterClient, object: Values): Promise<string[]> {
  const query = `involvedObject.uid=${text(object, "metadata", "uid")},type=Warning`;
  const path = `/api/v1/namespaces/${text(object, "metadata", "namespace")}/events`;
  const events = await found(client.send("GET", `${path}?fieldSelector=${encodeURIComponent(query)}`));
  return list(events, "items")
    .slice(-3)
    .map((event) => `${text(event, "reason")}: ${text(event, "message")}`);
}

/**
 * Waits until an object is ready, telling every new state of affairs.
 *
 * @returns the object as last seen, and why it isn't ready where it isn't; it never throws, since the object exists.
 */
export async function untilReady(client: ClusterClient, path: string, object: Values, call: Call) {
  if (!isAwaited(object)) return { object, problems: [] };
  let [last, told, around]: [Values, string, Surroundings] = [object, "", { pods: [], slices: [] }];
  try {
    const { found: verdict, reason } = await poll(
      async () => {
        around = await surroundings(client, last);
        const { state, message } = readiness(last, around);
        const line = [message, ...around.pods.flatMap(podTroubles)].join("; ");
        if (state !== "waiting") return { state, message };
        if (line !== told) call.report(`waiting: ${line}`);
        told = line;
        last = await client.send("GET", path);
        return undefined;
      },
      patience(object, call),
      call,
    );
    if (verdict?.state === "ready") return { object: last, problems: [] };
    const first = verdict?.message ?? `${reason}: ${readiness(last, around).message}`;
    return { object: last, problems: [first, ...around.pods.flatMap(podTroubles), ...(await warnings(client, last))] };
  } catch (error) {
    return { object: last, problems: [`waiting broke off: ${(error as Error).message}`] };
  }
}
