import type { StackConfig } from "../../infra/config";
import type { Manifest } from "../../kubernetes/manifest";
import { isSparkSettings, podsOf, propertiesIn, type PlatformPod } from "../../kubernetes/pods";
import { podRequest, type Request } from "../../kubernetes/requests";

/** What one pod asks a node for. */
export interface PodNeed extends Request {
  /** What makes it: `Spark driver`, `StatefulSet storage/store`. */
  readonly owner: string;
  readonly namespace: string;
  /** How many there are at the least. */
  readonly count: number;
  readonly priorityClass?: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/** A toleration as Kubernetes writes it. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** A claim's wish for a StorageClass: of a name, or the cluster's default one. */
export interface ClassNeed {
  /** @default the default class */
  readonly className?: string;
  /** The claims that ask: `PersistentVolumeClaim spark/harp`. */
  readonly claims: readonly string[];
}

interface Claim {
  readonly spec?: { readonly storageClassName?: string; readonly volumeName?: string };
}

/** The StorageClasses that claims ask for and that the environment doesn't bring itself. */
export function classNeeds(manifests: readonly Manifest[]): readonly ClassNeed[] {
  const own = namesOf(manifests, "StorageClass");
  const found = new Map<string, string[]>();
  const ask = (claim: Claim, owner: string) => {
    // An empty name, as beside a volume made by hand, asks for no class at all.
    const name = claim.spec?.storageClassName ?? defaultClass;
    if (name !== "" && !own.includes(name)) found.set(name, [...(found.get(name) ?? []), owner]);
  };
  for (const manifest of manifests) {
    const owner = `${manifest.kind} ${manifest.metadata.namespace ?? ""}/${manifest.metadata.name}`;
    if (manifest.kind === "PersistentVolumeClaim") ask(manifest as Claim, owner);
    if (manifest.kind === "StatefulSet")
      for (const template of (manifest.spec as { volumeClaimTemplates?: Claim[] }).volumeClaimTemplates ?? [])
        ask(template, owner);
  }
  return [...found].map(([name, claims]) => (name === defaultClass ? { claims } : { className: name, claims }));
}

/** No name of an object can be this one. */
const defaultClass = "(default)";

/** The names of all objects of a kind, sorted. */
export function namesOf(manifests: readonly Manifest[], kind: string): readonly string[] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort();
}

/** A port of every node that a Service takes. */
export interface NodePortNeed {
  readonly port: number;
  /** The Service, `namespace/name`. */
  readonly service: string;
}

/** The ports of nodes that the Services take. */
export function nodePortNeeds(manifests: readonly Manifest[]): readonly NodePortNeed[] {
  return manifests
    .filter(({ kind }) => kind === "Service")
    .flatMap(({ metadata, spec }) =>
      ((spec as { ports?: { nodePort?: number }[] }).ports ?? [])
        .filter(({ nodePort }) => nodePort !== undefined)
        .map(({ nodePort }) => ({ port: nodePort as number, service: `${metadata.namespace ?? ""}/${metadata.name}` })),
    );
}

/** The IngressClasses that Ingresses name. */
export function ingressClassNeeds(manifests: readonly Manifest[]): readonly string[] {
  const named = manifests
    .filter(({ kind }) => kind === "Ingress")
    .map(({ spec }) => (spec as { ingressClassName?: string }).ingressClassName)
    .filter((name) => name !== undefined);
  return [...new Set(named)].sort();
}

/**
 * Every pod of the environment, one job, and one kernel with Spark for each notebook: a driver and as many executors as
 * it keeps, at least one.
 */
export function podNeeds(manifests: readonly Manifest[]): readonly PodNeed[] {
  return podsOf(manifests)
    .filter(({ owner }) => !owner.startsWith("DaemonSet "))
    .map((pod) => needOf(pod, countOf(pod, manifests)));
}

function countOf({ owner, namespace }: PlatformPod, manifests: readonly Manifest[]): number {
  if (owner.startsWith("Spark driver")) return 1;
  if (owner.startsWith("Spark executor")) {
    const settings = manifests.find((one) => isSparkSettings(one) && one.metadata.namespace === namespace);
    const kept = settings && propertiesIn(settings)["spark.dynamicAllocation.minExecutors"];
    return Math.max(1, Number(kept ?? 1));
  }
  const maker = manifests.find(
    ({ kind, metadata }) => owner === `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
  );
  return (maker?.spec as { replicas?: number } | undefined)?.replicas ?? 1;
}

function needOf({ owner, namespace, spec }: PlatformPod, count: number): PodNeed {
  return {
    owner,
    namespace,
    count,
    ...podRequest(spec),
    priorityClass: spec.priorityClassName,
    nodeSelector: (spec.nodeSelector ?? {}) as Record<string, string>,
    tolerations: (spec.tolerations ?? []) as Toleration[],
  };
}

/** A server that pods of the environment connect to and that it doesn't bring itself. */
export interface Target {
  /** What it is: `share harp`, `object store`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The key of the stack file that names it. */
  readonly key: string;
}

/** The port of SMB over TCP. */
const smbPort = 445;

type TargetConfig = Pick<StackConfig, "volumes" | "objectStore" | "databases" | "notebooks">;
type TargetRule = (config: TargetConfig) => readonly Target[];

const shares: TargetRule = ({ volumes }) =>
  Object.entries(volumes).flatMap(([name, volume]) =>
    volume.kind === "windowsShare"
      ? [
          {
            name: `share ${name}`,
            host: volume.server,
            port: smbPort,
            tls: false,
            key: `hamilton:volumes.${name}.server`,
          },
        ]
      : [],
  );

const stores: TargetRule = ({ objectStore }) =>
  objectStore.kind === "external"
    ? [{ name: "object store", ...serverOf(objectStore.endpoint), key: "hamilton:objectStore.endpoint" }]
    : [];

/** Databases speak a protocol of their own, within which TLS begins: only that the server answers is looked at. */
const databases: TargetRule = ({ databases: all }) =>
  Object.entries(all).map(([name, { host, port }]) => ({
    ...{ name: `database ${name}`, host, port, tls: false },
    key: `hamilton:databases.${name}.host`,
  }));

/** Login services, each once however many notebooks ask it. */
const logins: TargetRule = ({ notebooks }) => {
  const found = Object.entries(notebooks).flatMap(([name, { login }]) =>
    login.kind === "oidc"
      ? [
          {
            name: `login of notebook ${name}`,
            ...serverOf(login.issuerUrl),
            key: `hamilton:notebooks.${name}.login.issuerUrl`,
          },
        ]
      : [],
  );
  return found.filter(
    (one, index) => found.findIndex(({ host, port }) => host === one.host && port === one.port) === index,
  );
};

function serverOf(url: string): Pick<Target, "host" | "port" | "tls"> {
  const { protocol, hostname, port } = new URL(url);
  const tls = protocol === "https:";
  return { host: hostname, port: port === "" ? (tls ? 443 : 80) : Number(port), tls };
}

/** One rule for each kind of server; a component that brings another kind adds its rule here. */
const targetRules: readonly TargetRule[] = [shares, stores, databases, logins];

/** The servers outside the cluster that pods must reach. */
export function targets(config: TargetConfig): readonly Target[] {
  return targetRules.flatMap((rule) => rule(config));
}
