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
    projected?: { sources?: readonly { serviceAccountToken?: object }[] };
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

/** The name of ConfigMaps with Spark's settings and pod templates: one in the namespace of jobs, one for each notebook. */
const sparkSettings = "spark-settings";

interface Template {
  readonly metadata?: { readonly labels?: Record<string, string> };
  readonly spec: PodSpec;
}

/** All kinds of pods of a rendered platform; drivers and executors with the labels that Spark itself adds. */
export function podsOf(manifests: readonly Manifest[]): readonly PlatformPod[] {
  const made = manifests.filter((manifest) => workloads.includes(manifest.kind)).flatMap(workloadPod);
  return [...made, ...manifests.filter(isSparkSettings).flatMap(sparkPodsIn)];
}

/** The kinds of pods that one object brings: one of a workload, a driver and an executor of Spark's settings, else none. */
export function podsIn(manifest: Manifest): readonly PlatformPod[] {
  if (workloads.includes(manifest.kind)) return workloadPod(manifest);
  return isSparkSettings(manifest) ? sparkPodsIn(manifest) : [];
}

/** Whether an object is a ConfigMap with Spark's settings and templates: what a job, or a kernel, reads when it starts. */
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

/** The file with the pod template of a role, in Spark's settings. */
const templateFile = (role: SparkRole) => `${role}-pod-template.yaml`;

type SparkRole = "driver" | "executor";

/**
 * Whether Spark's settings are those of jobs, whose drivers Spark makes. A notebook's have no template of a driver: its
 * drivers are processes of the notebook's own pod.
 */
export function isForJobs({ data }: Manifest): boolean {
  return Object.keys(data ?? {}).includes(templateFile("driver"));
}

/** The properties in one ConfigMap of Spark's settings, by name. */
export function propertiesIn({ data }: Manifest): Readonly<Record<string, string>> {
  const lines = ((data ?? {}) as Readonly<Record<string, string>>)["spark-defaults.conf"]?.trim().split("\n") ?? [];
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** The properties of jobs, by name. */
export function sparkPropertiesOf(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const found = manifests.find((manifest) => isSparkSettings(manifest) && isForJobs(manifest));
  if (found === undefined) throw new Error(`there is no ConfigMap ${sparkSettings} with a driver's template`);
  return propertiesIn(found);
}

/** What makes the pods of a role: `Spark driver`, `Spark executor`, `Spark executor in notebooks-harp`. */
function sparkOwner(role: SparkRole, settings: Manifest): string {
  return isForJobs(settings) ? `Spark ${role}` : `Spark ${role} in ${settings.metadata.namespace ?? ""}`;
}

/** A driver and an executor: the template, and of what Spark adds that which policies go by. */
function sparkPodsIn(settings: Manifest): readonly PlatformPod[] {
  const { metadata, data } = settings;
  const properties = propertiesIn(settings);
  return (["driver", "executor"] as const).flatMap((role) => {
    const file = templateFile(role);
    const text = ((data ?? {}) as Readonly<Record<string, string>>)[file];
    if (text === undefined) return [];
    const owner = sparkOwner(role, settings);
    const pod = podOf(owner, metadata.namespace ?? "", parse(text) as Template, `data["${file}"] spec`);
    const serviceAccountName = properties[`spark.kubernetes.authenticate.${role}.serviceAccountName`];
    return [
      {
        ...pod,
        labels: { ...pod.labels, "spark-role": role },
        spec: { ...pod.spec, serviceAccountName: serviceAccountName ?? "default" },
      },
    ];
  });
}

function podOf(owner: string, namespace: string, template: Template, field: string): PlatformPod {
  return { owner, namespace, labels: template.metadata?.labels ?? {}, spec: template.spec, field };
}

/** All containers of a pod, those that run first included. */
export function containersOf({ spec }: Pick<PlatformPod, "spec">): readonly ContainerSpec[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
