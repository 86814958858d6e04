import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stateDirectory } from "../directories";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { accessRules } from "./access-rules";
import { applyObjects, coreApi } from "./api-client";
import { ensureCertificates } from "./certificates";
import { startApiServer, startControllers } from "./control-plane";
import { answersApiService, startDns } from "./dns";
import { ensureKubeconfigs } from "./kubeconfigs";
import { withClusterLock } from "./lock";
import { contextName, nodeName } from "./network";
import { createNodeNetwork } from "./network-namespace";
import { startContainerd, startKubelet, startNetworkPolicyController } from "./node";
import { clusterPaths } from "./paths";
import { bootId } from "./process-table";
import { readRecord, runningRecord } from "./process-records";
import { lastLogLines, logPath } from "./processes";
import { sandboxImageName } from "./sandbox-image";
import { hasDefaultStorageClass, startStorageClass, storageNamespaceObject } from "./storage-class";
import { clusterProcesses } from "./teardown";

export { purgeCluster, stopCluster } from "./teardown";

/** The programs of the cluster that no distribution packages, as absolute paths. */
export interface ClusterTools {
  /** The multi-call program: etcd and every part of Kubernetes, chosen by its first argument. */
  readonly kubernetes: string;
  readonly coredns: string;
  readonly localPathProvisioner: string;
  /** A static program that only waits: the process that holds a pod's namespaces. */
  readonly pause: string;
}

/** What others need to use the cluster. */
export interface RunningCluster {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** What runs and what does not. */
export interface ClusterStatus {
  /** Each process of the cluster and its number, or `undefined` if it does not run. */
  readonly processes: Readonly<Record<string, number | undefined>>;
  readonly nodeReady: boolean;
  readonly dnsAnswers: boolean;
  readonly defaultStorageClass: boolean;
}

/** How long the node may take to become ready, in seconds: 8 s on two free cores, more beside a build. */
const nodeReadySeconds = 180;

/**
 * Brings the embedded cluster up, or completes what an earlier start left: processes that run with the right
 * configuration are kept, the others are started.
 *
 * @returns once the node is ready, cluster DNS answers and the default StorageClass stands.
 * @throws StepError naming the part that failed, its command, its last log lines and what to do.
 */
export function startCluster(tools: ClusterTools, report: Report): Promise<RunningCluster> {
  return withClusterLock(async () => {
    // Others than root pass through this folder (Samba's user); what is in it has rights of its own.
    mkdirSync(stateDirectory(), { recursive: true, mode: 0o755 });
    forgetEarlierBoot();
    await Promise.all([createNodeNetwork(report), ensureCertificates()]);
    ensureKubeconfigs();
    const containerd = settled(startContainerd(tools.pause, report));
    await startApiServer(tools.kubernetes, report);
    const controllers = settled(startControllers(tools.kubernetes, report));
    await applyObjects([storageNamespaceObject(), ...accessRules()]);
    const services = settled(
      Promise.all([
        startDns(tools.coredns, report),
        startStorageClass(tools.localPathProvisioner, sandboxImageName(tools.pause), report),
      ]),
    );
    await startNetworkPolicyController(report);
    await containerd();
    const since = Date.now();
    const kubeletBefore = runningRecord("kubelet")?.pid;
    await startKubelet(tools.kubernetes, report);
    const restarted = readRecord("kubelet")?.pid !== kubeletBefore;
    report("waiting for the node to be ready");
    await waitForNode(restarted ? since : 0);
    await controllers();
    await services();
    return { kubeconfig: clusterPaths.kubeconfig(), context: contextName };
  });
}

/** Awaiting a promise later must not leave its failure unhandled until then. */
function settled<T>(promise: Promise<T>): () => Promise<T> {
  promise.catch(() => undefined);
  return () => promise;
}

/** After a reboot nothing that a record, a socket or the runtime's state speaks of is there any more. */
function forgetEarlierBoot(): void {
  const current = bootId();
  const stale = clusterProcesses.map(readRecord).some((record) => record && record.bootId !== current);
  if (!stale) return;
  for (const path of [
    clusterPaths.run(),
    join(clusterPaths.containerd(), "state"),
    join(clusterPaths.containerd(), "runc"),
    join(clusterPaths.cni(), "addresses"),
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** @param since ignores what the API still says from before this moment, in milliseconds of the epoch */
async function waitForNode(since: number): Promise<void> {
  const deadline = Date.now() + nodeReadySeconds * 1000;
  let reason = "the node has not registered";
  while (Date.now() < deadline) {
    const ready = await readyCondition().catch(() => undefined);
    // The API keeps whole seconds.
    if (ready?.status === "True" && (ready.lastHeartbeatTime?.getTime() ?? 0) >= Math.floor(since / 1000) * 1000)
      return;
    reason = ready?.message ?? reason;
    await sleep(100);
  }
  throw new StepError(`the node ${nodeName} was not ready within ${nodeReadySeconds} s: ${reason}`, {
    lastLines: lastLogLines("kubelet"),
    fix: `read ${logPath("kubelet")} and ${logPath("containerd")}`,
  });
}

async function readyCondition(): Promise<{ status: string; message?: string; lastHeartbeatTime?: Date } | undefined> {
  const node = await coreApi().readNode({ name: nodeName });
  return node.status?.conditions?.find((condition) => condition.type === "Ready");
}

/** Looks at everything once and changes nothing. */
export async function clusterStatus(): Promise<ClusterStatus> {
  const processes = Object.fromEntries(clusterProcesses.map((name) => [name, runningRecord(name)?.pid]));
  const no = (): false => false;
  const [nodeReady, dnsAnswers, defaultStorageClass] = await Promise.all([
    processes["kube-apiserver"] ? readyCondition().then((condition) => condition?.status === "True", no) : false,
    processes.coredns ? answersApiService().catch(no) : false,
    processes["kube-apiserver"] ? hasDefaultStorageClass().catch(no) : false,
  ]);
  return { processes, nodeReady, dnsAnswers, defaultStorageClass };
}
