import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import pRetry, { AbortError } from "p-retry";
import { ApiError } from "../../kubernetes/cluster-client";
import { text, type Values } from "../../kubernetes/json";
import type { Manifest } from "../../kubernetes/manifest";
import type { PreflightCluster } from "./cluster";
import { removeLeftovers } from "./leftovers";
import * as objects from "./probe-objects";
import { progressOf, type Progress } from "./probe-progress";
import type { Target, Toleration } from "./requirements";

/** What the probe is asked to do. */
export interface ProbeTask {
  readonly image: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly credentials?: { readonly registry: string; readonly username: string; readonly password: string };
  readonly targets: readonly Pick<Target, "name" | "host" | "port" | "tls">[];
  /** How long a pod may take from its making to its end, the pull of its image included, in seconds. */
  readonly timeout: number;
}

/** What came of one target: addresses, then a connection, then TLS; the first error ends it. */
export interface TargetResult {
  readonly name: string;
  readonly addresses?: readonly string[];
  readonly failed?: "dns" | "connect" | "tls";
  readonly error?: string;
  /** The server's certificate, DER in base64. */
  readonly certificate?: string;
  /** Why the image's certificate authorities don't vouch for it. */
  readonly distrusted?: string;
}

/** What the probe found out, as far as it came. */
export interface ProbeFacts {
  /** Namespaces of earlier checks that were broken off, now removed. */
  readonly leftovers: readonly string[];
  /** Whether Pod Security refused a privileged pod. */
  readonly podSecurity: "enforced" | "not enforced";
  /** What became of the image: the kubelet's words. */
  readonly image: { readonly pulled: boolean; readonly said: string };
  /** Why the pods came to no end. */
  readonly stopped?: string;
  readonly targets?: readonly TargetResult[];
  /** What the image brings: the minor version of Python, and Spark's release where there is one. */
  readonly contents?: { readonly python: string; readonly spark: string | null };
  /** Whether a NetworkPolicy between two pods held; unknown where not even the open port answered. */
  readonly policy?: "enforced" | "open" | "unknown";
}

/** The name under which pods resolve the API server: the proof of the cluster's DNS. */
export const dnsProof: ProbeTask["targets"][number] = {
  name: "DNS in pods",
  host: "kubernetes.default.svc",
  port: 0,
  tls: false,
};

/** How long a pod may wait for a node, in milliseconds: clusters that grow on demand need longer than is fit here. */
const schedulingPatience = 15_000;

/** A name for the temporary namespace. */
export function probeNamespaceName(): string {
  return `hamilton-preflight-${randomBytes(4).toString("hex")}`;
}

/**
 * Runs two pods in the namespace `name`, which this makes: one listens, one tries the targets and the first pod. Who
 * calls it removes the namespace, whatever happens.
 *
 * @throws ApiError where the caller may not make these objects; ServerGone; the reason of an interruption.
 */
export async function runProbe(cluster: PreflightCluster, name: string, task: ProbeTask): Promise<ProbeFacts> {
  const present = { now: new Date(), host: hostname(), isAlive };
  const leftovers = await removeLeftovers(cluster, present);
  const until = new Date(Date.now() + 1000 * (2 * task.timeout + 60));
  await create(cluster, objects.probeNamespace(name, { host: hostname(), process: process.pid, until }));
  const podSecurity = await triesForbiddenPod(cluster, name, task.image);
  const { image, nodeSelector, tolerations, credentials, timeout } = task;
  if (credentials) await create(cluster, objects.probePullSecret(name, credentials));
  await create(cluster, objects.probePolicy(name));
  const args = {
    namespace: name,
    image,
    nodeSelector,
    tolerations,
    pullSecret: credentials !== undefined,
    deadline: timeout,
  };
  const found = { leftovers, podSecurity };
  await create(cluster, objects.listenerPod(args));
  const listener = await finish(cluster, name, objects.listenerName, timeout, "running");
  if (listener.state === "no image")
    return { ...found, image: { pulled: false, said: listener.reason }, stopped: noImage };
  if (!("address" in listener))
    return { ...found, image: { pulled: false, said: noImageNeeded }, stopped: listener.reason };
  const pulled = { pulled: true, said: await pullMessage(cluster, name, listener.node) };
  await create(cluster, objects.probePod(args, listener.address, [dnsProof, ...task.targets]));
  const probe = await finish(cluster, name, objects.probeName, timeout, "succeeded");
  if (!("address" in probe)) return { ...found, image: pulled, stopped: probe.reason };
  const log = await cluster.send("GET", `/api/v1/namespaces/${name}/pods/${objects.probeName}/log`);
  return { ...found, image: pulled, ...parsed(log) };
}

const noImage = "the Spark image can't be had";
const noImageNeeded = "the probe's pod came to no node that could pull it";

/** The last line of the log; a log that is JSON as a whole comes parsed already. */
function parsed(log: Values): Pick<ProbeFacts, "targets" | "policy" | "contents"> {
  const line = "targets" in log ? log : (JSON.parse(text(log, "message").split("\n").at(-1) ?? "") as Values);
  return line;
}

async function create(cluster: PreflightCluster, manifest: Manifest, query = ""): Promise<void> {
  const { apiVersion, kind, metadata } = manifest;
  const path = await cluster.path(apiVersion, kind, metadata.namespace);
  const post = async () => {
    try {
      await cluster.send("POST", `${path}${query}`, manifest);
    } catch (error) {
      // A new namespace has no default service account for a moment, without which no pod is admitted.
      if (error instanceof ApiError && /service ?account .*not found/i.test(error.message)) throw error;
      throw new AbortError(error as Error);
    }
  };
  await pRetry(post, { retries: 20, minTimeout: 250, factor: 1 });
}

async function triesForbiddenPod(
  cluster: PreflightCluster,
  namespace: string,
  image: string,
): Promise<ProbeFacts["podSecurity"]> {
  try {
    await create(cluster, objects.forbiddenPod(namespace, image), "?dryRun=All");
    return "not enforced";
  } catch (error) {
    if (error instanceof ApiError && error.code === 403 && error.message.includes("PodSecurity")) return "enforced";
    throw error;
  }
}

/** Waits until a pod runs, or has ended; a reason stands for it where it doesn't come so far in time. */
async function finish(
  cluster: PreflightCluster,
  namespace: string,
  name: string,
  timeout: number,
  wanted: "running" | "succeeded",
): Promise<Exclude<Progress, { state: "pending" }>> {
  const began = Date.now();
  let pullError: string | undefined;
  for (;;) {
    const progress = progressOf(await cluster.send("GET", `/api/v1/namespaces/${namespace}/pods/${name}`));
    const waited = Date.now() - began;
    if (progress.state === "no image") return { state: "no image", reason: pullError ?? progress.reason };
    if (progress.state === "failed" || progress.state === wanted || progress.state === "succeeded") return progress;
    if (progress.state === "pending") {
      pullError = progress.pullError ?? pullError;
      if (progress.unschedulable && waited > schedulingPatience)
        return { state: "failed", reason: `no node takes the pod: ${progress.reason ?? ""}` };
    }
    if (waited > 1000 * timeout) {
      const reason = progress.state === "pending" && progress.reason !== undefined ? `: ${progress.reason}` : "";
      return { state: "failed", reason: `the pod ${name} wasn't ${wanted} within ${timeout} s${reason}` };
    }
    await sleep(500);
  }
}

/** What kubelet says about the image: pulled just now, or there already. */
async function pullMessage(cluster: PreflightCluster, namespace: string, node: string): Promise<string> {
  const events = await cluster
    .list(`/api/v1/namespaces/${namespace}/events?fieldSelector=reason=Pulled`)
    .catch((error: unknown) => {
      if (error instanceof ApiError) return [];
      throw error;
    });
  const message = events.map((event) => text(event, "message")).at(0) ?? "";
  const took = / in ([0-9.]+m?s)/.exec(message)?.[1];
  if (took !== undefined) return `pulled by node ${node} in ${took}`;
  return message.includes("already present") ? `on node ${node} already` : `on node ${node}`;
}

/** Whether a process of this machine runs; one of another user counts. */
function isAlive(process_: number): boolean {
  if (!Number.isInteger(process_) || process_ <= 0) return false;
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
