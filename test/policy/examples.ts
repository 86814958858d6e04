import type { Plain } from "../../review/recording";
import { reviewedResource, type ReviewedResource } from "../../policy/reviewed-resource";

/** Options of an example resource that differ from a plain one's. */
interface ExampleOptions {
  readonly protect?: boolean;
  readonly marked?: readonly string[];
}

/** Objects that a rule lets pass, and such as it refuses. */
export interface Example {
  readonly passes: readonly ReviewedResource[];
  /** Objects, of which the first has the fault. */
  readonly fails: readonly ReviewedResource[];
  /** What the fault says: its field, or a part of it. */
  readonly field: string;
  readonly value: string;
}

/** An example of a rule: the rule's name, what the example is about, and the objects. */
export type NamedExample = readonly [string, string, Example];

/** A Kubernetes object as rules get it. */
export function object(
  kind: string,
  name: string,
  fields: Plain = {},
  { protect = false, marked = [] }: ExampleOptions = {},
): ReviewedResource {
  const [namespace, own] = name.includes("/") ? name.split("/") : [undefined, name];
  const manifest = {
    apiVersion: "v1",
    kind,
    ...fields,
    metadata: { name: own, namespace, ...(fields.metadata as Plain) },
  };
  const type = `kubernetes:core/v1:${kind}`;
  return reviewedResource({ type, name, protect, marked, properties: manifest });
}

/** A container that passes every rule, with some fields changed. */
export const container = (changed: Plain = {}): Plain => ({
  name: "main",
  image: "registry.example.com/tool:1.0",
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  },
  ...changed,
});

/** A Deployment of one such container, with some fields of the pod changed. */
export const deployment = (changedContainer: Plain = {}, changedPod: Plain = {}): ReviewedResource =>
  object("Deployment", "web/tool", {
    spec: {
      template: {
        spec: { automountServiceAccountToken: false, containers: [container(changedContainer)], ...changedPod },
      },
    },
  });

/** The ConfigMap with Spark's settings, with an image and further properties. */
export const sparkSettings = (image: string, properties = "", securityContext: Plain = {}): ReviewedResource => {
  const template = JSON.stringify({
    spec: { containers: [container({ image, ...securityContext })], automountServiceAccountToken: false },
  });
  return object("ConfigMap", "spark/spark-settings", {
    data: {
      "spark-defaults.conf": `spark.authenticate=true\nspark.network.crypto.enabled=true\n${properties}`,
      "driver-pod-template.yaml": template,
      "executor-pod-template.yaml": template,
    },
  });
};

/** A Role with one rule. */
export const role = (rule: Plain, kind = "Role"): ReviewedResource =>
  object(kind, kind === "Role" ? "web/tool" : "tool", {
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], ...rule }],
  });

/** A Secret with entries in the clear. */
export const secret = (stringData: Record<string, string>, marked: readonly string[] = ["stringData"]) =>
  object("Secret", "web/tool", { stringData }, { marked });
