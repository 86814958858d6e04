import { describeManifest, type Manifest } from "../kubernetes/manifest";

/** What a resource is, for the question whether data hangs on it. */
export interface PossibleData {
  /** The type token: `kubernetes:core/v1:PersistentVolume`, `random:index/randomPassword:RandomPassword`. */
  readonly type: string;
  /** The Kubernetes object; absent for anything else. */
  readonly manifest?: Manifest;
}

interface ClaimTemplate {
  readonly metadata?: { readonly name?: string };
}
interface WorkloadSpec {
  readonly replicas?: number;
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  readonly template?: {
    readonly spec?: { readonly volumes?: readonly { persistentVolumeClaim?: { claimName: string } }[] };
  };
}
interface VolumeSpec {
  readonly csi?: { readonly volumeAttributes?: Readonly<Record<string, string>> };
  readonly hostPath?: { readonly path: string };
  readonly claimRef?: { readonly namespace?: string; readonly name: string };
}

/**
 * What data hangs on a resource, as the rest of the sentence "StatefulSet storage/store-minio …": "holds the object
 * store's disks". Nothing where none does. The one rule of which resources bear data: volumes, claims, StatefulSets with
 * disks, the namespaces that hold them, buckets, generated passwords, and Secrets with the keys of a store.
 *
 * @param all the objects of the same environment: what a namespace holds is among them.
 */
export function dataHeldBy({ type, manifest }: PossibleData, all: readonly Manifest[]): string | undefined {
  if (/Bucket(V\d)?$/.test(type)) return "is a bucket with all that was written to it";
  if (type.endsWith(":RandomPassword")) return "is a password that data was written under; it can't be made again";
  return manifest === undefined ? undefined : dataInObject(manifest, all);
}

/** {@link dataHeldBy} for a Kubernetes object. */
export function dataInObject(manifest: Manifest, all: readonly Manifest[]): string | undefined {
  switch (manifest.kind) {
    case "PersistentVolume":
      return `stands for ${volumeSource(manifest)}`;
    case "PersistentVolumeClaim":
      return dataOfClaim(manifest, all);
    case "StatefulSet":
      return dataOfStatefulSet(manifest);
    case "Namespace":
      return dataOfNamespace(manifest.metadata.name, all);
    case "Secret":
      return isStoreSecret(manifest) ? `holds ${whose(manifest)} keys` : undefined;
    default:
      return undefined;
  }
}

function dataOfClaim(claim: Manifest, all: readonly Manifest[]): string {
  const { name, namespace } = claim.metadata;
  const volumeName = (claim.spec as { volumeName?: string } | undefined)?.volumeName;
  const volume = all.find((one) => one.kind === "PersistentVolume" && one.metadata.name === volumeName);
  if (volume !== undefined) return `is the claim on ${volumeSource(volume)}`;
  const mounted = all.find(
    (one) => one.kind === "StatefulSet" && one.metadata.namespace === namespace && claimsOf(one).includes(name),
  );
  return mounted === undefined ? "holds the data of a volume" : `holds ${whose(mounted)} disk`;
}

function dataOfStatefulSet(set: Manifest): string | undefined {
  const { volumeClaimTemplates = [] } = specOf(set);
  if (volumeClaimTemplates.length > 0) return `holds ${whose(set)} disks`;
  const [claim] = claimsOf(set);
  return claim === undefined ? undefined : `works on ${whose(set)} disk, claim ${claim}`;
}

function dataOfNamespace(name: string, all: readonly Manifest[]): string | undefined {
  const inside = all.filter(
    (one) =>
      one.metadata.namespace === name &&
      (one.kind === "PersistentVolumeClaim" || (one.kind === "StatefulSet" && dataOfStatefulSet(one) !== undefined)),
  );
  if (inside.length === 0) return undefined;
  const more = inside.length > 1 ? ` and ${inside.length - 1} more with data` : "";
  return `holds ${describeManifest(inside[0] as Manifest)}${more}`;
}

/** Where a volume's data lies, in words. */
function volumeSource({ metadata, spec }: Manifest): string {
  const { csi, hostPath, claimRef } = (spec ?? {}) as VolumeSpec;
  const source = csi?.volumeAttributes?.source;
  if (source !== undefined) return `the share ${source}`;
  if (hostPath !== undefined) return `the folder ${hostPath.path} of the nodes`;
  return claimRef === undefined
    ? `volume ${metadata.name}`
    : `the data of claim ${claimRef.namespace}/${claimRef.name}`;
}

function isStoreSecret({ metadata }: Manifest): boolean {
  return isStore(metadata.labels) || metadata.labels?.["app.kubernetes.io/component"] === "credentials";
}

function isStore(labels: Readonly<Record<string, string>> = {}): boolean {
  return ["minio", "object-store"].includes(labels["app.kubernetes.io/name"] ?? "");
}

function whose({ metadata }: Manifest): string {
  return isStore(metadata.labels) ? "the object store's" : `${metadata.name}'s`;
}

function claimsOf(set: Manifest): readonly string[] {
  const volumes = specOf(set).template?.spec?.volumes ?? [];
  return volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

function specOf(manifest: Manifest): WorkloadSpec {
  return manifest.spec ?? {};
}
