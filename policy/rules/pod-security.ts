import type { ContainerSpec, PlatformPod, PodSpec } from "../../kubernetes/pods";
import { shown, type Fault, type Rule } from "../rule";
import { placedContainers, podsOfResource } from "./pods";

type Fields = Readonly<Record<string, unknown>>;

/** Volumes that the level `restricted` knows. https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const restrictedVolumes = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"],
];

const filters = ["RuntimeDefault", "Localhost"];

/** A pod's security as Kubernetes' own level `restricted` has it, for templates that no API server has seen yet. */
export const podsRestricted: Rule = {
  name: "pods-restricted",
  description: "Every pod passes Pod Security's level restricted, Spark's drivers and executors included.",
  why: "A process that breaks out of its program must find no root, no capability and no way to the node.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const pod of podsOfResource(resource)) {
      yield* podFaults(pod);
      for (const { field, container } of placedContainers(pod)) yield* containerFaults(field, container, pod.spec);
    }
  },
};

function* podFaults({ field, spec }: PlatformPod): Iterable<Fault> {
  for (const volume of spec.volumes ?? [])
    for (const kind of Object.keys(volume).filter((key) => key !== "name" && !restrictedVolumes.includes(key)))
      yield {
        field: `${field}.volumes[${volume.name}]`,
        value: shown(kind),
        fix: `use one of ${restrictedVolumes.join(", ")}`,
      };
  const context = spec.securityContext ?? {};
  yield* userFaults(`${field}.securityContext`, context);
  const sysctls = (context.sysctls ?? []) as readonly { name: string }[];
  if (sysctls.length > 0)
    yield {
      field: `${field}.securityContext.sysctls`,
      value: shown(sysctls[0]?.name),
      fix: "set no kernel parameters",
    };
}

function* containerFaults(field: string, container: ContainerSpec, { securityContext = {} }: PodSpec): Iterable<Fault> {
  const own = container.securityContext ?? {};
  const place = `${field}.securityContext`;
  const inherited = (key: string) => own[key] ?? securityContext[key];
  yield* userFaults(place, own);
  if (own.allowPrivilegeEscalation !== false)
    yield {
      field: `${place}.allowPrivilegeEscalation`,
      value: shown(own.allowPrivilegeEscalation),
      fix: "set it to false",
    };
  if (inherited("runAsNonRoot") !== true)
    yield { field: `${place}.runAsNonRoot`, value: shown(inherited("runAsNonRoot")), fix: "set it to true" };
  const filter = (inherited("seccompProfile") as Fields | undefined)?.type;
  if (!filters.includes(String(filter)))
    yield { field: `${place}.seccompProfile.type`, value: shown(filter), fix: "set it to RuntimeDefault" };
  const { drop = [], add = [] } = (own.capabilities ?? {}) as { drop?: readonly string[]; add?: readonly string[] };
  if (!drop.includes("ALL")) yield { field: `${place}.capabilities.drop`, value: shown(drop), fix: 'drop "ALL"' };
  const extra = add.filter((one) => one !== "NET_BIND_SERVICE");
  if (extra.length > 0)
    yield { field: `${place}.capabilities.add`, value: shown(extra), fix: "add no capability but NET_BIND_SERVICE" };
  if (own.procMount !== undefined && own.procMount !== "Default")
    yield { field: `${place}.procMount`, value: shown(own.procMount), fix: "leave it out" };
}

function* userFaults(place: string, context: Fields): Iterable<Fault> {
  if (context.runAsUser === 0) yield { field: `${place}.runAsUser`, value: "0", fix: "run as a user above 0" };
  if (context.runAsNonRoot === false)
    yield { field: `${place}.runAsNonRoot`, value: "false", fix: "set it to true, or leave it out" };
}

/** The label by which the API server holds a namespace to the level. */
const enforce = "pod-security.kubernetes.io/enforce";

/** The API server itself refuses pods that the rules have never seen. */
export const namespacesRestricted: Rule = {
  name: "namespaces-restricted",
  description: "Every Namespace enforces Pod Security's level restricted.",
  why: "Pods that others start there, such as those of Spark jobs, are judged by the API server alone.",
  environments: "every",
  sees: "resource",
  *check({ manifest }) {
    if (manifest?.kind !== "Namespace") return;
    const level = manifest.metadata.labels?.[enforce];
    if (level !== "restricted")
      yield { field: `metadata.labels["${enforce}"]`, value: shown(level), fix: 'set it to "restricted"' };
  },
};

/** No way to the node: neither its namespaces nor its files, nor all its rights. */
export const noHostAccess: Rule = {
  name: "no-host-access",
  description: "No pod or volume reaches the node: no hostNetwork, hostPID, hostIPC, hostPort, hostPath or privileged.",
  why: "Whoever has the node has every pod and every secret on it.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const pod of podsOfResource(resource)) yield* hostFaults(pod);
    const { manifest } = resource;
    if (manifest?.kind !== "PersistentVolume") return;
    const spec = (manifest.spec ?? {}) as Fields;
    for (const kind of ["hostPath", "local"])
      if (spec[kind] !== undefined && spec[kind] !== null)
        yield {
          field: `spec.${kind}.path`,
          value: shown((spec[kind] as Fields).path),
          fix: "take a Windows share or a StorageClass for the volume",
        };
  },
};

function* hostFaults(pod: PlatformPod): Iterable<Fault> {
  for (const key of ["hostNetwork", "hostPID", "hostIPC"])
    if (pod.spec[key] === true) yield { field: `${pod.field}.${key}`, value: "true", fix: "leave it out" };
  for (const volume of pod.spec.volumes ?? []) {
    const { hostPath } = volume as { hostPath?: Fields };
    if (hostPath !== undefined && hostPath !== null)
      yield {
        field: `${pod.field}.volumes[${volume.name}].hostPath.path`,
        value: shown(hostPath.path),
        fix: "mount a claim, an emptyDir or a ConfigMap instead",
      };
  }
  for (const { field, container } of placedContainers(pod)) {
    if (container.securityContext?.privileged === true)
      yield { field: `${field}.securityContext.privileged`, value: "true", fix: "leave it out" };
    const ports = (container as unknown as { ports?: readonly { hostPort?: number }[] }).ports ?? [];
    for (const { hostPort } of ports)
      if (hostPort !== undefined && hostPort !== 0)
        yield { field: `${field}.ports`, value: `hostPort ${hostPort}`, fix: "leave hostPort out" };
  }
}
