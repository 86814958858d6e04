import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { homeClaim } from "./settings";

/** The disk of a notebook's home. */
export interface NotebookHome {
  /** Its size: `"10Gi"`. It can grow where the class allows it, never shrink. */
  readonly size: string;
  /** The StorageClass. Another one is another, empty home. @default the cluster's default class */
  readonly className?: string;
}

/** The name of the volume in the pod. */
export const homeVolume = "home";

/** The label value by which reports tell a home from other claims. */
export const homeComponent = "home";

/**
 * The claim of a home, as a resource of its own: one that a StatefulSet makes of its template can't grow, stays unseen in
 * previews, and nothing would protect it. It stays in the cluster when it leaves the stack.
 *
 * A larger size grows it in place; a smaller one, and another class, Kubernetes refuses.
 */
export function createHome(
  label: string,
  args: {
    readonly notebook: string;
    readonly namespace: NamespaceReference;
    readonly labels: Readonly<Record<string, string>>;
    readonly home: NotebookHome;
    readonly protect: boolean;
  },
  parent: pulumi.ComponentResource,
): kubernetes.core.v1.PersistentVolumeClaim {
  const { notebook, namespace, labels, home, protect } = args;
  return new kubernetes.core.v1.PersistentVolumeClaim(
    `${label}-home`,
    {
      metadata: { name: homeClaim(notebook), namespace: namespace.name, labels: { ...labels } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: home.size } },
        ...(home.className === undefined ? {} : { storageClassName: home.className }),
      },
    },
    { parent, protect, retainOnDelete: true },
  );
}
