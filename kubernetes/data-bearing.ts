import type { Manifest } from "./manifest";

/** What a resource is, for the question whether data hangs on it. */
export interface PossibleData {
  /** The type token: `kubernetes:core/v1:PersistentVolume`, `random:index/randomPassword:RandomPassword`. */
  readonly type: string;
  /** The Kubernetes object; absent for anything else. */
  readonly manifest?: Manifest;
}

/** What bears data: with such a resource the data is gone, or out of reach. */
export type DataBearer = "bucket" | "password" | "volume" | "claim" | "disks" | "namespace";

/** What data is worked on through: without it the data stays, and nobody can get at it. */
export type DataAccess = "workload" | "keys";

/**
 * What bears data, and as what. The one definition, which rules and reports share: buckets, generated passwords (nothing
 * makes them again), volumes, claims, StatefulSets that make claims of their own (`disks`), and the Namespaces that hold
 * any of these, since a Namespace takes along whatever is in it.
 *
 * @param all the objects of the same environment: what a Namespace holds is among them.
 */
export function dataBearer({ type, manifest }: PossibleData, all: readonly Manifest[]): DataBearer | undefined {
  if (/Bucket(V\d)?$/.test(type)) return "bucket";
  if (type.startsWith("random:")) return "password";
  return manifest === undefined ? undefined : (bearerByItself(manifest) ?? namespaceWithData(manifest, all));
}

/** What data is worked on through: StatefulSets on a claim made elsewhere, and the Secrets with the keys of a store. */
export function dataAccess(manifest: Manifest): DataAccess | undefined {
  if (manifest.kind === "StatefulSet") return mountedClaims(manifest).length > 0 ? "workload" : undefined;
  if (manifest.kind !== "Secret") return undefined;
  const isCredentials = manifest.metadata.labels?.["app.kubernetes.io/component"] === "credentials";
  return isCredentials || ofObjectStore(manifest) ? "keys" : undefined;
}

/** The objects in a Namespace that bear data or work on it. */
export function dataIn(namespace: string, all: readonly Manifest[]): readonly Manifest[] {
  return all.filter(
    (one) =>
      one.metadata.namespace === namespace &&
      (bearerByItself(one) !== undefined || (one.kind === "StatefulSet" && dataAccess(one) !== undefined)),
  );
}

/** The names of the claims that a workload's pods mount. */
export function mountedClaims({ spec }: Manifest): readonly string[] {
  const { template } = (spec ?? {}) as WorkloadSpec;
  return (template?.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

/** Whether an object is a part of the object store, by its labels. */
export function ofObjectStore({ metadata }: Manifest): boolean {
  return ["minio", "object-store"].includes(metadata.labels?.["app.kubernetes.io/name"] ?? "");
}

/** The notebook whose home a claim is, or whose server an object belongs to, by its labels. */
export function notebookOf({ metadata }: Manifest): string | undefined {
  const { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance } = metadata.labels ?? {};
  return name === "jupyter" ? instance : undefined;
}

interface WorkloadSpec {
  readonly volumeClaimTemplates?: readonly unknown[];
  readonly template?: {
    readonly spec?: { readonly volumes?: readonly { persistentVolumeClaim?: { claimName: string } }[] };
  };
}

function bearerByItself({ kind, spec }: Manifest): DataBearer | undefined {
  if (kind === "PersistentVolume") return "volume";
  if (kind === "PersistentVolumeClaim") return "claim";
  if (kind !== "StatefulSet") return undefined;
  const { volumeClaimTemplates = [] } = (spec ?? {}) as WorkloadSpec;
  return volumeClaimTemplates.length > 0 ? "disks" : undefined;
}

function namespaceWithData({ kind, metadata }: Manifest, all: readonly Manifest[]): DataBearer | undefined {
  const holds = (one: Manifest) => one.metadata.namespace === metadata.name && bearerByItself(one) !== undefined;
  return kind === "Namespace" && all.some(holds) ? "namespace" : undefined;
}
