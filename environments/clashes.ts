import { stackFileName, type StackConfig } from "../infra/config";
import { namespaceRole } from "../components/jupyter/settings";
import { volumesOf } from "../infra/config/notebook-rules";
import { webPages } from "../infra/config/web-pages";
import { takenNodePorts } from "./node-ports";

/** A key of one environment's stack file. */
export interface Place {
  readonly environment: string;
  /** The stack file's name: `Pulumi.dev.yaml`. */
  readonly file: string;
  /** The full key: `hamilton:namespaces.prefix`. */
  readonly key: string;
}

/** Two environments that lay claim to one thing which only one of them can have. */
export interface Clash {
  /** Where it is claimed: in the environment that comes first in the list, then in the other. */
  readonly places: readonly [Place, Place];
  /** What both claim, as people would write it: `"dev"`, `30900`, `s3.example.com/lake`. */
  readonly value: string;
  /** One sentence that names both files, both keys, the value and the fix, with its full stop. */
  readonly sentence: string;
}

/** A thing that an environment takes for itself. */
interface Claim {
  readonly key: string;
  /** What it is called in a message: `the namespace prefix`. */
  readonly what: string;
  readonly value: string;
  /** Among whom it must be unique: the environments of one cluster, or all there are. */
  readonly within: "cluster" | "everywhere";
  /** What to do, the end of the sentence. */
  readonly fix: string;
  /** Whether it is made from the prefix, so that two environments of one prefix clash in it without another word. */
  readonly fromPrefix?: boolean;
}

type Claimant = (config: StackConfig) => readonly Claim[];

/** Everything that environments take for themselves. A new kind of thing is one more entry. */
const claimants: readonly Claimant[] = [
  ...[prefixes, namespaces, nodePorts, smbDrivers, volumeNames, existingVolumes, buckets, storeAddresses, hosts],
];

/**
 * What the environments take from each other: names on one cluster, ports of its nodes, buckets and addresses anywhere.
 * The stack files alone decide; no cluster is asked.
 *
 * @param environments The parsed stack files, each environment once.
 * @returns every clash of every two environments; none if all can stand beside each other.
 */
export function clashes(environments: readonly StackConfig[]): readonly Clash[] {
  const claims = environments.map((config) => claimants.flatMap((claimant) => claimant(config)));
  return environments.flatMap((first, index) =>
    environments
      .slice(index + 1)
      .flatMap((second, offset) => between(first, claims[index] ?? [], second, claims[index + 1 + offset] ?? [])),
  );
}

function between(first: StackConfig, mine: readonly Claim[], second: StackConfig, theirs: readonly Claim[]): Clash[] {
  const together = sameCluster(first, second);
  const samePrefix = first.namespaces.prefix === second.namespaces.prefix;
  return mine
    .filter((claim) => (claim.within === "everywhere" || together) && !(claim.fromPrefix === true && samePrefix))
    .flatMap((claim) =>
      theirs
        .filter(({ what, value }) => what === claim.what && value === claim.value)
        .map((other) => clash(place(first, claim), place(second, other), claim)),
    );
}

function place({ environment }: StackConfig, { key }: Claim): Place {
  return { environment, file: stackFileName(environment), key };
}

function clash(first: Place, second: Place, { what, value, within, fix }: Claim): Clash {
  const where = within === "cluster" ? ", and both stand on one cluster" : "";
  const sentence = `${first.file}: ${first.key} and ${second.file}: ${second.key} both take ${what} ${value}${where}; ${fix}.`;
  return { places: [first, second], value, sentence };
}

/**
 * Whether two environments stand on one cluster, as far as their stack files tell: the same context of the same
 * kubeconfig, or the same address of the API server.
 */
export function sameCluster(first: StackConfig, second: StackConfig): boolean {
  const [a, b] = [first.cluster, second.cluster];
  if (a.context === b.context && a.kubeconfig === b.kubeconfig) return true;
  return a.outsideAddress !== undefined && b.outsideAddress !== undefined
    ? address(a.outsideAddress) === address(b.outsideAddress)
    : false;
}

function prefixes({ namespaces }: StackConfig): readonly Claim[] {
  return [
    {
      key: "hamilton:namespaces.prefix",
      what: "the namespace prefix",
      value: JSON.stringify(namespaces.prefix),
      within: "cluster",
      fix: "give each environment of a cluster a prefix of its own",
    },
  ];
}

function nodePorts(config: StackConfig): readonly Claim[] {
  return takenNodePorts(config).map(({ path, port }) => ({
    key: path.join("."),
    what: "the node port",
    value: String(port),
    within: "cluster",
    fix: `choose another port from 30000 to 32767${path[0] === "hamilton:objectStore" ? ", and the same in externalEndpoint" : ""}`,
  }));
}

/** A name leads to one place, wherever the clusters are; only names below `localhost` mean another one on each machine. */
function hosts(config: StackConfig): readonly Claim[] {
  return webPages(config).map(({ name, host }) => ({
    key: name in (config.ingress?.hosts ?? {}) ? `hamilton:ingress.hosts.${name}` : "hamilton:ingress.domain",
    what: "the host",
    value: host,
    within: host.endsWith(".localhost") ? "cluster" : "everywhere",
    fix: "give each environment's pages a domain of their own",
  }));
}

function smbDrivers({ cluster, volumes }: StackConfig): readonly Claim[] {
  if (!cluster.smbDriver.install || !Object.values(volumes).some(({ kind }) => kind === "windowsShare")) return [];
  return [
    {
      key: "hamilton:cluster.smbDriver.install",
      what: "the installation of",
      value: "csi-driver-smb",
      within: "cluster",
      fix: "a cluster has this driver once, so set it to false in all but one of them",
    },
  ];
}

/** Names that are made from the prefix: the same name may come from other parts, and then only the parts can be changed. */
function madeName(prefix: string, ...parts: readonly string[]): string {
  return [prefix, ...parts].filter((part) => part !== "").join("-");
}

/** Notebook `spark` has namespace `notebooks-spark`, which is what prefix `notebooks` makes of `spark`. */
function namespaces(config: StackConfig): readonly Claim[] {
  const { prefix } = config.namespaces;
  const claim = (role: string, key: string) => ({
    ...{ key, what: "the namespace", value: madeName(prefix, role), within: "cluster" as const },
    fix: "choose another prefix or another name in one of them",
    fromPrefix: true,
  });
  return [
    ...["spark", "storage", "smb", "ingress"].map((role) => claim(role, "hamilton:namespaces.prefix")),
    ...Object.keys(config.notebooks).map((name) => claim(namespaceRole(name), `hamilton:notebooks.${name}`)),
  ];
}

/**
 * PersistentVolumes (for the namespaces of jobs and of notebooks) and the StorageClasses of shares (for `smb`) carry
 * prefix, namespace and volume in one name: volume `spark-harp` under prefix `a` is called as volume `harp` under prefix
 * `a-spark`.
 */
function volumeNames(config: StackConfig): readonly Claim[] {
  return Object.entries(config.volumes).flatMap(([volume, { kind }]) => {
    const made = kind === "storageClass" ? [] : ["spark", ...notebookRoles(config, volume)];
    return [...made, ...(kind === "windowsShare" ? ["smb"] : [])].map((role) => ({
      key: `hamilton:volumes.${volume}`,
      what: "the cluster-wide name",
      value: madeName(config.namespaces.prefix, role, volume),
      within: "cluster" as const,
      fix: "call the volume otherwise in one of them",
      fromPrefix: true,
    }));
  });
}

/** The namespaces of the notebooks that see a volume, without the prefix. */
function notebookRoles({ notebooks, volumes }: StackConfig, volume: string): readonly string[] {
  return Object.entries(notebooks)
    .filter(([, notebook]) => volumesOf(notebook, volumes).includes(volume))
    .map(([name]) => namespaceRole(name));
}

/** A PersistentVolume is bound to one claim. */
function existingVolumes({ volumes }: StackConfig): readonly Claim[] {
  return Object.entries(volumes).flatMap(([volume, settings]) =>
    Object.entries(settings.kind === "storageClass" ? settings.existingVolumes : {}).map(([role, name]) => ({
      key: `hamilton:volumes.${volume}.existingVolumes.${role}`,
      what: "the PersistentVolume",
      value: name,
      within: "cluster" as const,
      fix: "give each environment volumes of its own",
    })),
  );
}

function buckets({ objectStore }: StackConfig): readonly Claim[] {
  if (objectStore.kind !== "external") return [];
  return Object.entries(objectStore.buckets).map(([role, name]) => ({
    key: `hamilton:objectStore.buckets.${role}`,
    what: "the bucket",
    value: `${bucketSpace(objectStore.endpoint)}/${name}`,
    within: "everywhere",
    fix: "give each environment buckets of its own",
  }));
}

/** The store's address for machines outside, whichever store it is: two environments behind one address are one store. */
function storeAddresses({ objectStore }: StackConfig): readonly Claim[] {
  if (objectStore.kind !== "minio" || objectStore.externalEndpoint === undefined) return [];
  return [
    {
      key: "hamilton:objectStore.externalEndpoint",
      what: "the address",
      value: address(objectStore.externalEndpoint),
      within: "everywhere",
      fix: "give each environment's MinIO an address of its own",
    },
  ];
}

/** Host and port of a URL, with the scheme's own port where none stands: what tells two servers apart. */
function address(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port !== "" ? port : protocol === "https:" ? "443" : "80"}`;
}

/** Within what a bucket's name is unique: one server, or for AWS all its regions. */
function bucketSpace(endpoint: string): string {
  const aws = /\.(amazonaws\.com(?:\.cn)?)$/.exec(new URL(endpoint).hostname);
  return aws?.[1] ?? address(endpoint);
}
