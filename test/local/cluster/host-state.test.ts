import { describe, expect, it } from "vitest";
import { cgroupHierarchies } from "../../../local/cluster/cgroups";
import { parseMountPoints } from "../../../local/cluster/mounts";
import { conflictingInterface, overlaps, parseAddresses } from "../../../local/cluster/network-namespace";

describe("two networks", () => {
  it.each([
    ["10.88.0.1/16", "10.88.0.0/24", true],
    ["10.88.0.7/32", "10.88.0.0/24", true],
    ["10.89.3.1/24", "10.89.0.0/16", true],
    ["10.87.0.1/16", "10.88.0.0/24", false],
    ["0.0.0.0/0", "10.96.0.0/16", true],
  ])("%s and %s overlap: %s", (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
    expect(overlaps(other, one)).toBe(expected);
  });
});

describe("the interfaces of the host", () => {
  const addresses = parseAddresses(
    JSON.stringify([
      { ifname: "lo", addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8 }] },
      { ifname: "hamilton0", addr_info: [{ family: "inet", local: "10.88.0.1", prefixlen: 24 }] },
      { ifname: "eth0", addr_info: [{ family: "inet6", local: "fe80::1", prefixlen: 64 }] },
    ]),
  );

  it("do not conflict when only our own uses our networks", () => {
    expect(conflictingInterface(addresses)).toBeUndefined();
  });

  it("conflict when another one has an address of ours, and both are named", () => {
    const podman = { interface: "podman0", cidr: "10.88.0.1/16" };
    expect(conflictingInterface([...addresses, podman])).toEqual({ taken: podman, cidr: "10.88.0.0/24" });
  });
});

describe("the mount points of a process", () => {
  it("come in order, with escaped characters as they are", () => {
    const text = "22 1 0:5 / / rw - ext4 /dev/vda rw\n30 22 0:7 / /mnt/a\\040b rw shared:1 - tmpfs tmpfs rw\n";
    expect(parseMountPoints(text)).toEqual(["/", "/mnt/a b"]);
  });
});

describe("cgroup hierarchies", () => {
  const line = (folder: string, type: string): string => `30 25 0:26 / ${folder} rw,relatime - ${type} ${type} rw`;

  it("are one for each controller with version 1, without the bare version 2 beside them", () => {
    const text = [line("/sys/fs/cgroup/cpu", "cgroup"), line("/sys/fs/cgroup/unified", "cgroup2")].join("\n");
    expect(cgroupHierarchies(text)).toEqual([{ folder: "/sys/fs/cgroup/cpu", version: 1 }]);
  });

  it("are a single one with version 2", () => {
    expect(cgroupHierarchies(line("/sys/fs/cgroup", "cgroup2"))).toEqual([{ folder: "/sys/fs/cgroup", version: 2 }]);
  });
});
