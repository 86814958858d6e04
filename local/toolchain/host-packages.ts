import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findHostProgram } from "./search-path";

/** How a part of the host is looked for. */
export type Lookup =
  | { readonly program: string }
  /** Found where any of these files exists; distributions keep them in different places. */
  | { readonly anyFile: readonly string[] }
  /** Found where the host's `python3` can import all of these. */
  | { readonly pythonModules: readonly string[] };

/** Something that the embedded cluster needs from the host's own packages. */
export interface HostPart {
  /** What a person knows it by: a program's name, or words. */
  readonly name: string;
  readonly lookup: Lookup;
  /** The Debian (and Ubuntu) package that brings it. */
  readonly debianPackage: string;
  /** What it is used for, in a few words. */
  readonly purpose: string;
}

/** A part of the host and where it was found, if it was. */
export interface HostPartFound {
  readonly part: HostPart;
  readonly path?: string;
}

const program = (name: string, debianPackage: string, purpose: string): HostPart => ({
  name,
  lookup: { program: name },
  debianPackage,
  purpose,
});

/** Where CNI plugins are kept: Debian's package, and the place that upstream's archive and most clusters use. */
export const cniDirectories = ["/usr/lib/cni", "/opt/cni/bin"] as const;

/**
 * Everything that is taken from the host's packages and not built: what is tied to the host's kernel, or is a system
 * service that distributions patch.
 */
export const hostParts: readonly HostPart[] = [
  program("containerd", "containerd", "runs containers"),
  program("ctr", "containerd", "loads images into containerd"),
  program("runc", "runc", "starts each container"),
  ...["bridge", "host-local", "portmap", "loopback"].map((plugin) => ({
    name: `CNI plugin ${plugin}`,
    lookup: { anyFile: cniDirectories.map((directory) => `${directory}/${plugin}`) },
    debianPackage: "containernetworking-plugins",
    purpose: "connects pods to the network",
  })),
  program("nft", "nftables", "Services and NetworkPolicies"),
  program("iptables", "iptables", "host ports of pods"),
  program("conntrack", "conntrack", "forgets connections to pods that are gone"),
  program("ip", "iproute2", "the network namespace of the node"),
  program("nsenter", "util-linux", "starts the node's processes in its namespace"),
  program("mount", "mount", "shared mounts and tmpfs"),
  program("smbd", "samba", "the Windows share"),
  program("smbpasswd", "samba-common-bin", "the share's user"),
  program("smbclient", "smbclient", "writes to the share as Harp does"),
  program("useradd", "passwd", "the share's user"),
  program("rclone", "rclone", "mounts the share without the kernel's cifs"),
  program("fusermount3", "fuse3", "mounts the share without the kernel's cifs"),
  program("buildah", "buildah", "builds images"),
  program("debootstrap", "debootstrap", "the base image, where no registry can be reached"),
  {
    name: "Debian's archive keys",
    lookup: {
      anyFile: ["gpg", "pgp"].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`),
    },
    debianPackage: "debian-archive-keyring",
    purpose: "checks the signature of the base image's packages",
  },
  {
    name: "CA certificates",
    lookup: { anyFile: ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"] },
    debianPackage: "ca-certificates",
    purpose: "checks the certificates of package registries",
  },
  program("python3", "python3", "fetches Python packages for the images"),
  {
    name: "python3 venv",
    // Debian ships these apart from python3 itself.
    lookup: { pythonModules: ["venv", "ensurepip"] },
    debianPackage: "python3-venv",
    purpose: "fetches Python packages for the images",
  },
];

/** Looks a part up on this host. */
export function findHostPart(part: HostPart): HostPartFound {
  const { lookup } = part;
  if ("program" in lookup) return { part, path: findHostProgram(lookup.program) };
  if ("anyFile" in lookup) return { part, path: lookup.anyFile.find((file) => existsSync(file)) };
  const python = findHostProgram("python3");
  if (python === undefined) return { part };
  const imported = spawnSync(python, ["-c", `import ${lookup.pythonModules.join(", ")}`], { stdio: "ignore" });
  return { part, path: imported.status === 0 ? python : undefined };
}

/** The parts that this host lacks. */
export function missingHostPackages(parts: readonly HostPart[] = hostParts): HostPart[] {
  return parts.filter((part) => findHostPart(part).path === undefined);
}

/** The packages that bring these parts, each once, in alphabetical order. */
export function packagesOf(parts: readonly HostPart[]): string[] {
  return [...new Set(parts.map(({ debianPackage }) => debianPackage))].sort();
}

/** What `/etc/os-release` says of the host. */
export interface Distribution {
  /** Its name for people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** Whether `apt-get` and the Debian package names of {@link hostParts} apply. */
  readonly debianLike: boolean;
}

/** Reads the text of an `os-release` file; a derivative of Debian or Ubuntu names them in `ID_LIKE`. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map(
    text.split("\n").flatMap((line) => {
      const match = /^([A-Z_]+)=(.*)$/.exec(line.trim());
      return match?.[1] !== undefined ? [[match[1], (match[2] ?? "").replace(/^(["'])(.*)\1$/, "$2")] as const] : [];
    }),
  );
  const kinds = [fields.get("ID"), ...(fields.get("ID_LIKE") ?? "").split(/\s+/)];
  return {
    name: fields.get("PRETTY_NAME") ?? fields.get("NAME") ?? "an unknown Linux",
    debianLike: kinds.some((kind) => kind === "debian" || kind === "ubuntu"),
  };
}

/** The distribution of this host. */
export function distribution(): Distribution {
  const file = ["/etc/os-release", "/usr/lib/os-release"].find((path) => existsSync(path));
  return parseOsRelease(file === undefined ? "" : readFileSync(file, "utf8"));
}
