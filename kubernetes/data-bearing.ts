import type { Manifest } from "./manifest";

/**
 * Whether an object holds data that is gone, or out of reach, once the object is deleted: a volume, a claim on one, or a
 * StatefulSet that makes claims of its own. A Namespace takes whatever is in it along; see {@link holdsDataBearing}.
 */
export function isDataBearing({ kind, spec }: Manifest): boolean {
  if (kind === "PersistentVolume" || kind === "PersistentVolumeClaim") return true;
  const templates = (spec as { volumeClaimTemplates?: readonly unknown[] } | undefined)?.volumeClaimTemplates;
  return kind === "StatefulSet" && (templates ?? []).length > 0;
}

/** Whether a Namespace has an object that bears data among `manifests`. */
export function holdsDataBearing(namespace: Manifest, manifests: readonly Manifest[]): boolean {
  return (
    namespace.kind === "Namespace" &&
    manifests.some((one) => one.metadata.namespace === namespace.metadata.name && isDataBearing(one))
  );
}
