import { existsSync, readdirSync } from "node:fs";
import { BlockList } from "node:net";
import { dirname } from "node:path";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { runInNodeNetwork, runOnHost } from "./host-command";
import {
  hostAddress,
  hostInterface,
  linkCidr,
  networkNamespace,
  networkNamespacePath,
  nodeAddress,
  nodeInterface,
  podCidr,
  serviceCidr,
} from "./network";

/** One address of an interface, as `ip -json address` lists it. */
export interface InterfaceAddress {
  readonly interface: string;
  /** CIDR form. */
  readonly cidr: string;
}

interface IpLink {
  readonly ifname: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

/** The IPv4 addresses in the output of `ip -json address`. */
export function parseAddresses(json: string): InterfaceAddress[] {
  return (JSON.parse(json || "[]") as IpLink[]).flatMap((link) =>
    link.addr_info
      .filter((address) => address.family === "inet")
      .map((address) => ({ interface: link.ifname, cidr: `${address.local}/${address.prefixlen}` })),
  );
}

/** Whether two networks in CIDR form share an address. */
export function overlaps(one: string, other: string): boolean {
  const holds = (outer: string, inner: string): boolean => {
    const [address = "", prefix = "32"] = outer.split("/");
    const list = new BlockList();
    list.addSubnet(address, Number(prefix));
    return list.check(inner.split("/")[0] ?? "");
  };
  return holds(one, other) || holds(other, one);
}

/** The first interface other than ours whose network overlaps one that the cluster is going to use. */
export function conflictingInterface(
  addresses: readonly InterfaceAddress[],
): { readonly taken: InterfaceAddress; readonly cidr: string } | undefined {
  return addresses
    .filter((address) => address.interface !== hostInterface)
    .flatMap((taken) =>
      [linkCidr, podCidr, serviceCidr].filter((cidr) => overlaps(taken.cidr, cidr)).map((cidr) => ({ taken, cidr })),
    )
    .at(0);
}

/** Kernel settings inside the namespace: forward between pods, and drop packets that carry another pod's address. */
const namespaceSettings = { "net.ipv4.ip_forward": 1, "net.ipv4.conf.all.rp_filter": 1 } as const;

/**
 * Makes the node's network namespace, the veth pair and the routes, or completes what an interrupted start left.
 *
 * @throws StepError when another interface of the host uses one of the networks.
 */
export async function createNodeNetwork(report: Report): Promise<void> {
  const conflict = conflictingInterface(parseAddresses(await runOnHost("ip", ["-json", "address", "show"])));
  if (conflict) {
    const { taken, cidr } = conflict;
    throw new StepError(
      `the embedded cluster needs the network ${cidr}, but interface ${taken.interface} has ${taken.cidr}`,
      {
        fix: `remove that interface (ip link delete ${taken.interface}; for one of podman's or docker's, remove its network), then run npm start again`,
      },
    );
  }
  if (!existsSync(networkNamespacePath)) {
    report(`creating the network namespace ${networkNamespace}`);
    await runOnHost("ip", ["netns", "add", networkNamespace]);
  }
  if (!(await linkExists())) {
    await runOnHost("ip", ["link", "delete", hostInterface]).catch(() => undefined);
    await runOnHost("ip", [
      "link",
      "add",
      hostInterface,
      "type",
      "veth",
      "peer",
      "name",
      nodeInterface,
      "netns",
      networkNamespace,
    ]);
  }
  const prefix = linkCidr.split("/")[1] ?? "";
  await runOnHost("ip", ["address", "replace", `${hostAddress}/${prefix}`, "dev", hostInterface]);
  await runOnHost("ip", ["link", "set", hostInterface, "up"]);
  await runInNodeNetwork("ip", ["address", "replace", `${nodeAddress}/${prefix}`, "dev", nodeInterface]);
  await runInNodeNetwork("ip", ["link", "set", "lo", "up"]);
  await runInNodeNetwork("ip", ["link", "set", nodeInterface, "up"]);
  for (const cidr of [podCidr, serviceCidr]) {
    await runOnHost("ip", ["route", "replace", cidr, "via", nodeAddress, "dev", hostInterface]);
  }
  // Processes of the node itself need a route towards Services before kube-proxy can rewrite the address.
  await runInNodeNetwork("ip", ["route", "replace", serviceCidr, "dev", nodeInterface]);
  for (const [name, value] of Object.entries(namespaceSettings)) {
    await runInNodeNetwork("sh", ["-c", `echo ${value} >/proc/sys/${name.replaceAll(".", "/")}`]);
  }
}

/** Both ends there, the node's end in the right namespace. */
async function linkExists(): Promise<boolean> {
  if (!existsSync(`/sys/class/net/${hostInterface}`)) return false;
  return runInNodeNetwork("ip", ["link", "show", nodeInterface]).then(
    () => true,
    () => false,
  );
}

/** Removes the veth pair, with it the host's routes, and the namespace with everything in it. Nothing happens if they are gone. */
export async function removeNodeNetwork(): Promise<void> {
  if (existsSync(`/sys/class/net/${hostInterface}`)) await runOnHost("ip", ["link", "delete", hostInterface]);
  if (!existsSync(networkNamespacePath)) return;
  await runOnHost("ip", ["netns", "delete", networkNamespace]);
  // The first `ip netns add` of a boot mounts the folder of all namespaces over itself; the last one out unmounts it.
  const folder = dirname(networkNamespacePath);
  if (readdirSync(folder).length === 0) await runOnHost("umount", [folder]).catch(() => undefined);
}
