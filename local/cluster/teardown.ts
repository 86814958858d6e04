import { existsSync, readdirSync, readlinkSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stateDirectory } from "../directories";
import type { Report } from "../../console/steps";
import { processesInNodeCgroup, removeNodeCgroup } from "./cgroups";
import { ctr } from "./images";
import { restoreKernelSettings } from "./kernel-settings";
import { withClusterLock } from "./lock";
import { unmountBelow } from "./mounts";
import { removeNodeNetwork } from "./network-namespace";
import { cniAddressFolder } from "./node-configuration";
import { clusterPaths } from "./paths";
import { endProcess, markedProcesses, stopDaemon } from "./processes";
import { runningRecord } from "./process-records";
import { shareDirectory } from "../share/paths";

/** How long pods may take to end by themselves, in seconds. */
const podGrace = 10;

/** The process by which pages are reached on the host's own address; it ends with the cluster, and `local/ingress` starts it. */
export const loopbackProcess = "ingress-loopback";

/** The processes of the cluster in the order they end; those of one row at the same time. */
const stopOrder = [
  ["kubelet", "kube-proxy", "network-policy", "local-path-provisioner", "coredns"],
  ["containerd"],
  ["kube-controller-manager", "kube-scheduler"],
  ["kube-apiserver"],
  ["etcd"],
] as const;

/** The names of all processes of the cluster. */
export const clusterProcesses: readonly string[] = stopOrder.flat();

/**
 * Takes the embedded cluster down: no process, mount, interface, network namespace or cgroup of it is left. Its data
 * (API objects, images, volumes) stays. Works on a whole cluster, on what a crash left of one, and on none.
 *
 * @throws StepError when another command holds the cluster, or a mount can't be removed.
 */
export function stopCluster(report: Report): Promise<void> {
  return withClusterLock(() => takeDown(report));
}

/** The same, and removes the cluster's data as well, volumes included; the share's files are not the cluster's. */
export function purgeCluster(report: Report): Promise<void> {
  return withClusterLock(async () => {
    await takeDown(report);
    report("removing the cluster's data");
    const { kubeconfig, run, logs, certificates, kubeconfigs, configuration } = clusterPaths;
    const { etcd, containerd, kubelet, podLogs, cni, volumes } = clusterPaths;
    for (const path of [
      kubeconfig,
      run,
      logs,
      certificates,
      kubeconfigs,
      configuration,
      etcd,
      containerd,
      kubelet,
      podLogs,
      cni,
      volumes,
    ]) {
      rmSync(path(), { recursive: true, force: true });
    }
    removeDevicePluginFolder();
    if (existsSync(stateDirectory()) && readdirSync(stateDirectory()).length === 0) rmdirSync(stateDirectory());
  });
}

async function takeDown(report: Report): Promise<void> {
  await stopDaemon(loopbackProcess);
  for (const row of stopOrder) {
    if (row.some((name) => name === "containerd")) await stopPods(report);
    if (row.some((name) => runningRecord(name))) report(`stopping ${row.join(", ")}`);
    await Promise.all(row.map((name) => stopDaemon(name)));
  }
  // Children that outlived their parents: container shims, and whatever a killed start did not come to record.
  const left = [...clusterProcesses, loopbackProcess].flatMap(markedProcesses);
  await Promise.all(left.map((pid) => endProcess(pid, 2)));
  report("removing mounts, cgroups and the network");
  await unmountBelow(stateDirectory(), shareDirectory());
  removeNodeCgroup();
  restoreKernelSettings();
  await removeNodeNetwork();
  removeLogLinks();
  // True only while the cluster runs; left over, they would mislead the next start.
  for (const path of [
    cniAddressFolder(),
    join(clusterPaths.containerd(), "state"),
    join(clusterPaths.containerd(), "runc"),
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Ends every process in a pod, gently first, then removes the containers while containerd can still do it. */
async function stopPods(report: Report): Promise<void> {
  const pids = processesInNodeCgroup();
  if (pids.length > 0) report(`stopping pods (${pids.length} processes)`);
  await Promise.all(pids.map((pid) => endProcess(pid, podGrace)));
  if (!runningRecord("containerd")) return;
  const ids = async (kind: string): Promise<string[]> =>
    (await ctr(kind, "list", "--quiet").catch(() => "")).split("\n").filter(Boolean);
  // The runtime learns of a process's end a moment later.
  for (let pause = 0; pause < 20 && processesInNodeCgroup().length > 0; pause++) await sleep(50);
  await Promise.all((await ids("tasks")).map((id) => ctr("tasks", "delete", "--force", id).catch(() => "")));
  await Promise.all((await ids("containers")).map((id) => ctr("containers", "delete", id).catch(() => "")));
}

/** The kubelet links each container's log from a folder that it can't be told to move. */
function removeLogLinks(): void {
  const folder = "/var/log/containers";
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const link = join(folder, name);
    if (linkTarget(link).startsWith(`${stateDirectory()}/`)) rmSync(link, { force: true });
  }
}

/** The one folder that every kubelet makes at the same place; another kubelet's, which has more beside it, stays. */
function removeDevicePluginFolder(): void {
  const folder = "/var/lib/kubelet";
  if (existsSync(folder) && readdirSync(folder).join() === "device-plugins") rmSync(folder, { recursive: true });
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
