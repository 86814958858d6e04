import { stringify } from "yaml";
import type { types } from "@pulumi/kubernetes";
import { labelsOf } from "../core/labels";
import { securePod, type PodPlacement } from "../core/pod-security";
import { sizeResources, type PodSize } from "./pod-size";
import { sparkContainer, sparkUser, workDirectory } from "./settings";

/** What the template of a driver or of an executor follows from, in plain values. */
export interface PodTemplateSource {
  readonly role: "driver" | "executor";
  readonly image: string;
  /** The Spark release, for the label. */
  readonly version: string;
  /** Whose pods these are, for the label by which network flows tell them apart. @default `spark-driver`, `spark-executor` */
  readonly instance?: string;
  readonly size: PodSize;
  /** @default none: the cluster's default, which is 0 unless somebody made another */
  readonly priorityClassName?: string;
  /** ConfigMaps of the namespace that the container reads as folders. @default none */
  readonly configMaps?: readonly { readonly name: string; readonly mountPath: string }[];
  /** @default anywhere */
  readonly placement?: Omit<PodPlacement, "priorityClassName">;
}

/** The application's name on the pods of every job, which the template gives them; flows to the object store go by it. */
export const sparkApplication = "spark";

/** The labels that select all pods of all jobs. */
export const jobLabels = { "app.kubernetes.io/name": sparkApplication } as const;

/**
 * The pod that Spark starts from: what it has no settings for, and what Pod Security's level `restricted` asks. Spark
 * fills in name, namespace, image, account, CPU and memory, ports, environment and volumes on top.
 *
 * The root file system is read-only; a job writes to /tmp, its work folder and Spark's own scratch volume.
 */
export function podTemplate(source: PodTemplateSource): types.input.core.v1.Pod & object {
  const { role, image, version, instance = `spark-${role}`, size, priorityClassName, placement = {} } = source;
  const { configMaps = [] } = source;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      labels: {
        ...placement.labels,
        ...labelsOf({ name: sparkApplication, instance, component: role, version }),
        // spark-submit makes these pods, not Pulumi.
        "app.kubernetes.io/managed-by": "spark",
      },
      ...(placement.annotations === undefined ? {} : { annotations: { ...placement.annotations } }),
    },
    spec: securePod({
      identity: sparkUser,
      placement: { ...placement, priorityClassName },
      apiAccess: role === "driver",
      containers: [
        {
          name: sparkContainer,
          image,
          // Spark spills and shuffles on the node's disk, as much as a job's data make it.
          resources: { ...sizeResources(size), unlimitedNodeDisk: true },
          volumeMounts: [
            { name: "temporary", mountPath: "/tmp" },
            { name: "work", mountPath: workDirectory },
            ...configMaps.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: "temporary", emptyDir: {} },
        { name: "work", emptyDir: {} },
        ...configMaps.map(({ name }) => ({ name, configMap: { name } })),
      ],
    }),
  };
}

/** A template as the YAML text of a file, keys sorted. */
export function podTemplateText(source: PodTemplateSource): string {
  // Readers of YAML 1.1, kubectl and fabric8 among them, take a bare `off`, `no` or `y` for a boolean.
  return stringify(podTemplate(source), { sortMapEntries: true, lineWidth: 0, version: "1.1" });
}
