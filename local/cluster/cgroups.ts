import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeCgroup } from "./node-configuration";

/** Where the host's cgroup hierarchies are mounted: one for each controller with version 1, a single one with version 2. */
export function cgroupHierarchies(mountInfo: string): { readonly folder: string; readonly version: 1 | 2 }[] {
  const mounts = mountInfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const folder = before.split(" ")[4];
    const type = after.split(" ")[0];
    return folder && (type === "cgroup" || type === "cgroup2")
      ? [{ folder, version: type === "cgroup" ? 1 : 2 } as const]
      : [];
  });
  // A hybrid host mounts version 2 beside version 1, without controllers; Kubernetes then uses version 1.
  const first = mounts.filter(({ version }) => version === 1);
  return first.length ? first : mounts;
}

function hierarchies(): ReturnType<typeof cgroupHierarchies> {
  return cgroupHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));
}

/** Makes the cgroup that the kubelet takes as its root, in every hierarchy; it insists that it stands. */
export function createNodeCgroup(): void {
  for (const { folder, version } of hierarchies()) {
    if (version === 2) {
      const controllers = readFileSync(join(folder, "cgroup.controllers"), "utf8").trim().split(/\s+/).filter(Boolean);
      writeFileSync(join(folder, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
    }
    mkdirSync(join(folder, nodeCgroup), { recursive: true });
    // A new cpuset of version 1 is empty and takes no process until it has what its parent has.
    for (const file of version === 1 ? ["cpuset.cpus", "cpuset.mems"] : []) {
      const own = join(folder, nodeCgroup, file);
      if (existsSync(own) && readFileSync(own, "utf8").trim() === "")
        writeFileSync(own, readFileSync(join(folder, file)));
    }
  }
}

/** Every process in the node's cgroup: those of pods. */
export function processesInNodeCgroup(): number[] {
  const pids = hierarchies().flatMap(({ folder }) => walk(join(folder, nodeCgroup)).flatMap(readProcesses));
  return [...new Set(pids)];
}

/** Removes the node's cgroup, deepest first; one that still holds a process is left standing. */
export function removeNodeCgroup(): void {
  for (const { folder } of hierarchies()) {
    for (const cgroup of walk(join(folder, nodeCgroup)).reverse()) {
      try {
        rmdirSync(cgroup);
      } catch {
        // Its last process is still being collected; the next stop finds it empty.
      }
    }
  }
}

function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...below.flatMap((entry) => walk(join(folder, entry.name)))];
}

function readProcesses(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
