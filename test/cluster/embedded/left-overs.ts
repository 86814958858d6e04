import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cgroupHierarchies } from "../../../local/cluster/cgroups";
import { tryOnHost } from "../../../local/cluster/host-command";
import { mountPointsBelow } from "../../../local/cluster/mounts";
import { hostInterface, networkNamespace, podCidr } from "../../../local/cluster/network";
import { nodeCgroup } from "../../../local/cluster/node-configuration";
import { clusterPaths } from "../../../local/cluster/paths";
import { environmentOf, processNumbers } from "../../../local/cluster/process-table";
import { stateDirectory } from "../../../local/directories";

/** Everything of the cluster that can be seen on the host; the names say what a left-over would be. */
export async function leftOvers(): Promise<Record<string, unknown>> {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  const processes = processNumbers().filter((pid) =>
    environmentOf(pid).some((entry) => entry.startsWith(`HAMILTON_DAEMON=${stateDirectory()}:`)),
  );
  const shims = processNumbers().filter((pid) => environmentOf(pid).join(" ").includes(clusterPaths.containerd()));
  return {
    processes,
    shims,
    mounts: mountPointsBelow(stateDirectory()),
    interfaces: readdirSync("/sys/class/net").filter((name) => name === hostInterface || name.startsWith("veth")),
    namespaces: existsSync("/run/netns")
      ? readdirSync("/run/netns").filter((name) => name === networkNamespace || name.startsWith("cni-"))
      : [],
    routes: (await tryOnHost("ip", ["route", "show", podCidr])).stdout,
    cgroups: cgroupHierarchies(mounts)
      .map(({ folder }) => join(folder, nodeCgroup))
      .filter((path) => existsSync(path)),
    records: existsSync(clusterPaths.run())
      ? readdirSync(clusterPaths.run()).filter((name) => name.endsWith(".process.json"))
      : [],
  };
}

/** What {@link leftOvers} tells of a host without the embedded cluster. */
export const nothing = {
  processes: [],
  shims: [],
  mounts: [],
  interfaces: [],
  namespaces: [],
  routes: "",
  cgroups: [],
  records: [],
};
