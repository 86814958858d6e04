import { parse } from "yaml";
import type { Manifest } from "./manifest";

/** A container as policies look at it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { name: string; value?: string; valueFrom?: { secretKeyRef?: Ref; configMapKeyRef?: Ref } }[];
  readonly envFrom?: readonly { secretRef?: Ref; configMapRef?: Ref }[];
  readonly resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { name: string }[];
}

interface Ref {
  readonly name: string;
}

/** A pod's specification as policies look at it. */
export interface PodSpec extends Readonly<Record<string, unknown>> {
  readonly containers: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  readonly volumes?: readonly {
    name: string;
    secret?: { secretName: string };
    configMap?: Ref;
    persistentVolumeClaim?: { claimName: string };
  }[];
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly imagePullSecrets?: readonly Ref[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

/** A kind of pod that the platform runs: of a workload, or of a Spark job by its template. */
export interface PlatformPod {
  /** What makes it: `StatefulSet storage/store-minio`, `Spark driver`. */
  readonly owner: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

const workloads = ["DaemonSet", "Deployment", "Job", "StatefulSet"];

interface Template {
  readonly metadata?: { readonly labels?: Record<string, string> };
  readonly spec: PodSpec;
}

/** All kinds of pods of a rendered platform; drivers and executors with the labels that Spark itself adds. */
export function podsOf(manifests: readonly Manifest[]): readonly PlatformPod[] {
  const made = manifests
    .filter((manifest) => workloads.includes(manifest.kind))
    .flatMap(({ kind, metadata, spec }) => {
      // In a preview a whole specification may be unknown yet.
      const { template } = (spec ?? {}) as { template?: Partial<Template> };
      if (template?.spec === undefined) return [];
      const { namespace = "", name } = metadata;
      return [podOf(`${kind} ${namespace}/${name}`, namespace, { ...template, spec: template.spec })];
    });
  return [...made, ...sparkPodsOf(manifests)];
}

/** Whether an object is the ConfigMap with Spark's settings and templates: what a job reads when it starts. */
export function isSparkSettings({ kind, metadata }: Manifest): boolean {
  return kind === "ConfigMap" && metadata.name === "spark-settings";
}

/** The ConfigMap with Spark's settings and templates. */
export function sparkSettingsOf(manifests: readonly Manifest[]): { namespace: string; data: Record<string, string> } {
  const found = manifests.find(isSparkSettings);
  if (found === undefined) throw new Error("there is no ConfigMap spark-settings");
  return { namespace: found.metadata.namespace ?? "", data: found.data as Record<string, string> };
}

/** The properties in the ConfigMap, by name. */
export function sparkPropertiesOf(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const lines = (sparkSettingsOf(manifests).data["spark-defaults.conf"] ?? "").trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** A driver and an executor: the template, and of what Spark adds that which policies go by. */
function sparkPodsOf(manifests: readonly Manifest[]): readonly PlatformPod[] {
  if (!manifests.some(isSparkSettings)) return [];
  const { namespace, data } = sparkSettingsOf(manifests);
  const properties = sparkPropertiesOf(manifests);
  return ["driver", "executor"].map((role) => {
    const template = parse(data[`${role}-pod-template.yaml`] ?? "") as Template;
    const pod = podOf(`Spark ${role}`, namespace, template);
    const serviceAccountName = properties[`spark.kubernetes.authenticate.${role}.serviceAccountName`];
    return {
      ...pod,
      labels: { ...pod.labels, "spark-role": role },
      spec: { ...pod.spec, serviceAccountName: serviceAccountName ?? "default" },
    };
  });
}

function podOf(owner: string, namespace: string, template: Template): PlatformPod {
  return { owner, namespace, labels: template.metadata?.labels ?? {}, spec: template.spec };
}

/** All containers of a pod, those that run first included. */
export function containersOf({ spec }: PlatformPod): readonly ContainerSpec[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
