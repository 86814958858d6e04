import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { podTemplate, podTemplateText, type PodTemplateSource } from "../../../components/spark/pod-templates";
import { schemaFaults } from "../../support/kubernetes-schema";
import type { Manifest } from "../../../kubernetes/manifest";

const source = (role: "driver" | "executor"): PodTemplateSource => ({
  role,
  image: "registry/hamilton/spark:4.1.2",
  version: "4.1.2",
  size: { cores: 2, requestCores: "500m", memory: "2g" },
  priorityClassName: `spark-${role}`,
});

interface Pod {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly (Readonly<Record<string, unknown>> & {
      volumeMounts: { name: string; mountPath: string }[];
    })[];
    readonly volumes: readonly { name: string; emptyDir?: object }[];
  };
}

describe.each(["driver", "executor"] as const)("the template of a pod: %s", (role) => {
  const pod = podTemplate(source(role)) as unknown as Pod;
  const [container] = pod.spec.containers;

  it("is a pod that Kubernetes' schema accepts", () => {
    expect(schemaFaults({ ...pod, metadata: { ...pod.metadata, name: "x" } } as unknown as Manifest)).toEqual([]);
  });

  it("runs as the Spark user with a read-only root and no privilege", () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsUser: 185, runAsGroup: 0, runAsNonRoot: true });
    expect(container?.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("can write to /tmp and its work folder, which are its own", () => {
    const paths = container?.volumeMounts.map(({ name, mountPath }) => [
      mountPath,
      pod.spec.volumes.find((volume) => volume.name === name)?.emptyDir,
    ]);
    expect(paths).toEqual([
      ["/tmp", {}],
      ["/opt/spark/work-dir", {}],
    ]);
  });

  it("names its priority, and the labels that flows to the object store go by", () => {
    expect(pod.spec.priorityClassName).toBe(`spark-${role}`);
    expect(pod.metadata.labels).toMatchObject({
      "app.kubernetes.io/name": "spark",
      "app.kubernetes.io/component": role,
      "app.kubernetes.io/managed-by": "spark",
    });
  });

  it("has the API's token only as a driver", () => {
    expect(pod.spec.automountServiceAccountToken).toBe(role === "driver");
  });

  it("leaves to Spark what Spark sets", () => {
    for (const field of ["restartPolicy", "serviceAccountName", "hostname", "nodeName"])
      expect(pod.spec[field]).toBeUndefined();
  });

  it("carries placement through", () => {
    const placement = {
      nodeSelector: { pool: "spark" },
      tolerations: [{ key: "dedicated", operator: "Exists" }],
      imagePullSecrets: ["image-pull"],
      annotations: { team: "harp" },
    };
    const placed = parse(podTemplateText({ ...source(role), placement })) as Pod & { metadata: object };
    expect(placed.spec).toMatchObject({
      nodeSelector: { pool: "spark" },
      tolerations: [{ key: "dedicated", operator: "Exists" }],
      imagePullSecrets: [{ name: "image-pull" }],
    });
    expect(placed.metadata).toMatchObject({ annotations: { team: "harp" } });
  });
});

describe("the text of a template", () => {
  it("is the same whatever the order of what it was made from", () => {
    const one = source("driver");
    const other = Object.fromEntries(Object.entries(one).reverse()) as unknown as PodTemplateSource;
    expect(podTemplateText(other)).toBe(podTemplateText(one));
    expect(parse(podTemplateText(one))).toEqual(podTemplate(one));
  });
});
