import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../directories";
import { requiredVersion } from "./go-module";
import type { PatchedModule } from "./patched-module";

/** The tools of the embedded cluster, in the order in which they are compiled: what most others wait for comes first. */
export const toolNames = [
  "kubernetes",
  "pause",
  "pulumi",
  "pulumi-language-nodejs",
  "coredns",
  "minio",
  "mc",
  "local-path-provisioner",
  "traefik",
] as const;

/** The tools that check rendered manifests; `npm run manifests:check` compiles them, `npm start` does not. */
export const reviewToolNames = ["kubeconform", "kube-score"] as const;

/** The tools that check this repository's workflow files; their test compiles them. */
export const workflowToolNames = ["actionlint"] as const;

/** The proxy before notebooks whose people log in at a service of the site; whoever builds its image compiles it. */
export const loginToolNames = ["oauth2-proxy"] as const;

/** Every tool that is compiled from a Go module of this project. */
export const allToolNames = [...toolNames, ...reviewToolNames, ...workflowToolNames, ...loginToolNames] as const;

/** The name of a tool; also of its binary and of its Go module's folder under `modules/`. */
export type ToolName = (typeof allToolNames)[number];

/** How one tool is compiled. Its version is not here: it stands in the `go.mod` of its module and nowhere else. */
export interface Tool {
  readonly name: ToolName;
  /** What it is used for, in a few words. */
  readonly purpose: string;
  /** The package that `go build` gets: an import path, or `.` for the `main.go` of the module itself. */
  readonly package: string;
  /** The required module whose version is the tool's version; without it the tool is this project's own few lines. */
  readonly versionOf?: string;
  /** Variables that the linker sets (`-X name=value`), from the version. */
  readonly linkerValues: (version: string) => Readonly<Record<string, string>>;
  /** Further names under which the binary is linked beside itself; a multi-call binary acts by the name it is called. */
  readonly links: readonly string[];
  /** A module of which some files are replaced before it is compiled. @default none */
  readonly patched?: PatchedModule;
  /** Room that compiling it takes in Go's module and build caches, in bytes (measured on linux/amd64, rounded up). */
  readonly buildBytes: number;
}

const gibibyte = 1024 ** 3;
const noValues = () => ({});

/** The names that the Kubernetes binary answers to. */
export const kubernetesPrograms = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
] as const;

const table: Readonly<Record<ToolName, Omit<Tool, "name">>> = {
  kubernetes: {
    purpose: "etcd, control plane, kubelet, kube-proxy and kubectl in one binary",
    package: ".",
    versionOf: "k8s.io/kubernetes",
    // The server, and the user agent of every client, report what the linker puts here.
    linkerValues: (version) => {
      const [major = "", minor = ""] = version.split(".");
      const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
      return Object.fromEntries(
        ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) =>
          Object.entries(values).map(([name, value]) => [`${path}.${name}`, value]),
        ),
      );
    },
    links: kubernetesPrograms,
    buildBytes: 3 * gibibyte,
  },
  pause: {
    purpose: "holds the namespaces of a pod",
    package: ".",
    linkerValues: noValues,
    links: [],
    buildBytes: 0.2 * gibibyte,
  },
  pulumi: {
    purpose: "the Pulumi engine",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    versionOf: "github.com/pulumi/pulumi/pkg/v3",
    linkerValues: (version) => ({ "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version }),
    links: [],
    buildBytes: 3 * gibibyte,
  },
  "pulumi-language-nodejs": {
    purpose: "starts the Pulumi program under Node",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    versionOf: "github.com/pulumi/pulumi/sdk/v3",
    linkerValues: (version) => ({ "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version }),
    links: [],
    buildBytes: 0.5 * gibibyte,
  },
  coredns: {
    purpose: "the cluster's DNS",
    package: "github.com/coredns/coredns",
    versionOf: "github.com/coredns/coredns",
    linkerValues: noValues,
    links: [],
    buildBytes: 2 * gibibyte,
  },
  minio: {
    purpose: "the object store",
    package: "github.com/minio/minio",
    versionOf: "github.com/minio/minio",
    linkerValues: noValues,
    links: [],
    buildBytes: 2 * gibibyte,
  },
  mc: {
    purpose: "makes the object store's buckets, users and policies",
    package: "github.com/minio/mc",
    versionOf: "github.com/minio/mc",
    linkerValues: noValues,
    links: [],
    buildBytes: 1 * gibibyte,
  },
  "local-path-provisioner": {
    purpose: "the default StorageClass",
    package: "github.com/rancher/local-path-provisioner",
    versionOf: "github.com/rancher/local-path-provisioner",
    linkerValues: (version) => ({ "main.VERSION": `v${version}` }),
    links: [],
    buildBytes: 1 * gibibyte,
  },
  traefik: {
    purpose: "the ingress controller",
    package: "github.com/traefik/traefik/v3/cmd/traefik",
    versionOf: "github.com/traefik/traefik/v3",
    linkerValues: (version) => ({ "github.com/traefik/traefik/v3/pkg/version.Version": version }),
    links: [],
    // Without the libraries of some two hundred DNS services, a third of all that would be compiled.
    patched: { path: "github.com/go-acme/lego/v5", folder: "lego" },
    buildBytes: 3 * gibibyte,
  },
  kubeconform: {
    purpose: "checks manifests against Kubernetes' schemas",
    package: "github.com/yannh/kubeconform/cmd/kubeconform",
    versionOf: "github.com/yannh/kubeconform",
    linkerValues: (version) => ({ "main.version": `v${version}` }),
    links: [],
    buildBytes: 0.3 * gibibyte,
  },
  "kube-score": {
    purpose: "scores manifests by what is good practice on Kubernetes",
    package: "github.com/zegl/kube-score/cmd/kube-score",
    versionOf: "github.com/zegl/kube-score",
    linkerValues: (version) => ({ "main.version": version }),
    links: [],
    buildBytes: 0.5 * gibibyte,
  },
  "oauth2-proxy": {
    purpose: "asks a site's login service who may use a notebook",
    package: "github.com/oauth2-proxy/oauth2-proxy/v7",
    versionOf: "github.com/oauth2-proxy/oauth2-proxy/v7",
    linkerValues: (version) => ({ "github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION": `v${version}` }),
    links: [],
    buildBytes: 1 * gibibyte,
  },
  actionlint: {
    purpose: "checks GitHub's workflow files",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    versionOf: "github.com/rhysd/actionlint",
    linkerValues: (version) => ({ "github.com/rhysd/actionlint.version": `v${version}` }),
    links: [],
    buildBytes: 0.3 * gibibyte,
  },
};

/** The row of a tool. */
export function tool(name: ToolName): Tool {
  return { name, ...table[name] };
}

/** The folder of a tool's Go module. */
export function moduleDirectory(name: ToolName): string {
  return join(__dirname, "modules", name);
}

/** The text of the `go.mod` of a tool's module. */
export function readGoMod(name: ToolName): string {
  return readFileSync(join(moduleDirectory(name), "go.mod"), "utf8");
}

/**
 * The version of a tool, read from its `go.mod`, without the leading `v`; `own` for a tool that is this project's own.
 *
 * @throws Error where the `go.mod` does not require the module that the table names
 */
export function toolVersion(name: ToolName): string {
  const { versionOf } = table[name];
  if (versionOf === undefined) return "own";
  const version = requiredVersion(readGoMod(name), versionOf);
  if (version === undefined) throw new Error(`modules/${name}/go.mod does not require ${versionOf}`);
  return version;
}

/** The `-ldflags` of a tool: no symbol tables (a third of the size), and the linker's values. */
export function linkerFlags(name: ToolName): string {
  const values = Object.entries(table[name].linkerValues(toolVersion(name)));
  return ["-s", "-w", ...values.map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
}

/**
 * The name of a tool's folder in the cache: its version and a digest of all that decides what is compiled, so that another
 * checkout with other sources gets a binary of its own.
 */
export function cacheKey(name: ToolName): string {
  const directory = moduleDirectory(name);
  const hash = createHash("sha256").update([process.arch, table[name].package, linkerFlags(name)].join("\n"));
  for (const file of readdirSync(directory, { recursive: true, encoding: "utf8" }).sort()) {
    if (/(^|\/)go\.(mod|sum)$|\.go$/.test(file)) {
      hash.update(`\n${file}\n`).update(readFileSync(join(directory, file)));
    }
  }
  return `${toolVersion(name)}-${hash.digest("hex").slice(0, 12)}`;
}

/** The folder of all of the toolchain's parts. */
export function toolchainDirectory(): string {
  return join(cacheDirectory(), "toolchain");
}

/** The folder that holds a tool's binary, its links and the record of its build, once it stands. */
export function toolDirectory(name: ToolName): string {
  return join(toolchainDirectory(), name, cacheKey(name));
}
