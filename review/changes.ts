import type { Manifest } from "../kubernetes/manifest";

/** What a change does to one resource. A replacement is a new object for an old one, whichever comes first. */
export type Action = "create" | "update" | "replace" | "delete";

/**
 * One field that differs. Where both values are absent it forces a new object without being known to differ: it is made of
 * something that is itself made anew, or it is `provider`, the cluster.
 */
export interface FieldChange {
  /** As Pulumi writes it: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
  readonly path: string;
  /** What it was; absent where the field is new. A secret stands as its mark, never as its value. */
  readonly before?: unknown;
  /** What it becomes; absent where the field goes. */
  readonly after?: unknown;
  /** Whether this field can't change in place and so needs a new object. */
  readonly replaces: boolean;
}

/** What a change does to one resource of an environment. */
export interface ResourceChange {
  /** The engine's address of the resource: the same in an offline comparison and in a preview. */
  readonly urn: string;
  /** The type token: `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  /** The Kubernetes object as people name it, `StatefulSet storage/store-minio`; the logical name of anything else. */
  readonly object: string;
  readonly action: Action;
  readonly fields: readonly FieldChange[];
  /** The object before and after, secrets masked; absent where there is none or it isn't a Kubernetes object. */
  readonly before?: Manifest;
  readonly after?: Manifest;
  /** Whether the engine refuses to delete or replace it: it is protected in the state that the change starts from. */
  readonly protected: boolean;
  /** Whether it is a deletion that leaves the object, and so its data, on the cluster: the engine only forgets it. */
  readonly retained: boolean;
}

/** What a change does to one environment. */
export interface EnvironmentChanges {
  readonly environment: string;
  /** Only resources that change, in the order of the program; deletions last. Empty for an unchanged environment. */
  readonly changes: readonly ResourceChange[];
  /** Every Kubernetes object before and after, secrets masked: what rights, flows and costs are computed from. */
  readonly before: readonly Manifest[];
  readonly after: readonly Manifest[];
}
