import { parse } from "yaml";
import type { Manifest } from "./manifest";

/** A container as policies look at it. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
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
  /** Where the specification stands in the object that carries it: `spec.template.spec`. */
  readonly field: string;
}

const workloads = ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"];

/** The name of the ConfigMap with Spark's settings and pod templates. */
const sparkSettings = "spark-settings";

interface Template {
  readonly metadata?: { readonly labels?: Record<string, string> };
  readonly spec: PodSpec;
}

/** All kinds of pods of a rendered platform; drivers and executors with the labels that Spark itself adds. */
export function podsOf(manifests: readonly Manifest[]): readonly PlatformPod[] {
  const made = manifests.filter((manifest) => workloads.includes(manifest.kind)).flatMap(workloadPod);
  return [...made, ...sparkPodsOf(manifests)];
}

/** The kinds of pods that one object brings: one of a workload, a driver and an executor of Spark's settings, else none. */
export function podsIn(manifest: Manifest): readonly PlatformPod[] {
  if (workloads.includes(manifest.kind)) return workloadPod(manifest);
  return isSparkSettings(manifest) ? sparkPodsOf([manifest]) : [];
}

/** Whether an object is the ConfigMap with Spark's settings and templates: what a job reads when it starts. */
export function isSparkSettings({ kind, metadata }: Manifest): boolean {
  return kind === "ConfigMap" && metadata.name === sparkSettings;
}

function workloadPod(manifest: Manifest): readonly PlatformPod[] {
  const { kind, metadata } = manifest;
  const path =
    kind === "Pod" ? [] : kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const part = path.reduce<unknown>((whole, key) => (whole as Record<string, unknown> | undefined)?.[key], manifest);
  const template = part as Partial<Template> | undefined;
  // In a preview a whole specification may be unknown yet.
  if (template?.spec === undefined) return [];
  const { namespace = "", name } = metadata;
  const field = [...path, "spec"].join(".");
  return [podOf(`${kind} ${namespace}/${name}`, namespace, { ...template, spec: template.spec }, field)];
}

/** The ConfigMap with Spark's settings and templates. */
export function sparkSettingsOf(manifests: readonly Manifest[]): { namespace: string; data: Record<string, string> } {
  const found = manifests.find(isSparkSettings);
  if (found === undefined) throw new Error(`there is no ConfigMap ${sparkSettings}`);
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
    const file = `${role}-pod-template.yaml`;
    const pod = podOf(`Spark ${role}`, namespace, parse(data[file] ?? "") as Template, `data["${file}"] spec`);
    const serviceAccountName = properties[`spark.kubernetes.authenticate.${role}.serviceAccountName`];
    return {
      ...pod,
      labels: { ...pod.labels, "spark-role": role },
      spec: { ...pod.spec, serviceAccountName: serviceAccountName ?? "default" },
    };
  });
}

function podOf(owner: string, namespace: string, template: Template, field: string): PlatformPod {
  return { owner, namespace, labels: template.metadata?.labels ?? {}, spec: template.spec, field };
}

/** All containers of a pod, those that run first included. */
export function containersOf({ spec }: Pick<PlatformPod, "spec">): readonly ContainerSpec[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
